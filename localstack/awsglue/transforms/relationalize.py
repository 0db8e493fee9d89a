"""Nested data as flat tables.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-Relationalize.html
"""

from typing import Any

from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.transforms.transform import GlueTransform
from awsglue.utils import temporary_folder


class Relationalize(GlueTransform):
    """Flattens a DynamicFrame and makes a table of each array."""

    def __call__(
        self,
        frame: DynamicFrame,
        staging_path: str | None = None,
        name: str = "roottable",
        options: dict[str, Any] | None = None,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrameCollection:
        """Flatten the frame; without a staging path, the job's TempDir must be known."""
        staged = staging_path or temporary_folder()
        if not staged:
            raise ValueError(
                "Relationalize: give staging_path, or a --TempDir that getResolvedOptions reads."
            )
        return frame.relationalize(
            name, staged, options or {}, transformation_ctx, info, stageThreshold, totalThreshold
        )
