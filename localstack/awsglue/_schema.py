"""Schemas three ways: Spark's, Glue's with choices, and the printed tree.

A choice lives in a DataFrame as a struct with one field per type, named by the type, at most one
of them filled; a mark in the field's metadata tells it from a struct of the data. Spark carries
metadata through select, filter, join and rename, so operations need not know of choices. The mark
of an array whose elements are choices ends with the brackets of the array: "[]".
"""

from collections.abc import Iterable
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import types as spark

from awsglue import gluetypes as glue

_CHOICE_KEY = "awsglue.choice"

_ATOMIC: list[tuple[type[spark.DataType], type[glue.AtomicType]]] = [
    (spark.BinaryType, glue.BinaryType),
    (spark.BooleanType, glue.BooleanType),
    (spark.ByteType, glue.ByteType),
    (spark.DateType, glue.DateType),
    (spark.DoubleType, glue.DoubleType),
    (spark.FloatType, glue.FloatType),
    (spark.IntegerType, glue.IntegerType),
    (spark.LongType, glue.LongType),
    (spark.NullType, glue.NullType),
    (spark.ShortType, glue.ShortType),
    (spark.StringType, glue.StringType),
    (spark.TimestampType, glue.TimestampType),
    (spark.TimestampNTZType, glue.TimestampNTZType),
]
_TO_GLUE = dict(_ATOMIC)
_TO_SPARK = {glue_type: spark_type for spark_type, glue_type in _ATOMIC}


def choice_field(name: str, types: Iterable[spark.DataType], depth: int = 0) -> spark.StructField:
    """Return the field of a choice between types, within depth arrays."""
    data_type: spark.DataType = choice_struct(types)
    for _ in range(depth):
        data_type = spark.ArrayType(data_type)
    return spark.StructField(name, data_type, metadata={_CHOICE_KEY: "[]" * depth})


def choice_struct(types: Iterable[spark.DataType]) -> spark.StructType:
    """Return the struct that holds one of several types, its fields ordered by type name."""
    named = {type_name(data_type): data_type for data_type in types}
    return spark.StructType([spark.StructField(name, named[name]) for name in sorted(named)])


def choice_metadata(depth: int = 0) -> dict[str, Any]:
    """Return the metadata that marks a choice within depth arrays."""
    return {_CHOICE_KEY: "[]" * depth}


def choice_depth(field: spark.StructField) -> int | None:
    """Return within how many arrays the field is a choice; None when it is none."""
    mark = field.metadata.get(_CHOICE_KEY)
    return None if mark is None else len(mark) // 2


def choice_struct_of(field: spark.StructField) -> spark.StructType:
    """Return the struct of a field that is a choice, within whatever arrays it lies."""
    data_type = field.dataType
    while isinstance(data_type, spark.ArrayType):
        data_type = data_type.elementType
    assert isinstance(data_type, spark.StructType)
    return data_type


def has_choices(data_type: spark.DataType) -> bool:
    """Tell whether a choice is anywhere inside."""
    if isinstance(data_type, spark.StructType):
        return any(
            choice_depth(field) is not None or has_choices(field.dataType)
            for field in data_type.fields
        )
    if isinstance(data_type, spark.ArrayType):
        return has_choices(data_type.elementType)
    return isinstance(data_type, spark.MapType) and has_choices(data_type.valueType)


def without_marks(data_type: Any) -> Any:
    """Return the same type with choices turned into ordinary structs."""
    if isinstance(data_type, spark.StructType):
        return spark.StructType([_without_mark(field) for field in data_type.fields])
    if isinstance(data_type, spark.ArrayType):
        return spark.ArrayType(without_marks(data_type.elementType), data_type.containsNull)
    if isinstance(data_type, spark.MapType):
        return spark.MapType(
            data_type.keyType, without_marks(data_type.valueType), data_type.valueContainsNull
        )
    return data_type


def _without_mark(field: spark.StructField) -> spark.StructField:
    metadata = {key: value for key, value in field.metadata.items() if key != _CHOICE_KEY}
    return spark.StructField(field.name, without_marks(field.dataType), field.nullable, metadata)


def type_name(data_type: spark.DataType) -> str:
    """Return Glue's name of a Spark type: long, not bigint."""
    return to_glue(data_type).typeName()


