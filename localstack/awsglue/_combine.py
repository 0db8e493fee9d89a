"""Operations on two frames: join, union, merge.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
"""

import operator
from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import types as spark

from awsglue._merge import merge_schemas, widen
from awsglue._nested import NamedColumn, column_at, find_path, parse_path, select_named, top_column
from awsglue._nested import null_column as null


def join(
    left: DataFrame, right: DataFrame, keys1: Sequence[str], keys2: Sequence[str]
) -> DataFrame:
    """Return the inner equality join, with the keys of both sides.

    A field of the second frame whose name the first has too comes out with a dot before it:
    `.id`, as genuine Glue jobs write it.
    """
    if len(keys1) != len(keys2) or not keys1:
        raise ValueError(f"join: as many keys on both sides are needed: {keys1} and {keys2}.")
    taken = {name.lower() for name in left.columns}
    renamed = {name: f".{name}" for name in right.columns if name.lower() in taken}
    # Distinct names on both sides let a frame be joined with itself.
    held = {name: f"__awsglue_right_{position}" for position, name in enumerate(right.columns)}
    right_held = right.select([top_column(name).alias(held[name]) for name in right.columns])
    condition = reduce(
        operator.and_,
        [
            _key(left, key1) == _key(right, key2, held)
            for key1, key2 in zip(keys1, keys2, strict=True)
        ],
    )
    fields: list[NamedColumn] = [(field, top_column(field.name)) for field in left.schema.fields]
    for field in right.schema.fields:
        name = renamed.get(field.name, field.name)
        named = spark.StructField(name, field.dataType, True, field.metadata)
        fields.append((named, top_column(held[field.name])))
    return select_named(left.join(right_held, condition, "inner"), fields)


def _key(frame: DataFrame, text: str, held: dict[str, str] | None = None) -> Column:
    path = find_path(frame.schema, parse_path(text))
    if path is None:
        raise ValueError(f"join: the frame has no field {text!r}: {frame.columns}.")
    return column_at(path if held is None else (held[path[0]], *path[1:]))


def union(first: DataFrame, second: DataFrame) -> DataFrame:
    """Return the records of both, by name; fields that one side lacks are null there."""
    if first.schema == second.schema:
        return first.unionAll(second)
    merged = merge_schemas(first.schema, second.schema)
    return _widened(first, merged).unionAll(_widened(second, merged))


def _widened(frame: DataFrame, merged: spark.StructType) -> DataFrame:
    present = {field.name.lower(): field for field in frame.schema.fields}
    columns: list[NamedColumn] = []
    for field in merged.fields:
        old = present.get(field.name.lower())
        column = null(field.dataType) if old is None else widen(top_column(old.name), old, field)
        columns.append((field, column))
    return select_named(frame, columns)


def merge(source: DataFrame, stage: DataFrame, primary_keys: Sequence[str]) -> DataFrame:
    """Return the staged records and those of the source whose keys are not staged."""
    staged = stage.select(
        [_key(stage, key).alias(f"__awsglue_key_{i}") for i, key in enumerate(primary_keys)]
    )
    condition = reduce(
        operator.and_,
        [
            _key(source, key) == top_column(f"__awsglue_key_{i}")
            for i, key in enumerate(primary_keys)
        ],
    )
    return union(source.join(staged, condition, "left_anti"), stage)
