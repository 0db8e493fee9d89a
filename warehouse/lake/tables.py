"""Which table a source needs, and which changes make the one that is there fit.

https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from warehouse.lake.fields import Field
from warehouse.lake.names import (
    LOAD_ID,
    Path,
    check_distinct,
    name_column,
    show_path,
)
from warehouse.lake.types import RedshiftType, type_of_catalog, widen
from warehouse.sql import qualify, quote_column

LOAD_ID_TYPE = RedshiftType("char", (64,))
# A column between the old one and the new one, while the values move.
_MOVED = "lochan_moved"


class TableConflict(Exception):
    """The table that is there cannot hold what the source has; names both types and a way out."""


@dataclass(frozen=True)
class Mapped:
    """What a person asks of one field; what is None follows from the source."""

    source: Path
    target: str | None = None
    type: RedshiftType | None = None


@dataclass(frozen=True)
class PresentColumn:
    """A column that the table has."""

    name: str
    type: RedshiftType
    not_null: bool = False
    has_default: bool = False
    is_key: bool = False

    @property
    def needs_value(self) -> bool:
        """Whether every row has to bring a value."""
        return self.not_null and not self.has_default


@dataclass(frozen=True)
class PlannedColumn:
    """A column to load: where its values come from, and the type that it will have.

    `stated` where a person gave the type: then the data do not widen it.
    """

    path: Path
    source_type: str
    name: str
    type: RedshiftType
    stated: bool = False


@dataclass(frozen=True)
class AddColumn:
    """A new column, NULL in the rows that are there."""

    name: str
    type: RedshiftType

    def __str__(self) -> str:
        return f"add {self.name} {self.type}"

    def statements(self, table: str) -> list[str]:
        """Write the change; `table` is the quoted name."""
        return [f"ALTER TABLE {table} ADD COLUMN {quote_column(self.name)} {self.type}"]


@dataclass(frozen=True)
class LengthenText:
    """A longer VARCHAR: no value moves, but Redshift does it outside of transactions only."""

    name: str
    old: RedshiftType
    new: RedshiftType

    def __str__(self) -> str:
        return f"widen {self.name} {self.old} -> {self.new}"

    def statements(self, table: str) -> list[str]:
        """Write the change; `table` is the quoted name."""
        column = quote_column(self.name)
        return [f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {self.new}"]


@dataclass(frozen=True)
class MoveColumn:
    """A wider type of another kind: Redshift changes no such type, so the values move.

    The statements are one transaction; the column comes to stand last.
    """

    name: str
    old: RedshiftType
    new: RedshiftType

    def __str__(self) -> str:
        return f"widen {self.name} {self.old} -> {self.new}"

    def statements(self, table: str) -> list[str]:
        """Write the change; `table` is the quoted name."""
        old, moved = quote_column(self.name), quote_column(_MOVED)
        return [
            f"ALTER TABLE {table} ADD COLUMN {moved} {self.new}",
            f"UPDATE {table} SET {moved} = CAST({old} AS {self.new})",
            f"ALTER TABLE {table} DROP COLUMN {old}",
            f"ALTER TABLE {table} RENAME COLUMN {moved} TO {old}",
        ]

    def count_inexact(self, table: str) -> str | None:
        """Count the values that the new type would round; None where it never does.

        A double holds whole numbers exactly up to 2^53.
        """
        if self.old.name != "bigint" or self.new.name != "double precision":
            return None
        column = quote_column(self.name)
        exact = f"CAST(CAST({column} AS DOUBLE PRECISION) AS DECIMAL(38,0))"
        return f"SELECT COUNT(*) FROM {table} WHERE {exact} <> CAST({column} AS DECIMAL(38,0))"


Change = AddColumn | LengthenText | MoveColumn


@dataclass(frozen=True)
class TablePlan:
    """The columns to load in order, how the table gets them, and the fields that are left out."""

    schema: str
    table: str
    exists: bool
    columns: tuple[PlannedColumn, ...]
    changes: tuple[Change, ...] = ()
    left_out: tuple[Path, ...] = field(default=())

    @property
    def name(self) -> str:
        """The name as a person writes it."""
        return f"{self.schema}.{self.table}"

    @property
    def quoted(self) -> str:
        """The name as a statement has it."""
        return qualify(self.schema, self.table)


def plan_table(
    schema: str,
    table: str,
    fields: Sequence[Field],
    mapping: Sequence[Mapped],
    present: Mapping[str, PresentColumn] | None,
) -> TablePlan:
    """Plan the table that holds the fields; `present` are the columns of the table that is there.

    A mapping takes the fields that it names, in its order, and leaves the others out. Raises
    TableConflict, UnusableNames or UnusableType.
    """
    wanted = list(_choose(fields, mapping))
    check_distinct({column.path: column.name for column in wanted})
    taken = {column.path for column in wanted}
    left_out = tuple(one.path for one in fields if one.path not in taken)
    if not wanted:
        raise TableConflict(f"There is no field to load into {schema}.{table}.")
    if present is None:
        return TablePlan(schema, table, False, tuple(wanted), left_out=left_out)
    changes: list[Change] = []
    columns = [_fit(column, present, schema, table, changes) for column in wanted]
    if LOAD_ID not in present:
        changes.append(AddColumn(LOAD_ID, LOAD_ID_TYPE))
    _check_required(columns, present, schema, table)
    return TablePlan(schema, table, True, tuple(columns), tuple(changes), left_out)


def create_table(plan: TablePlan) -> str:
    """Write the statement that makes the planned table; keys are kept by the loads themselves."""
    columns = [f"{quote_column(column.name)} {column.type}" for column in plan.columns]
    own = f"{quote_column(LOAD_ID)} {LOAD_ID_TYPE} ENCODE zstd"
    return f"CREATE TABLE {plan.quoted} ({', '.join([*columns, own])})"


def _choose(fields: Sequence[Field], mapping: Sequence[Mapped]) -> Iterator[PlannedColumn]:
    if not mapping:
        for one in fields:
            yield PlannedColumn(
                one.path, one.type, name_column(one.path), type_of_catalog(one.type)
            )
        return
    by_path = {one.path: one for one in fields}
    for mapped in mapping:
        found = by_path.get(mapped.source)
        if found is None:
            known = ", ".join(show_path(one.path) for one in fields)
            raise TableConflict(
                f"The mapping names {show_path(mapped.source)}, which the source does not have. "
                f"It has {known}."
            )
        yield PlannedColumn(
            found.path,
            found.type,
            mapped.target or name_column(found.path),
            mapped.type or type_of_catalog(found.type),
            stated=mapped.type is not None,
        )


def _fit(
    column: PlannedColumn,
    present: Mapping[str, PresentColumn],
    schema: str,
    table: str,
    changes: list[Change],
) -> PlannedColumn:
    """Give the column the type that it will have in the table, and note what has to change."""
    there = present.get(column.name)
    if there is None:
        changes.append(AddColumn(column.name, column.type))
        return column
    fitting = there.type if _takes_any_text(there, column) else widen(there.type, column.type)
    if fitting is None:
        raise TableConflict(
            f"{schema}.{table}.{column.name} is {there.type}, and {show_path(column.path)} of the "
            f"source is {column.source_type} ({column.type}): neither holds the other. Map the "
            "field to another column, give it a type in the mapping, or load another table."
        )
    if fitting != there.type:
        changes.append(_widening(there, fitting, f"{schema}.{table}.{column.name}"))
    return PlannedColumn(column.path, column.source_type, column.name, fitting, column.stated)


def _takes_any_text(there: PresentColumn, column: PlannedColumn) -> bool:
    """Whether the data will show how long the column's texts are."""
    return there.type.name in ("varchar", "char") and column.type.is_text and not column.stated


def _widening(there: PresentColumn, fitting: RedshiftType, name: str) -> Change:
    if there.type.is_text:
        return LengthenText(there.name, there.type, fitting)
    if there.is_key or there.not_null:
        what = "the distribution or sort key" if there.is_key else "NOT NULL"
        raise TableConflict(
            f"{name} is {there.type} and would have to become {fitting}, but it is {what}, and "
            "Redshift lets no such column be replaced: make the table anew with the wider type."
        )
    return MoveColumn(there.name, there.type, fitting)


def _check_required(
    columns: Sequence[PlannedColumn],
    present: Mapping[str, PresentColumn],
    schema: str,
    table: str,
) -> None:
    loaded = {column.name for column in columns}
    for there in present.values():
        if there.needs_value and there.name not in loaded:
            raise TableConflict(
                f"{schema}.{table}.{there.name} is NOT NULL without a default, and no field of the "
                "source goes there: map one to it."
            )
