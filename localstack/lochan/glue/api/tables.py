"""Tables of the catalog.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html
"""

import re
from collections.abc import Callable
from typing import Any

from lochan.glue.api import databases, tags
from lochan.glue.api.errors import (
    AlreadyExistsException,
    ConcurrentModificationException,
    EntityNotFoundException,
    GlueError,
    InvalidInputException,
)
from lochan.glue.api.pages import cut_page
from lochan.glue.api.records import Shape, Table
from lochan.glue.api.state import GlueState, check_catalog, fold


def find(state: GlueState, database: str, name: str) -> Table:
    """Return the newest version of a table, or raise EntityNotFoundException."""
    folded = databases.find(state, database).name
    table = state.tables.get((folded, fold(name)))
    if table is None:
        raise EntityNotFoundException(f"Table {name} not found.")
    return table


def create(state: GlueState, request: Shape) -> Shape:
    """Answer CreateTable; version numbers begin with 0."""
    check_catalog(state, request)
    database = databases.find(state, request["DatabaseName"]).name
    definition = _read_definition(request)
    name = fold(definition["Name"])
    if (database, name) in state.tables:
        raise AlreadyExistsException("Table already exists.")
    _check_columns(definition)
    now = state.now()
    state.tables[database, name] = Table(database, name, definition, 0, now, now)
    return {}


def get(state: GlueState, request: Shape) -> Shape:
    """Answer GetTable."""
    check_catalog(state, request)
    return {"Table": describe(state, find(state, request["DatabaseName"], request["Name"]))}


def list_all(state: GlueState, request: Shape) -> Shape:
    """Answer GetTables."""
    check_catalog(state, request)
    database = databases.find(state, request["DatabaseName"]).name
    is_wanted = _compile_name_filter(request.get("Expression"))
    matching = (
        table
        for (owner, name), table in state.tables.items()
        if owner == database and is_wanted(name)
    )
    page, token = cut_page(matching, lambda table: (table.name,), request)
    if request.get("AttributesToGet") == ["NAME"]:
        return {"TableList": [{"Name": table.name} for table in page], **token}
    return {"TableList": [describe(state, table) for table in page], **token}


def update(state: GlueState, request: Shape) -> Shape:
    """Answer UpdateTable: the old version is archived unless SkipArchive says otherwise."""
    check_catalog(state, request)
    definition = _read_definition(request)
    table = find(state, request["DatabaseName"], definition["Name"])
    _check_version(table, request.get("VersionId"))
    _check_columns(definition)
    key = (table.database, table.name)
    if not request.get("SkipArchive", False):
        state.archived_tables[key] = (*state.archived_tables.get(key, ()), table)
    version = table.version + 1
    state.tables[key] = Table(*key, definition, version, table.created, state.now())
    return {}


def delete(state: GlueState, request: Shape) -> Shape:
    """Answer DeleteTable: its versions and partitions go with it."""
    check_catalog(state, request)
    _remove(state, find(state, request["DatabaseName"], request["Name"]))
    return {}


def delete_batch(state: GlueState, request: Shape) -> Shape:
    """Answer BatchDeleteTable; a table that is not there is an entry of Errors."""
    check_catalog(state, request)
    databases.find(state, request["DatabaseName"])
    errors = []
    for name in request["TablesToDelete"]:
        try:
            _remove(state, find(state, request["DatabaseName"], name))
        except EntityNotFoundException as error:
            errors.append({"TableName": name, "ErrorDetail": describe_error(error)})
    return {"Errors": errors}


def describe(state: GlueState, table: Table) -> dict[str, Any]:
    """Return a version of a table in the shape Table."""
    return {
        "Retention": 0,
        "PartitionKeys": [],
        **table.definition,
        "Name": table.name,
        "DatabaseName": table.database,
        "CreateTime": table.created,
        "UpdateTime": table.updated,
        "CreatedBy": f"arn:aws:iam::{state.account}:root",
        "IsRegisteredWithLakeFormation": False,
        "IsMultiDialectView": False,
        "CatalogId": state.account,
        "VersionId": str(table.version),
    }


def describe_error(error: GlueError) -> dict[str, str]:
    """Return an error in the shape ErrorDetail, as batch operations answer for each entry."""
    return {"ErrorCode": error.code, "ErrorMessage": error.message}


def _remove(state: GlueState, table: Table) -> None:
    key = (table.database, table.name)
    del state.tables[key]
    state.archived_tables.pop(key, None)
    state.partitions.pop(key, None)
    tags.drop(state, state.arn("table", "/".join(key)))


def _read_definition(request: Shape) -> Shape:
    if "TableInput" not in request:
        raise InvalidInputException("TableInput must be given: it defines the table.")
    definition: Shape = request["TableInput"]
    return definition


def _check_columns(definition: Shape) -> None:
    columns = definition.get("StorageDescriptor", {}).get("Columns", [])
    names = [fold(column["Name"]) for column in (*columns, *definition.get("PartitionKeys", []))]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidInputException(
            f"Table {definition['Name']} has the column {twice} more than once; column names do not"
            " distinguish upper and lower case, and a partition key may not repeat a column."
        )


def _check_version(table: Table, expected: str | None) -> None:
    if expected is not None and expected != str(table.version):
        raise ConcurrentModificationException(
            f"Update table failed due to concurrent modifications: {table.database}.{table.name}"
            f" is at version {table.version}, not {expected}."
        )


def _compile_name_filter(expression: str | None) -> Callable[[str], bool]:
    """Return what GetTables filters with: a regular expression in which `*` may also be a wildcard.

    The documentation speaks of a regular expression only, yet clients send `prefix*` and Glue
    answers with all tables of that prefix, so a `*` that repeats nothing sensible stands for `.*`.
    """
    if not expression:
        return lambda _: True
    pattern = re.sub(r"(?<![.\])])\*", ".*", expression)
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise InvalidInputException(
            f"Expression {expression!r} is not a regular expression: {error}."
        ) from error
    return lambda name: compiled.fullmatch(name) is not None
