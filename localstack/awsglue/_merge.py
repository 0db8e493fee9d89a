"""One schema for several: the union of fields, and a choice where the types of one differ."""

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as spark

from awsglue import _nested
from awsglue._refusals import not_implemented
from awsglue._schema import choice_depth, choice_field, choice_metadata, choice_struct_of, type_name

_INTEGRAL = (spark.ByteType, spark.ShortType, spark.IntegerType, spark.LongType)


def merged_type(first: spark.StructField, second: spark.StructField) -> spark.StructField:
    """Return the field that holds the values of both, a choice where their types differ.

    Integers of different width become the wider one: no record is ambiguous about them.
    """
    if first.dataType == second.dataType:
        return first
    merged = _merge_structures(first, second)
    if merged is not None:
        return merged
    types = [*_alternatives(first), *_alternatives(second)]
    return choice_field(first.name, types)


def _merge_structures(
    first: spark.StructField, second: spark.StructField
) -> spark.StructField | None:
    one, other = first.dataType, second.dataType
    if isinstance(one, spark.NullType):
        return spark.StructField(first.name, other, True, second.metadata)
    if isinstance(other, spark.NullType):
        return first
    if choice_depth(first) is not None or choice_depth(second) is not None:
        return None
    if isinstance(one, spark.StructType) and isinstance(other, spark.StructType):
        return spark.StructField(first.name, merge_schemas(one, other))
    if isinstance(one, spark.ArrayType) and isinstance(other, spark.ArrayType):
        return _merge_arrays(first.name, one, other)
    if isinstance(one, _INTEGRAL) and isinstance(other, _INTEGRAL):
        return first if _INTEGRAL.index(type(one)) > _INTEGRAL.index(type(other)) else second
    return None


def _merge_arrays(name: str, one: spark.ArrayType, other: spark.ArrayType) -> spark.StructField:
    element = merged_type(
        spark.StructField(name, one.elementType), spark.StructField(name, other.elementType)
    )
    depth = choice_depth(element)
    metadata = None if depth is None else choice_metadata(depth + 1)
    return spark.StructField(name, spark.ArrayType(element.dataType), True, metadata)


def merge_schemas(first: spark.StructType, second: spark.StructType) -> spark.StructType:
    """Return the fields of both, those of the first first; names differing by case are one."""
    fields = {field.name.lower(): field for field in first.fields}
    for field in second.fields:
        present = fields.get(field.name.lower())
        fields[field.name.lower()] = field if present is None else merged_type(present, field)
    return spark.StructType(list(fields.values()))


def _alternatives(field: spark.StructField) -> list[spark.DataType]:
    depth = choice_depth(field)
    if depth is None:
        return [field.dataType]
    if depth:
        raise not_implemented(
            "union", f"an array {field.name!r} in one frame that is no array in the other"
        )
    return [member.dataType for member in choice_struct_of(field).fields]


def widen(column: Column, source: spark.StructField, target: spark.StructField) -> Column:
    """Return the column of a source field as merged_type made its target."""
    if source.dataType == target.dataType:
        return column
    if choice_depth(target) == 0 and choice_depth(source) is None:
        return _as_choice(column, source.dataType, choice_struct_of(target))
    if isinstance(target.dataType, spark.ArrayType) and choice_depth(target) is not None:
        return _widen_elements(column, source, target)
    if isinstance(source.dataType, spark.StructType) and isinstance(
        target.dataType, spark.StructType
    ):
        return _widen_struct(column, source.dataType, target.dataType)
    return _nested.conform(column, source.dataType, target.dataType)


def _as_choice(column: Column, source: spark.DataType, struct: spark.StructType) -> Column:
    name = type_name(source)
    members = [
        (
            member,
            column.cast(member.dataType)
            if member.name == name
            else _nested.null_column(member.dataType),
        )
        for member in struct.fields
    ]
    return _nested.build_struct(column, members)


def _widen_elements(column: Column, source: spark.StructField, target: spark.StructField) -> Column:
    one, other = _element_field(source), _element_field(target)
    return F.transform(column, lambda element: widen(element, one, other))


def _element_field(field: spark.StructField) -> spark.StructField:
    assert isinstance(field.dataType, spark.ArrayType)
    depth = choice_depth(field)
    metadata = choice_metadata(depth - 1) if depth else None
    return spark.StructField(field.name, field.dataType.elementType, True, metadata)


def _widen_struct(column: Column, source: spark.StructType, target: spark.StructType) -> Column:
    present = {field.name.lower(): field for field in source.fields}
    members = []
    for field in target.fields:
        old = present.get(field.name.lower())
        value = (
            _nested.null_column(field.dataType)
            if old is None
            else widen(column.getField(old.name), old, field)
        )
        members.append((field, value))
    return _nested.build_struct(column, members)
