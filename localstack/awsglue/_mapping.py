"""Operations on fields: mapping, selecting, dropping, renaming, splitting rows.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as spark

from awsglue._choice import cast_value
from awsglue._nested import (
    ELEMENT,
    NamedColumn,
    Path,
    column_at,
    conform,
    edit_field,
    field_at,
    find_path,
    null_column,
    parse_path,
    select_named,
    top_column,
)
from awsglue._refusals import not_implemented
from awsglue._schema import choice_depth
from awsglue._type_names import parse_type

# Targets of these names keep the structure that they have.
_STRUCTURES = frozenset({"array", "struct", "map", "set", "choice"})

_COMPARATORS: dict[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True)
class FieldMapping:
    """One row of a mapping; without a type the value keeps its own."""

    source: str
    target: str
    target_type: str | None

    @classmethod
    def of(cls, row: Sequence[str]) -> "FieldMapping":
        """Read (source, target), (source, target, type) or (source, type, target, type)."""
        if len(row) == 2:
            return cls(row[0], row[1], None)
        if len(row) == 3:
            return cls(row[0], row[1], row[2])
        if len(row) == 4:
            return cls(row[0], row[2], row[3])
        raise ValueError(
            f"apply_mapping: {row!r} is no mapping: give (source, type, target, type)."
        )


def apply_mapping(
    frame: DataFrame, mappings: Sequence[Sequence[str]], case_sensitive: bool = False
) -> DataFrame:
    """Return the mapped fields in the order of the mappings; all others are dropped.

    A dotted target builds structs. A source that no record has yields no target field.
    """
    tree: dict[str, Any] = {}
    for row in mappings:
        mapping = FieldMapping.of(row)
        source = find_path(frame.schema, parse_path(mapping.source), not case_sensitive)
        if source is not None:
            _plant(tree, parse_path(mapping.target), _mapped(frame, source, mapping))
    return select_named(frame, [_grown(name, branch) for name, branch in tree.items()])


def _mapped(frame: DataFrame, source: Path, mapping: FieldMapping) -> NamedColumn:
    if ELEMENT in source and source[-1] != ELEMENT:
        raise not_implemented("apply_mapping", f"a source inside an array ({mapping.source!r})")
    path = tuple(step for step in source if step != ELEMENT)
    field, column = field_at(frame.schema, path), column_at(path)
    if mapping.target_type is None or mapping.target_type.strip().lower() in _STRUCTURES:
        return field, column
    return cast_value(field, column, parse_type(mapping.target_type))


def _plant(tree: dict[str, Any], target: Path, leaf: NamedColumn) -> None:
    branch = tree
    for step in target[:-1]:
        branch = branch.setdefault(step, {})
        if not isinstance(branch, dict):
            raise ValueError(f"apply_mapping: {step!r} is mapped both as a value and as a struct.")
    branch[target[-1]] = leaf


def _grown(name: str, branch: Any) -> NamedColumn:
    if isinstance(branch, dict):
        members = [_grown(child, inner) for child, inner in branch.items()]
        struct = F.struct(*[column.alias(f.name, metadata=f.metadata) for f, column in members])
        return spark.StructField(name, spark.StructType([f for f, _ in members])), struct
    field, column = branch
    return spark.StructField(name, field.dataType, True, field.metadata), column


def drop_fields(frame: DataFrame, paths: Sequence[str]) -> DataFrame:
    """Return the frame without the fields at these paths; paths that are not there are ignored."""
    for text in paths:
        path = find_path(frame.schema, parse_path(text))
        if path is not None:
            frame = edit_field(frame, path, lambda field, column: ())
    return frame


def select_fields(frame: DataFrame, paths: Sequence[str]) -> DataFrame:
    """Return the fields at these paths, in their order, nested ones within their structs."""
    found = [find_path(frame.schema, parse_path(text)) for text in paths]
    kept = [path for path in found if path is not None]
    names = list(dict.fromkeys(path[0] for path in kept))
    target = _pruned(frame.schema, kept)
    assert isinstance(target, spark.StructType)
    return select_named(
        frame,
        [
            (
                target[name],
                conform(top_column(name), frame.schema[name].dataType, target[name].dataType),
            )
            for name in names
        ],
    )


def _pruned(data_type: spark.DataType, paths: Sequence[Path]) -> spark.DataType:
    if any(not path for path in paths):
        return data_type
    if isinstance(data_type, spark.ArrayType):
        return spark.ArrayType(_pruned(data_type.elementType, [path[1:] for path in paths]))
    assert isinstance(data_type, spark.StructType)
    return spark.StructType(
        [
            spark.StructField(field.name, _pruned(field.dataType, below), True, field.metadata)
            for field in data_type.fields
            if (below := [path[1:] for path in paths if path[0] == field.name])
        ]
    )


def in_schema(frame: DataFrame, wanted: spark.StructType) -> DataFrame:
    """Return the fields of a schema in its types; those that the frame lacks are null."""
    members: list[NamedColumn] = []
    for field in wanted.fields:
        found = find_path(frame.schema, (field.name,))
        if found is None:
            members.append((field, null_column(field.dataType)))
        elif choice_depth(field) is not None:
            members.append((frame.schema[found[0]], top_column(found[0])))
        else:
            present = frame.schema[found[0]]
            members.append(cast_value(present, top_column(found[0]), field.dataType))
    return select_named(frame, members)


def rename_field(frame: DataFrame, old_name: str, new_name: str) -> DataFrame:
    """Return the frame with a field renamed in place, or moved to another struct."""
    old, new = find_path(frame.schema, parse_path(old_name)), parse_path(new_name)
    if old is None:
        return frame
    if _parent(old) == _parent(new):
        return edit_field(frame, old, lambda field, column: [(_renamed(field, new[-1]), column)])
    if ELEMENT in old or ELEMENT in new:
        raise not_implemented("rename_field", f"a move across arrays ({old_name!r})")
    return _move_field(frame, old, new)


def _parent(path: Path) -> Path:
    return tuple(step.lower() for step in path[:-1] if step != ELEMENT)


def _renamed(field: spark.StructField, name: str) -> spark.StructField:
    return spark.StructField(name, field.dataType, True, field.metadata)


def _move_field(frame: DataFrame, old: Path, new: Path) -> DataFrame:
    moved = field_at(frame.schema, old)
    held = "__awsglue_moved"
    frame = frame.withColumn(held, column_at(old))
    frame = edit_field(frame, old, lambda field, column: ())
    tree: dict[str, Any] = {}
    for field in frame.schema.fields:
        _plant_field(tree, (), field)
    _plant(tree, new, (moved, top_column(held)))
    tree.pop(held)
    return select_named(frame, [_grown(name, branch) for name, branch in tree.items()])


def _plant_field(tree: dict[str, Any], prefix: Path, field: spark.StructField) -> None:
    path = (*prefix, field.name)
    if isinstance(field.dataType, spark.StructType) and not field.metadata:
        for member in field.dataType.fields:
            _plant_field(tree, path, member)
    else:
        _plant(tree, path, (field, column_at(path)))


def row_condition(frame: DataFrame, comparisons: Mapping[str, Mapping[str, Any]]) -> Column:
    """Return the condition of split_rows: all comparisons hold, and none has a null."""
    conditions = [
        _compare(frame, text, comparator, value)
        for text, wanted in comparisons.items()
        for comparator, value in wanted.items()
    ]
    return F.coalesce(reduce(operator.and_, conditions, F.lit(True)), F.lit(False))


def _compare(frame: DataFrame, text: str, comparator: str, value: Any) -> Column:
    path = find_path(frame.schema, parse_path(text))
    if path is None:
        raise ValueError(f"split_rows: the frame has no field {text!r}: {frame.columns}.")
    if comparator not in _COMPARATORS:
        raise ValueError(f"split_rows: {comparator!r} is none of {sorted(_COMPARATORS)}.")
    condition: Column = _COMPARATORS[comparator](column_at(path), value)
    return condition
