"""Finding choice types in JSON without Python rows.

Spark's inference turns a field that is a number here and a string there into a string and says
nothing. So first a cheap look at the raw text: which names are followed by a number or a boolean
somewhere? It may name too many fields, and spares the exact step to all others. Then, for fields
that Spark called strings and the look has named, the records are parsed again with the field as a
double and as a boolean: a value is a token of that type, since quoted text does not parse as one.

Integers beside fractions are doubles, as Spark infers them, and no choice. A field that holds
objects here and scalars there stays text.
"""

import json
from collections.abc import Callable, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as spark

from awsglue._nested import (
    ELEMENT,
    Change,
    NamedColumn,
    Path,
    build_struct,
    edit_field,
    leaf_paths,
    select_named,
    top_column,
)
from awsglue._schema import choice_field

# A name before a number or a boolean, or before an array that seems to have one. What follows the
# name is looked at and not consumed, so that names within it are found too.
_NAMES = r'"([^"\\]{1,255})"\s*:\s*(?=(?:\[(?:[^\]]*,)?\s*)?[-0-9tf])'
# One element of an array of scalars; text keeps its quotes.
_TOKEN = r'"[^"\\]*(?:\\.[^"\\]*)*"|[^,\[\]\s"]+'
_INTEGER = r"^-?[0-9]{1,18}$"
# Quoted, these parse as doubles although they are text.
_QUOTED_NUMBERS = r"^[+-]?(NaN|Infinity|INF)$"

_TOKEN_TYPES: dict[str, spark.DataType] = {
    "boolean": spark.BooleanType(),
    "double": spark.DoubleType(),
    "long": spark.LongType(),
    "string": spark.StringType(),
}
_PARSED_TYPES: tuple[spark.DataType, ...] = (
    spark.StringType(),
    spark.DoubleType(),
    spark.BooleanType(),
)
_TOKEN_STRUCT = spark.StructType(
    [spark.StructField(name, data_type) for name, data_type in _TOKEN_TYPES.items()]
)


def suspicious_paths(documents: DataFrame, schema: spark.StructType) -> list[Path]:
    """Return the string fields, and arrays of strings, that numbers or booleans may be among."""
    leaves = [path for path, data_type in leaf_paths(schema) if data_type == spark.StringType()]
    single = [path for path in leaves if path[-2:] != (ELEMENT, ELEMENT)]
    if not single:
        return []
    found = F.regexp_extract_all("value", F.lit(_NAMES), F.lit(1))
    rows = documents.select(F.explode(found).alias("name")).distinct().collect()
    names = {row.name for row in rows}
    return [path for path in single if _name(path) in names or _has_escapes(path)]


def _name(path: Path) -> str:
    return [step for step in path if step != ELEMENT][-1]


def _has_escapes(path: Path) -> bool:
    return json.dumps(_name(path)) != f'"{_name(path)}"'


def parse_with_choices(
    documents: DataFrame, schema: spark.StructType, paths: Sequence[Path], kept: Sequence[str]
) -> DataFrame:
    """Return the parsed records with the fields at these paths as choices, where they are any."""
    leaves = _PARSED_TYPES if paths else _PARSED_TYPES[:1]
    parses = [_parse(schema, paths, leaf) for leaf in leaves]
    named = [f"__awsglue_parse_{position}" for position in range(len(parses))]
    parsed = documents.select(
        *[column.alias(name) for column, name in zip(parses, named, strict=True)], *kept
    )
    columns = tuple(F.col(name) for name in named)
    members = _members(columns, schema, (), set(paths))
    kept_columns = [(parsed.schema[name], top_column(name)) for name in kept]
    frame = select_named(parsed, [*members, *kept_columns])
    return _settle(frame, paths) if paths else frame


def _parse(schema: spark.StructType, paths: Sequence[Path], leaf: spark.DataType) -> Column:
    wanted = _retyped(schema, (), set(paths), leaf)
    if leaf != spark.StringType():
        wanted = _only(wanted, paths)
    assert isinstance(wanted, spark.StructType)
    return F.from_json("value", wanted)


def _retyped(
    data_type: spark.DataType, prefix: Path, paths: set[Path], leaf: spark.DataType
) -> spark.DataType:
    """Return the type with the suspicious leaves as leaf; an array of them is read as its text."""
    if prefix in paths:
        return leaf
    if isinstance(data_type, spark.ArrayType):
        if (*prefix, ELEMENT) in paths:
            return spark.StringType()
        return spark.ArrayType(_retyped(data_type.elementType, (*prefix, ELEMENT), paths, leaf))
    if isinstance(data_type, spark.StructType):
        return spark.StructType(
            [
                spark.StructField(f.name, _retyped(f.dataType, (*prefix, f.name), paths, leaf))
                for f in data_type.fields
            ]
        )
    return data_type


def _only(data_type: spark.DataType, paths: Sequence[Path]) -> spark.DataType:
    """Return the part of the type that leads to the paths."""
    if isinstance(data_type, spark.ArrayType):
        return spark.ArrayType(_only(data_type.elementType, [path[1:] for path in paths]))
    if not isinstance(data_type, spark.StructType):
        return data_type
    return spark.StructType(
        [
            spark.StructField(field.name, _only(field.dataType, below))
            for field in data_type.fields
            if (below := [path[1:] for path in paths if path and path[0] == field.name])
        ]
    )


