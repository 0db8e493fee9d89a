"""Records of two frames.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-union.html
"""

from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class Union(GlueTransform):
    """Unites the records of two DynamicFrames."""

    def __call__(
        self,
        frame1: DynamicFrame,
        frame2: DynamicFrame,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """Unites the records of two DynamicFrames."""
        return frame1.union(frame2, transformation_ctx, info, stageThreshold, totalThreshold)
