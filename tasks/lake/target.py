"""The target in Redshift: what is there, and making it what the plan says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from tasks.redshift import Warehouse, explained, run_transaction, run_with_retries
from warehouse.lake import catalog
from warehouse.lake.loading import Publication, create_incoming
from warehouse.lake.tables import (
    LengthenText,
    MoveColumn,
    PresentColumn,
    TableConflict,
    TablePlan,
    create_table,
)
from warehouse.lake.types import round_up_length, varchar


def read_target(warehouse: Warehouse, schema: str, table: str) -> dict[str, PresentColumn] | None:
    """Read the columns of the table, None where there is no such table.

    Raises TableConflict where the table is a view or somebody else's, or the schema is missing.
    """

    def read(cursor: Any) -> dict[str, PresentColumn] | None:
        _check_schema(cursor, schema)
        if not _is_ours(cursor, schema, table):
            return None
        cursor.execute(catalog.set_search_path(schema))
        columns = _select(cursor, catalog.SELECT_COLUMNS, schema, table)
        defaults = _select(cursor, catalog.SELECT_DEFAULTS, schema, table)
        return catalog.read_columns(columns, defaults)

    return run_transaction(warehouse, f"Looking at {schema}.{table}", read)


def _check_schema(cursor: Any, schema: str) -> None:
    if not _select(cursor, catalog.SELECT_SCHEMA, schema):
        raise TableConflict(
            f"There is no schema {schema} in Redshift: create it, or load a table of another one."
        )


def _is_ours(cursor: Any, schema: str, table: str) -> bool:
    """Tell whether there is such a table; raises TableConflict where it may not be altered."""
    owners = _select(cursor, catalog.SELECT_OWNER, schema, table)
    if not owners:
        if _select(cursor, catalog.SELECT_VIEW, schema, table):
            raise TableConflict(
                f"{schema}.{table} is a view, into which nothing can be loaded: load a table of "
                "another name."
            )
        return False
    owner, user = (str(name).strip() for name in owners[0])
    if owner != user:
        raise TableConflict(
            f"{schema}.{table} belongs to {owner}, and {user}, who loads, may not change it: let "
            f"{owner} run ALTER TABLE {schema}.{table} OWNER TO {user}, or load another table."
        )
    return True


def _select(cursor: Any, statement: str, *values: str) -> Sequence[Sequence[Any]]:
    cursor.execute(statement, values)
    rows: Sequence[Sequence[Any]] = cursor.fetchall()
    return rows


def prepare_target(warehouse: Warehouse, publication: Publication) -> None:
    """Create or evolve the target, and make the table that the job fills; safe to repeat.

    Repeating takes a plan that was made anew: a killed run leaves the table created or evolved.
    """
    plan = publication.plan
    lengthen_texts(warehouse, plan, [c for c in plan.changes if isinstance(c, LengthenText)])

    def change(cursor: Any) -> None:
        for statement in _transactional(cursor, plan):
            cursor.execute(statement)
        for statement in create_incoming(publication):
            cursor.execute(statement)

    run_transaction(warehouse, f"Making {plan.name} fit", change)


def lengthen_texts(warehouse: Warehouse, plan: TablePlan, changes: Sequence[LengthenText]) -> None:
    """Lengthen text columns, each on its own: Redshift does it in no transaction.

    A longer column is harmless where what follows fails.
    """
    for one in changes:
        for statement in one.statements(plan.quoted):
            with explained(f"The change of {plan.name} ({one})"):
                run_with_retries(partial(warehouse.execute_alone, statement))


def _transactional(cursor: Any, plan: TablePlan) -> list[str]:
    if not plan.exists:
        return [create_table(plan)]
    statements = []
    for one in plan.changes:
        if isinstance(one, MoveColumn):
            _check_exact(cursor, plan, one)
        if not isinstance(one, LengthenText):
            statements += one.statements(plan.quoted)
    return statements


def _check_exact(cursor: Any, plan: TablePlan, change: MoveColumn) -> None:
    statement = change.count_inexact(plan.quoted)
    if statement is None:
        return
    cursor.execute(statement)
    inexact = int(cursor.fetchone()[0])
    if inexact:
        raise TableConflict(
            f"{plan.name}.{change.name} is {change.old} and would have to become {change.new}, "
            f"which would round {inexact} of its values: map the field to another column, or to "
            "DECIMAL in a table made for it."
        )


def longer_texts(
    plan: TablePlan, lengths: Mapping[str, int], present: Mapping[str, PresentColumn]
) -> list[LengthenText]:
    """Say which text columns are too short for the data, and how long they become."""
    return [
        LengthenText(name, present[name].type, varchar(round_up_length(length)))
        for name, length in lengths.items()
        if length > present[name].type.arguments[0]
    ]
