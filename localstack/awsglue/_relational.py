"""Nested data as flat tables: unnest and relationalize.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html#pyspark-relationalize-example
"""

from collections.abc import Iterator

from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as spark

from awsglue._nested import NamedColumn, select_named, top_column
from awsglue._schema import choice_depth, choice_metadata

_ROW = "__awsglue_row"


def unnest(frame: DataFrame) -> DataFrame:
    """Return the frame with the members of structs as top-level fields with dotted names."""
    columns = [(field, top_column(field.name)) for field in frame.schema.fields]
    return select_named(frame, _flatten(columns))


def _flatten(columns: list[NamedColumn]) -> Iterator[NamedColumn]:
    for field, column in columns:
        if isinstance(field.dataType, spark.StructType) and choice_depth(field) is None:
            yield from _flatten(
                [
                    (_prefixed(field.name, member), column.getField(member.name))
                    for member in field.dataType.fields
                ]
            )
        else:
            yield field, column


def _prefixed(prefix: str, field: spark.StructField) -> spark.StructField:
    return spark.StructField(f"{prefix}.{field.name}", field.dataType, True, field.metadata)


def relationalize(frame: DataFrame, root_table_name: str) -> dict[str, DataFrame]:
    """Return the flat root table and, by `<root>_<path>`, a table for each array.

    An array becomes a bigint key; its table has that key as `id`, the position as `index`, and
    the element as `<path>.val` or, for structs, `<path>.val.<member>`.
    """
    return dict(_tables(unnest(frame), root_table_name, root_table_name))


def _tables(flat: DataFrame, root: str, name: str) -> Iterator[tuple[str, DataFrame]]:
    arrays = [field for field in flat.schema.fields if isinstance(field.dataType, spark.ArrayType)]
    if not arrays:
        yield name, flat
        return
    # Stored, so that the keys of parent and children come from one and the same evaluation.
    keyed = flat.withColumn(_ROW, F.monotonically_increasing_id()).persist(
        StorageLevel.MEMORY_AND_DISK
    )
    yield name, select_named(keyed, [_keyed(field) for field in flat.schema.fields])
    for field in arrays:
        child = unnest(_pivot(keyed, field))
        yield from _tables(child, root, f"{root}_{field.name}")


def _keyed(field: spark.StructField) -> NamedColumn:
    column = top_column(field.name)
    if not isinstance(field.dataType, spark.ArrayType):
        return field, column
    return spark.StructField(field.name, spark.LongType()), _key(column)


def _key(array: Column) -> Column:
    return F.when(array.isNotNull(), top_column(_ROW))


def _pivot(keyed: DataFrame, field: spark.StructField) -> DataFrame:
    assert isinstance(field.dataType, spark.ArrayType)
    name, element = f"{field.name}.val", field.dataType.elementType
    exploded = keyed.select(
        top_column(_ROW).alias("id"), F.posexplode(top_column(field.name)).alias("index", "value")
    )
    depth = choice_depth(field)
    metadata = None if depth is None else choice_metadata(depth - 1)
    return select_named(
        exploded,
        [
            (spark.StructField("id", spark.LongType()), F.col("id")),
            (spark.StructField("index", spark.IntegerType()), F.col("index")),
            (spark.StructField(name, element, True, metadata), F.col("value")),
        ],
    )
