"""Fields and rows: renaming, dropping, selecting, splitting, joining, sampling.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-RenameField.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.transforms.transform import GlueTransform


class RenameField(GlueTransform):
    """Renames a field of a DynamicFrame."""

    def __call__(
        self,
        frame: DynamicFrame,
        old_name: str,
        new_name: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """Renames a field of a DynamicFrame."""
        return frame.rename_field(
            old_name, new_name, transformation_ctx, info, stageThreshold, totalThreshold
        )


class DropFields(GlueTransform):
    """Drops fields of a DynamicFrame."""

    def __call__(
        self,
        frame: DynamicFrame,
        paths: Sequence[str],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """Drops fields of a DynamicFrame."""
        return frame.drop_fields(paths, transformation_ctx, info, stageThreshold, totalThreshold)


class SelectFields(GlueTransform):
    """Selects fields of a DynamicFrame."""

    def __call__(
        self,
        frame: DynamicFrame,
        paths: Sequence[str],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """Selects fields of a DynamicFrame."""
        return frame.select_fields(paths, transformation_ctx, info, stageThreshold, totalThreshold)


class SplitFields(GlueTransform):
    """Splits a DynamicFrame in two by fields."""

    def __call__(
        self,
        frame: DynamicFrame,
        paths: Sequence[str],
        name1: str | None = None,
        name2: str | None = None,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrameCollection:
        """Splits a DynamicFrame in two by fields."""
        return frame.split_fields(
            paths,
            name1 or f"{frame.name}1",
            name2 or f"{frame.name}2",
            transformation_ctx,
            info,
            stageThreshold,
            totalThreshold,
        )


class SplitRows(GlueTransform):
    """Splits a DynamicFrame in two by rows."""

    def __call__(
        self,
        frame: DynamicFrame,
        comparison_dict: Mapping[str, Mapping[str, Any]],
        name1: str = "frame1",
        name2: str = "frame2",
        transformation_ctx: str = "",
        info: str | None = None,
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrameCollection:
        """Splits a DynamicFrame in two by rows."""
        return frame.split_rows(
            comparison_dict,
            name1,
            name2,
            transformation_ctx,
            info or "",
            stageThreshold,
            totalThreshold,
        )


class Join(GlueTransform):
    """Performs an equality join on two DynamicFrames."""

    def __call__(
        self,
        frame1: DynamicFrame,
        frame2: DynamicFrame,
        keys1: Sequence[str],
        keys2: Sequence[str],
        transformation_ctx: str = "",
    ) -> DynamicFrame:
        """Performs an equality join on two DynamicFrames."""
        return frame1.join(_as_list(keys1), _as_list(keys2), frame2, transformation_ctx)


class Spigot(GlueTransform):
    """Writes sample records of a DynamicFrame to a folder."""

    def __call__(
        self,
        frame: DynamicFrame,
        path: str,
        options: dict[str, Any],
        transformation_ctx: str = "",
    ) -> DynamicFrame:
        """Writes sample records of a DynamicFrame to a folder."""
        return frame.spigot(path, options, transformation_ctx)


def _as_list(keys: Sequence[str]) -> Sequence[str]:
    """Return the keys; Amazon's examples give a single key as a string."""
    return [keys] if isinstance(keys, str) else keys
