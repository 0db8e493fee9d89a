"""Type strings of the Data Catalog and of ApplyMapping, to Spark types and back.

The grammar is Hive's; field names may hold anything but a colon, which Spark's own parser does
not allow. https://docs.aws.amazon.com/glue/latest/dg/glue-types.html
"""

import re

from pyspark.sql import types as spark

_ATOMIC: dict[str, spark.DataType] = {
    "bigint": spark.LongType(),
    "binary": spark.BinaryType(),
    "boolean": spark.BooleanType(),
    "bool": spark.BooleanType(),
    "byte": spark.ByteType(),
    "date": spark.DateType(),
    "decimal": spark.DecimalType(10, 0),
    "double": spark.DoubleType(),
    "float": spark.FloatType(),
    "int": spark.IntegerType(),
    "integer": spark.IntegerType(),
    "long": spark.LongType(),
    "null": spark.NullType(),
    "real": spark.FloatType(),
    "short": spark.ShortType(),
    "smallint": spark.ShortType(),
    "string": spark.StringType(),
    "timestamp": spark.TimestampType(),
    "tinyint": spark.ByteType(),
    "void": spark.NullType(),
}
_OPENING = {"<": 1, "(": 1, ">": -1, ")": -1}


def parse_type(text: str) -> spark.DataType:
    """Return the Spark type of a type string such as "array<struct<id:bigint>>"."""
    stripped = text.strip()
    name, _, inside = stripped.partition("<")
    kind = name.strip().lower()
    if inside and kind in ("array", "set"):
        return spark.ArrayType(parse_type(inside[:-1]))
    if inside and kind == "map":
        key, value = _split(inside[:-1], ",")
        return spark.MapType(parse_type(key), parse_type(value))
    if inside and kind == "struct":
        return spark.StructType([_parse_field(part) for part in _split(inside[:-1], ",")])
    return _parse_atomic(stripped)


def _parse_field(text: str) -> spark.StructField:
    name, _, type_text = text.partition(":")
    return spark.StructField(name.strip().strip("`"), parse_type(type_text))


def _parse_atomic(text: str) -> spark.DataType:
    lowered = text.lower()
    if lowered in _ATOMIC:
        return _ATOMIC[lowered]
    if re.fullmatch(r"(char|varchar)\s*\(\s*\d+\s*\)", lowered):
        return spark.StringType()
    decimal = re.fullmatch(r"decimal\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)", lowered)
    if decimal:
        return spark.DecimalType(int(decimal[1]), int(decimal[2] or 0))
    raise ValueError(f"awsglue: {text!r} is not a type that Glue's catalog knows.")


def _split(text: str, separator: str) -> list[str]:
    """Split at separators outside of brackets."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += _OPENING.get(character, 0)
        if character == separator and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]


def catalog_type(data_type: spark.DataType) -> str:
    """Return the type string that the catalog keeps for a Spark type."""
    return (
        "timestamp" if isinstance(data_type, spark.TimestampNTZType) else data_type.simpleString()
    )
