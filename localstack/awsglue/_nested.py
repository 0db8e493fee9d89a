"""Fields at paths: finding them in a schema, and rebuilding columns around a changed one.

A path is written `a.b[].c`: dots enter structs, brackets enter arrays, and backticks keep a dot
inside a name (`` `a.b` ``). The brackets may be left out where the schema shows the array.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as spark

ELEMENT = "[]"
Path = tuple[str, ...]
NamedColumn = tuple[spark.StructField, Column]
Change = Callable[[spark.StructField, Column], Iterable[NamedColumn]]

_INTEGER_BITS: dict[type[spark.DataType], int] = {
    spark.ByteType: 8,
    spark.ShortType: 16,
    spark.IntegerType: 32,
    spark.LongType: 64,
}
_STEP = re.compile(r"`((?:[^`]|``)+)`|\[\]|([^.\[`]+)|(\.)")


def parse_path(text: str) -> Path:
    """Return the steps of a path; ValueError when it is malformed."""
    steps: list[str] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            raise ValueError(f"awsglue: {text!r} is not a path: unexpected {text[position:]!r}.")
        if match[0] != ".":
            steps.append(
                match[0] if match[0] == ELEMENT else match[2] or match[1].replace("``", "`")
            )
        position = match.end()
    if not steps:
        raise ValueError("awsglue: a path must name a field, and this one is empty.")
    return tuple(steps)


def find_path(schema: spark.DataType, path: Path, ignore_case: bool = True) -> Path | None:
    """Return the path as the schema spells it, brackets included; None when it is not there."""
    if not path:
        return ()
    if isinstance(schema, spark.ArrayType):
        rest = path[1:] if path[0] == ELEMENT else path
        found = find_path(schema.elementType, rest, ignore_case)
        return None if found is None else (ELEMENT, *found)
    field = _find_field(schema, path[0], ignore_case)
    if field is None:
        return None
    found = find_path(field.dataType, path[1:], ignore_case)
    return None if found is None else (field.name, *found)


def _find_field(schema: spark.DataType, name: str, ignore_case: bool) -> spark.StructField | None:
    if not isinstance(schema, spark.StructType):
        return None
    if name in schema.names:
        return schema[name]
    if not ignore_case:
        return None
    return next((field for field in schema if field.name.lower() == name.lower()), None)


def field_at(schema: spark.StructType, path: Path) -> spark.StructField:
    """Return the field at a path that find_path returned."""
    field, data_type = schema[path[0]], schema[path[0]].dataType
    for step in path[1:]:
        if step == ELEMENT:
            assert isinstance(data_type, spark.ArrayType)
            data_type = data_type.elementType
        else:
            assert isinstance(data_type, spark.StructType)
            field, data_type = data_type[step], data_type[step].dataType
    return field


def column_at(path: Path) -> Column:
    """Return the column at a path that enters no array."""
    column = top_column(path[0])
    for step in path[1:]:
        column = column.getField(step)
    return column


def top_column(name: str) -> Column:
    """Return a top-level column, whatever characters its name has."""
    return F.col("`" + name.replace("`", "``") + "`")


def leaf_paths(schema: spark.DataType, prefix: Path = ()) -> Iterator[tuple[Path, spark.DataType]]:
    """Yield the path and type of each value that is neither a struct nor an array."""
    if isinstance(schema, spark.StructType):
        for field in schema.fields:
            yield from leaf_paths(field.dataType, (*prefix, field.name))
    elif isinstance(schema, spark.ArrayType):
        yield from leaf_paths(schema.elementType, (*prefix, ELEMENT))
    else:
        yield prefix, schema


def edit_field(frame: DataFrame, path: Path, change: Change) -> DataFrame:
    """Return the frame with the field at a found path replaced by what change returns for it.

    Change gets the field and its column and returns any number of fields; a struct or array that
    is left without fields goes too.
    """
    columns = [(field, top_column(field.name)) for field in frame.schema.fields]
    return select_named(frame, _edit(columns, path, change))


def select_named(frame: DataFrame, columns: Iterable[NamedColumn]) -> DataFrame:
    """Return the frame of these columns, with the names and marks of the fields."""
    return frame.select([_named(field, column) for field, column in columns])


def _named(field: spark.StructField, column: Column) -> Column:
    return column.alias(field.name, metadata=field.metadata)


def _edit(columns: Iterable[NamedColumn], path: Path, change: Change) -> list[NamedColumn]:
    edited: list[NamedColumn] = []
    for field, column in columns:
        if field.name != path[0]:
            edited.append((field, column))
        elif all(step == ELEMENT for step in path[1:]):
            edited.extend(change(field, column))
        else:
            edited.extend(_edit_inside(field, column, path[1:], change))
    return edited


def _edit_inside(
    field: spark.StructField, column: Column, path: Path, change: Change
) -> list[NamedColumn]:
    data_type = edited_type(field.dataType, path, change)
    if data_type is None:
        return []
    rebuilt = _rebuild(column, field.dataType, path, change)
    return [(spark.StructField(field.name, data_type, True, field.metadata), rebuilt)]


def edited_type(data_type: spark.DataType, path: Path, change: Change) -> spark.DataType | None:
    """Return the type after the change, or None when nothing is left of it."""
    if isinstance(data_type, spark.ArrayType):
        element = edited_type(data_type.elementType, path[1:], change)
        return None if element is None else spark.ArrayType(element)
    assert isinstance(data_type, spark.StructType)
    # The columns only stand in: change returns the fields from the field alone.
    fields = [(field, F.lit(None)) for field in data_type.fields]
    left = [field for field, _ in _edit(fields, path, change)]
    return spark.StructType(left) if left else None


def _rebuild(column: Column, data_type: spark.DataType, path: Path, change: Change) -> Column:
    if isinstance(data_type, spark.ArrayType):
        element_type = data_type.elementType
        return F.transform(
            column, lambda element: _rebuild(element, element_type, path[1:], change)
        )
    assert isinstance(data_type, spark.StructType)
    members = [(field, column.getField(field.name)) for field in data_type.fields]
    return build_struct(column, _edit(members, path, change))


def build_struct(origin: Column, members: Iterable[NamedColumn]) -> Column:
    """Return a struct of the members that is null where the struct it comes from is null."""
    struct = F.struct(*[_named(field, column) for field, column in members])
    return F.when(origin.isNotNull(), struct)


def conform(column: Column, source: spark.DataType, target: spark.DataType) -> Column:
    """Return the column in the target type: struct fields by name, absent ones null, casts."""
    if source == target:
        return column
    if isinstance(source, spark.StructType) and isinstance(target, spark.StructType):
        members = [(field, _member(column, source, field)) for field in target.fields]
        return build_struct(column, members)
    if isinstance(source, spark.ArrayType) and isinstance(target, spark.ArrayType):
        inner, outer = source.elementType, target.elementType
        return F.transform(column, lambda element: conform(element, inner, outer))
    if isinstance(source, spark.IntegralType) and isinstance(target, spark.IntegralType):
        return _cast_integer(column, source, target)
    return cast_column(column, source, target)


def _cast_integer(column: Column, source: spark.DataType, target: spark.DataType) -> Column:
    """Cast to another width; a number that does not fit ends the job: Spark's cast would wrap."""
    cast = column.cast(target)
    if _INTEGER_BITS[type(source)] <= _INTEGER_BITS[type(target)]:
        return cast
    message = F.concat(
        F.lit("awsglue: "),
        column.cast("string"),
        F.lit(
            f" is no {target.simpleString()}, which is the column's type in the Data Catalog: "
            "crawl the table again, or change its type there."
        ),
    )
    fits = column.isNull() | (cast.cast(source) == column)
    return F.when(fits, cast).otherwise(F.raise_error(message).cast(target))


def _member(column: Column, source: spark.StructType, field: spark.StructField) -> Column:
    found = _find_field(source, field.name, ignore_case=True)
    if found is None:
        return null_column(field.dataType)
    return conform(column.getField(found.name), found.dataType, field.dataType)


def null_column(data_type: spark.DataType) -> Column:
    """Return a null of the type."""
    return F.lit(None).cast(data_type)


def cast_column(column: Column, source: spark.DataType, target: spark.DataType) -> Column:
    """Return the column in another type; structures become JSON text, what cannot be is null."""
    nested = (spark.StructType, spark.ArrayType, spark.MapType)
    if isinstance(source, nested) and isinstance(target, spark.StringType):
        return F.to_json(column)
    if isinstance(source, nested) != isinstance(target, nested):
        return null_column(target)
    return column if source == target else column.cast(target)