def to_glue(data_type: spark.DataType, choice: int | None = None) -> glue.DataType:
    """Return the Glue type of a Spark type; choice says within how many arrays it is one."""
    if isinstance(data_type, spark.StructType):
        fields = [
            glue.Field(field.name, to_glue(field.dataType, choice_depth(field)))
            for field in data_type.fields
        ]
        if choice == 0:
            return glue.ChoiceType([field.dataType for field in fields])
        return glue.StructType(fields)
    if isinstance(data_type, spark.ArrayType):
        inner = None if choice is None else choice - 1
        return glue.ArrayType(to_glue(data_type.elementType, inner))
    if isinstance(data_type, spark.MapType):
        return glue.MapType(to_glue(data_type.valueType))
    if isinstance(data_type, spark.DecimalType):
        return glue.DecimalType(data_type.precision, data_type.scale)
    return _TO_GLUE[type(data_type)]() if type(data_type) in _TO_GLUE else glue.StringType()


def to_spark(data_type: glue.DataType) -> spark.DataType:
    """Return the Spark type of a Glue type."""
    if isinstance(data_type, glue.StructType):
        return spark_schema(data_type)
    if isinstance(data_type, glue.ChoiceType):
        return choice_struct(to_spark(choice) for choice in data_type.choices.values())
    if isinstance(data_type, glue.ArrayType | glue.SetType):
        return spark.ArrayType(to_spark(data_type.elementType))
    if isinstance(data_type, glue.MapType):
        return spark.MapType(spark.StringType(), to_spark(data_type.valueType))
    if isinstance(data_type, glue.DecimalType):
        return spark.DecimalType(data_type.precision, data_type.scale)
    if isinstance(data_type, glue.EnumType | glue.UnknownType):
        return spark.StringType()
    return _TO_SPARK[type(data_type)]()  # type: ignore[index]


def spark_schema(schema: glue.StructType) -> spark.StructType:
    """Return the Spark schema of a Glue schema, choices marked."""
    return spark.StructType([_spark_field(field) for field in schema])


def _spark_field(field: glue.Field) -> spark.StructField:
    depth, inner = 0, field.dataType
    while isinstance(inner, glue.ArrayType):
        depth, inner = depth + 1, inner.elementType
    metadata = choice_metadata(depth) if isinstance(inner, glue.ChoiceType) else None
    return spark.StructField(field.name, to_spark(field.dataType), metadata=metadata)


def frame_schema(frame: DataFrame) -> glue.StructType:
    """Return the schema of a frame, with choices."""
    return glue.StructType(
        [
            glue.Field(field.name, to_glue(field.dataType, choice_depth(field)))
            for field in frame.schema.fields
        ]
    )


def draw_tree(schema: glue.StructType) -> str:
    """Return the schema as printSchema shows it."""
    return "\n".join(["root", *_draw_fields(schema, "")])


def _draw_fields(struct: glue.StructType, indent: str) -> list[str]:
    lines: list[str] = []
    for field in struct:
        lines.append(f"{indent}|-- {field.name}: {_label(field.dataType)}")
        lines.extend(_draw_inside(field.dataType, f"{indent}|    "))
    return lines


def _draw_inside(data_type: glue.DataType, indent: str) -> list[str]:
    if isinstance(data_type, glue.StructType):
        return _draw_fields(data_type, indent)
    if isinstance(data_type, glue.ChoiceType):
        lines = []
        for name in sorted(data_type.choices):
            lines.append(f"{indent}|-- {_label(data_type.choices[name])}")
            lines.extend(_draw_inside(data_type.choices[name], f"{indent}|    "))
        return lines
    if isinstance(data_type, glue.ArrayType | glue.SetType):
        element = glue.StructType([glue.Field("element", data_type.elementType)])
        return _draw_fields(element, indent)
    if isinstance(data_type, glue.MapType):
        parts = [
            glue.Field("keyType", glue.StringType()),
            glue.Field("valueType", data_type.valueType),
        ]
        return _draw_fields(glue.StructType(parts), indent)
    return []


def _label(data_type: glue.DataType) -> str:
    if isinstance(data_type, glue.DecimalType):
        return f"decimal({data_type.precision},{data_type.scale})"
    return data_type.typeName()