def _members(
    parses: tuple[Column, ...], schema: spark.StructType, prefix: Path, paths: set[Path]
) -> list[NamedColumn]:
    """Return the fields of a struct from its three parses; only the first has all of them."""
    members: list[NamedColumn] = []
    for field in schema.fields:
        path = (*prefix, field.name)
        if any(suspect[: len(path)] == path for suspect in paths):
            inner = tuple(parse.getField(field.name) for parse in parses)
            data_type, column = _combined(inner, field.dataType, path, paths)
        else:
            data_type, column = field.dataType, parses[0].getField(field.name)
        members.append((spark.StructField(field.name, data_type), column))
    return members


def _combined(
    parses: tuple[Column, ...], data_type: spark.DataType, path: Path, paths: set[Path]
) -> tuple[spark.DataType, Column]:
    if path in paths:
        return _TOKEN_STRUCT, _scalar_token(*parses)
    if isinstance(data_type, spark.StructType):
        members = _members(parses, data_type, path, paths)
        struct = spark.StructType([field for field, _ in members])
        return struct, build_struct(parses[0], members)
    assert isinstance(data_type, spark.ArrayType)
    if (*path, ELEMENT) in paths:
        return spark.ArrayType(_TOKEN_STRUCT), _array_tokens(parses[0])
    return _combined_array(parses, data_type, path, paths)


def _combined_array(
    parses: tuple[Column, ...], data_type: spark.ArrayType, path: Path, paths: set[Path]
) -> tuple[spark.DataType, Column]:
    element_type, below = data_type.elementType, (*path, ELEMENT)

    def element(first: Column, position: Column) -> Column:
        others = tuple(parse[position] for parse in parses[1:])
        return _combined((first, *others), element_type, below, paths)[1]

    stand_in = tuple(F.lit(None) for _ in parses)
    inner = _combined(stand_in, element_type, below, paths)[0]
    return spark.ArrayType(inner), F.transform(parses[0], element)


def _scalar_token(text: Column, number: Column, boolean: Column) -> Column:
    is_number = number.isNotNull() & ~text.rlike(_QUOTED_NUMBERS)
    return F.when(text.isNotNull(), _token(text, is_number, boolean.isNotNull(), text))


def _array_tokens(array_text: Column) -> Column:
    tokens = F.regexp_extract_all(array_text, F.lit(_TOKEN), F.lit(0))
    return F.when(array_text.isNotNull(), F.transform(tokens, _array_token))


def _array_token(token: Column) -> Column:
    text = F.get_json_object(F.concat(F.lit('{"t":'), token, F.lit("}")), "$.t")
    is_number, is_boolean = token.rlike("^-?[0-9]"), token.isin("true", "false")
    return F.when(token != "null", _token(token, is_number, is_boolean, text))


def _token(raw: Column, is_number: Column, is_boolean: Column, text: Column) -> Column:
    is_integer = is_number & raw.rlike(_INTEGER)
    return F.struct(
        F.when(is_boolean, raw.cast("boolean")).alias("boolean"),
        F.when(is_number & ~is_integer, raw.cast("double")).alias("double"),
        F.when(is_integer, raw.cast("bigint")).alias("long"),
        F.when(~is_number & ~is_boolean, text).alias("string"),
    )


def _settle(frame: DataFrame, paths: Sequence[Path]) -> DataFrame:
    """Return the frame with each field as the types that its values really have."""
    questions = [
        F.max(_is_filled(path, name)).alias(f"{position}:{name}")
        for position, path in enumerate(paths)
        for name in _TOKEN_TYPES
    ]
    answers = frame.agg(*questions).collect()[0].asDict()
    for position, path in enumerate(paths):
        present = [name for name in _TOKEN_TYPES if answers[f"{position}:{name}"]]
        frame = edit_field(frame, path, _narrowing(present))
    return frame


def _narrowing(present: list[str]) -> Change:
    return lambda field, column: [_narrowed(field, column, present)]


def _is_filled(path: Path, name: str) -> Column:
    column, depth = top_column(path[0]), 0
    for step in (*path[1:], name):
        if step != ELEMENT:
            column = column.getField(step)
        elif depth:
            column = F.flatten(column)
        else:
            depth = 1
    return F.exists(column, lambda value: value.isNotNull()) if depth else column.isNotNull()


def _narrowed(field: spark.StructField, column: Column, present: list[str]) -> NamedColumn:
    names = [name for name in present if name != "long" or "double" not in present]
    is_array = isinstance(field.dataType, spark.ArrayType)
    if len(names) < 2:
        only = names[0] if names else "string"
        plain = _TOKEN_TYPES[only]
        narrowed = spark.StructField(field.name, spark.ArrayType(plain) if is_array else plain)
        return narrowed, _each(column, is_array, lambda token: _member(token, only))
    choice = choice_field(field.name, [_TOKEN_TYPES[name] for name in names], int(is_array))
    return choice, _each(column, is_array, lambda token: _choice_of(token, names))


def _each(column: Column, is_array: bool, change: Callable[[Column], Column]) -> Column:
    return F.transform(column, change) if is_array else change(column)


def _choice_of(token: Column, names: list[str]) -> Column:
    members = [
        (spark.StructField(name, _TOKEN_TYPES[name]), _member(token, name))
        for name in sorted(names)
    ]
    return build_struct(token, members)


def _member(token: Column, name: str) -> Column:
    value = token.getField(name)
    return F.coalesce(value, token.getField("long").cast("double")) if name == "double" else value
