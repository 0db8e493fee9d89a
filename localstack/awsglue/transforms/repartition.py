"""Records spread over partitions.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-repartition.html
"""

from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class Repartition(GlueTransform):
    """Spreads the records of a DynamicFrame over a number of partitions."""

    def __call__(
        self,
        frame: DynamicFrame,
        num_partitions: int,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """Spreads the records of a DynamicFrame over a number of partitions."""
        return frame.repartition(
            num_partitions, transformation_ctx, info, stageThreshold, totalThreshold
        )
