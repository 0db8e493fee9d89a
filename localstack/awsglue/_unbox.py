"""Parsing text fields.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-Unbox.html
"""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as spark

from awsglue._formats.json_lines import infer_schema
from awsglue._nested import ELEMENT, column_at, edit_field, find_path, parse_path
from awsglue._refusals import not_implemented


def unbox(frame: DataFrame, path: str, format: str, options: Mapping[str, Any]) -> DataFrame:
    """Return the frame with the JSON text at a path as a struct, by the union of its fields."""
    if format.lower() != "json":
        raise not_implemented("DynamicFrame.unbox", f"format {format!r}")
    if options:
        raise not_implemented("DynamicFrame.unbox", f"the option {next(iter(options))!r}")
    found = find_path(frame.schema, parse_path(path))
    if found is None or ELEMENT in found:
        raise ValueError(f"unbox: {path!r} is no text field of the frame: {frame.columns}.")
    schema = infer_schema(frame.select(column_at(found).alias("value")))
    return edit_field(
        frame,
        found,
        lambda field, column: [
            (spark.StructField(field.name, schema), F.from_json(column, schema))
        ],
    )
