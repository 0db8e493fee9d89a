"""Fields that are null in every record.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-DropNullFields.html
"""

from awsglue._nulls import null_fields
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class DropNullFields(GlueTransform):
    """Drops the fields of a DynamicFrame that are missing or null in every record."""

    def __call__(
        self,
        frame: DynamicFrame,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """Drop the fields, nested ones too; it takes a look at all records to find them."""
        paths = null_fields(frame.marked_frame)
        return frame.drop_fields(paths, transformation_ctx, info, stageThreshold, totalThreshold)
