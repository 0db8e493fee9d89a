"""Resolving choices: one action at one path, or at every choice of a frame.

Where Amazon's pages disagree on project, this follows the class page and the worked example:
values of other types are dropped (null), not converted.
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-ResolveChoice.html
"""

from collections.abc import Callable, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as spark

from awsglue import _nested
from awsglue import gluetypes as glue
from awsglue._nested import ELEMENT, Change, NamedColumn, Path
from awsglue._refusals import not_implemented
from awsglue._schema import (
    choice_depth,
    choice_struct_of,
    to_spark,
    type_name,
    without_marks,
)
from awsglue._type_names import parse_type


def choice_paths(schema: spark.DataType, prefix: Path = ()) -> list[Path]:
    """Return the paths of all choices, outermost first."""
    paths: list[Path] = []
    if isinstance(schema, spark.StructType):
        for field in schema.fields:
            if choice_depth(field) is not None:
                paths.append((*prefix, field.name))
            else:
                paths.extend(choice_paths(field.dataType, (*prefix, field.name)))
    elif isinstance(schema, spark.ArrayType):
        paths.extend(choice_paths(schema.elementType, (*prefix, ELEMENT)))
    return paths


def resolve_everywhere(frame: DataFrame, action: str) -> DataFrame:
    """Return the frame with every choice resolved by one action."""
    for path in choice_paths(frame.schema):
        frame = _nested.edit_field(frame, path, change_for(action))
    return frame


def match_types(frame: DataFrame, wanted: spark.StructType) -> DataFrame:
    """Return the frame with each choice cast to its type in the catalog; others stay."""
    for path in choice_paths(frame.schema):
        named = _nested.find_path(wanted, path)
        if named is not None:
            target = _nested.field_at(wanted, named).dataType
            frame = _nested.edit_field(frame, path, _cast_change(target))
    return frame


def _cast_change(target: spark.DataType) -> Change:
    return lambda field, column: [cast_value(field, column, target)]


def resolve_specs(frame: DataFrame, specs: Sequence[Sequence[str]]) -> DataFrame:
    """Return the frame with each (path, action) applied in order; absent paths are ignored."""
    for text, action in specs:
        path = _nested.find_path(frame.schema, _nested.parse_path(text))
        if path is not None:
            frame = _nested.edit_field(frame, path, change_for(action))
    return frame


def resolve_option(
    frame: DataFrame, path: str, action: str, target: glue.DataType | None
) -> DataFrame:
    """Return the frame with one choice resolved as a ResolveOption of toDF says."""
    found = _nested.find_path(frame.schema, _nested.parse_path(path))
    if found is None:
        return frame
    if action.lower() == "keepasstruct":
        return _nested.edit_field(frame, found, change_for("make_struct"))
    if target is None:
        raise ValueError(f"ResolveOption: {action!r} of {path!r} needs a target type.")
    wanted = to_spark(target)
    if action.lower() == "cast":
        return _nested.edit_field(frame, found, _cast_change(wanted))
    if action.lower() == "project":
        return _nested.edit_field(frame, found, lambda f, column: [_project(f, column, wanted)])
    raise ValueError(f"ResolveOption: {action!r} is none of KeepAsStruct, Project and Cast.")


def forget_choices(frame: DataFrame) -> DataFrame:
    """Return the frame with choices as ordinary structs, as toDF gives them."""
    return _nested.select_named(
        frame,
        [
            (spark.StructField(field.name, field.dataType), _unmarked(field, plain.dataType))
            for field, plain in zip(
                frame.schema.fields, without_marks(frame.schema).fields, strict=True
            )
        ],
    )


def _unmarked(field: spark.StructField, plain: spark.DataType) -> Column:
    column = _nested.top_column(field.name)
    if field.dataType != plain:
        return column.cast(plain)
    return _without_metadata(column) if field.metadata else column


def _without_metadata(column: Column) -> Column:
    """Return the same values as an expression: a renamed column keeps the mark of the first."""
    return F.coalesce(column)


def change_for(action: str) -> Change:
    """Return the change of a field that an action names; ValueError when it names none."""
    verb, _, argument = action.strip().partition(":")
    match verb.strip().lower():
        case "cast":
            return _cast_change(parse_type(argument))
        case "project":
            wanted = parse_type(argument)
            return lambda field, column: [_project(field, column, wanted)]
        case "make_cols":
            return _make_columns
        case "make_struct" | "keepasstruct":
            return lambda field, column: [_make_struct(field, column)]
        case "keep_as_choice":
            return lambda field, column: [(field, column)]
    raise ValueError(
        f"resolveChoice: {action!r} is no action: give cast:type, project:type, make_cols, "
        "make_struct or match_catalog."
    )


def cast_value(field: spark.StructField, column: Column, target: spark.DataType) -> NamedColumn:
    """Return the field cast: of a choice, whichever type is filled; what cannot be is null.

    Of an array whose elements are choices, the elements are cast.
    """
    depth = choice_depth(field)
    if depth is None:
        cast = _nested.cast_column(column, field.dataType, target)
        return spark.StructField(field.name, target), cast
    return _within(field, column, depth, target, lambda value, s: _cast_choice(value, s, target))


def _cast_choice(value: Column, struct: spark.StructType, target: spark.DataType) -> Column:
    return F.coalesce(
        *[
            _nested.cast_column(value.getField(member.name), member.dataType, target)
            for member in struct.fields
        ]
    )


def _project(field: spark.StructField, column: Column, wanted: spark.DataType) -> NamedColumn:
    depth = choice_depth(field)
    if depth is None:
        return field, column
    return _within(field, column, depth, wanted, lambda value, s: _pick(value, s, wanted))


def _pick(value: Column, struct: spark.StructType, wanted: spark.DataType) -> Column:
    name = type_name(wanted)
    if name not in struct.names:
        return F.lit(None).cast(wanted)
    return value.getField(name).cast(wanted)


def _within(
    field: spark.StructField,
    column: Column,
    depth: int,
    target: spark.DataType,
    convert: Callable[[Column, spark.StructType], Column],
) -> NamedColumn:
    """Return the field with each choice converted, below as many arrays as it lies in."""
    struct = choice_struct_of(field)
    data_type = target
    for _ in range(depth):
        data_type = spark.ArrayType(data_type)
    return spark.StructField(field.name, data_type), _at_depth(column, depth, struct, convert)


def _at_depth(
    column: Column,
    depth: int,
    struct: spark.StructType,
    convert: Callable[[Column, spark.StructType], Column],
) -> Column:
    if depth == 0:
        return convert(column, struct)
    return F.transform(column, lambda element: _at_depth(element, depth - 1, struct, convert))


def _make_columns(field: spark.StructField, column: Column) -> list[NamedColumn]:
    """Return one column per type, named <field>_<type>; a field without choice stays."""
    depth = choice_depth(field)
    if depth is None:
        return [(field, column)]
    if depth:
        raise not_implemented("resolveChoice", f"make_cols on the array {field.name!r}")
    return [
        (
            spark.StructField(f"{field.name}_{member.name}", member.dataType),
            column.getField(member.name),
        )
        for member in choice_struct_of(field).fields
    ]


def _make_struct(field: spark.StructField, column: Column) -> NamedColumn:
    return spark.StructField(field.name, field.dataType), _without_metadata(column)
