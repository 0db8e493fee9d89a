"""Structs as top-level fields.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-UnnestFrame.html
"""

from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class UnnestFrame(GlueTransform):
    """Turns members of structs in a DynamicFrame into top-level fields."""

    def __call__(
        self,
        frame: DynamicFrame,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """Turns members of structs in a DynamicFrame into top-level fields."""
        return frame.unnest(transformation_ctx, info, stageThreshold, totalThreshold)
