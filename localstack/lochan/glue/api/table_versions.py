"""Earlier versions of tables.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html
"""

from typing import Any

from lochan.glue.api import tables
from lochan.glue.api.errors import EntityNotFoundException, GlueError, InvalidInputException
from lochan.glue.api.pages import cut_page
from lochan.glue.api.records import Shape, Table
from lochan.glue.api.state import GlueState, check_catalog


def get(state: GlueState, request: Shape) -> Shape:
    """Answer GetTableVersion; without VersionId the newest."""
    check_catalog(state, request)
    table = tables.find(state, request["DatabaseName"], request["TableName"])
    version = request.get("VersionId", str(table.version))
    return {"TableVersion": _describe(state, _find(state, table, version))}


def list_all(state: GlueState, request: Shape) -> Shape:
    """Answer GetTableVersions, newest first."""
    check_catalog(state, request)
    table = tables.find(state, request["DatabaseName"], request["TableName"])
    page, token = cut_page(_all(state, table), lambda version: (-version.version,), request)
    return {"TableVersions": [_describe(state, version) for version in page], **token}


def delete(state: GlueState, request: Shape) -> Shape:
    """Answer DeleteTableVersion."""
    check_catalog(state, request)
    table = tables.find(state, request["DatabaseName"], request["TableName"])
    _remove(state, table, request["VersionId"])
    return {}


def delete_batch(state: GlueState, request: Shape) -> Shape:
    """Answer BatchDeleteTableVersion; each version that cannot go is an entry of Errors."""
    check_catalog(state, request)
    table = tables.find(state, request["DatabaseName"], request["TableName"])
    errors = []
    for version in request["VersionIds"]:
        try:
            _remove(state, table, version)
        except GlueError as error:
            detail = tables.describe_error(error)
            errors.append({"TableName": table.name, "VersionId": version, "ErrorDetail": detail})
    return {"Errors": errors}


def _all(state: GlueState, table: Table) -> tuple[Table, ...]:
    return (*state.archived_tables.get((table.database, table.name), ()), table)


def _find(state: GlueState, table: Table, version: str) -> Table:
    for known in _all(state, table):
        if str(known.version) == version:
            return known
    raise EntityNotFoundException(f"Version {version} of table {table.name} not found.")


def _remove(state: GlueState, table: Table, version: str) -> None:
    doomed = _find(state, table, version)
    if doomed == table:
        raise InvalidInputException(
            f"Version {version} is the present version of table {table.name} and cannot be deleted."
        )
    key = (table.database, table.name)
    kept = tuple(old for old in state.archived_tables[key] if old != doomed)
    state.archived_tables[key] = kept


def _describe(state: GlueState, version: Table) -> dict[str, Any]:
    return {"Table": tables.describe(state, version), "VersionId": str(version.version)}
