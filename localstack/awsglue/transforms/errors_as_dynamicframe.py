"""Error records.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-ErrorsAsDynamicFrame.html
"""

from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class ErrorsAsDynamicFrame(GlueTransform):
    """Returns the error records of a DynamicFrame."""

    def __call__(
        self,
        frame: DynamicFrame,
    ) -> DynamicFrame:
        """Returns the error records of a DynamicFrame."""
        return frame.errorsAsDynamicFrame()
