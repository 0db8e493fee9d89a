"""ApplyMapping for DataFrames."""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import DataFrame

from awsglue import _mapping
from awsglue.transforms.apply_mapping import ApplyMapping as _FrameMapping


class ApplyMapping:
    """Maps the columns of a DataFrame as ApplyMapping maps the fields of a DynamicFrame."""

    @classmethod
    def apply(cls, frame: DataFrame, mappings: Sequence[Sequence[str]]) -> DataFrame:
        """Return the mapped columns in the order of the mappings."""
        return _mapping.apply_mapping(frame, mappings)

    @classmethod
    def describeArgs(cls) -> list[dict[str, Any]]:
        """Describe the arguments of apply."""
        described = _FrameMapping.describeArgs()
        return [argument for argument in described if argument["name"] in ("frame", "mappings")]

    @classmethod
    def describeTransform(cls) -> str:
        """Describe the transform."""
        return _FrameMapping.describeTransform()

    @classmethod
    def describeErrors(cls) -> list[dict[str, Any]]:
        """Describe the errors."""
        return _FrameMapping.describeErrors()

    @classmethod
    def describeReturn(cls) -> dict[str, Any]:
        """Describe the result."""
        return {"type": "DataFrame", "description": "The mapped columns."}
