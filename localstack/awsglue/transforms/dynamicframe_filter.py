"""Records by a predicate.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-filter.html
"""

from collections.abc import Callable
from typing import Any

from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class Filter(GlueTransform):
    """Selects the records of a DynamicFrame for which a function is true."""

    def __call__(
        self,
        frame: DynamicFrame,
        f: Callable[[Any], Any],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """Selects the records of a DynamicFrame for which a function is true."""
        return frame.filter(f, transformation_ctx, info, stageThreshold, totalThreshold)
