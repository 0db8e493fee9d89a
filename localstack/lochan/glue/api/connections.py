"""Connections: how jobs and crawlers reach data stores.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-connections.html
"""

from dataclasses import replace
from typing import Any

from lochan.glue.api import tags
from lochan.glue.api.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)
from lochan.glue.api.pages import cut_page
from lochan.glue.api.records import Connection, Shape
from lochan.glue.api.state import GlueState, check_catalog

_SCHEMA_VERSION = 1
# Members of ConnectionInput that ask for something and describe nothing; false or refused.
_INSTRUCTIONS = ("ValidateCredentials", "ValidateForComputeEnvironments")
_PASSWORDS = ("PASSWORD", "ENCRYPTED_PASSWORD")


def find(state: GlueState, name: str) -> Connection:
    """Return a connection, or raise EntityNotFoundException."""
    connection = state.connections.get(name)
    if connection is None:
        raise EntityNotFoundException(f"Connection {name} not found.")
    return connection


def create(state: GlueState, request: Shape) -> Shape:
    """Answer CreateConnection; it is ready at once, as nothing is validated."""
    check_catalog(state, request)
    definition = request["ConnectionInput"]
    name = definition["Name"]
    if name in state.connections:
        raise AlreadyExistsException(f"Connection {name} already exists.")
    tags.put(state, state.arn("connection", name), request.get("Tags", {}))
    now = state.now()
    state.connections[name] = Connection(name, definition, now, now)
    return {"CreateConnectionStatus": "READY"}


def get(state: GlueState, request: Shape) -> Shape:
    """Answer GetConnection."""
    check_catalog(state, request)
    connection = find(state, request["Name"])
    return {"Connection": _describe(state, connection, request.get("HidePassword", False))}


def list_all(state: GlueState, request: Shape) -> Shape:
    """Answer GetConnections."""
    check_catalog(state, request)
    wanted = request.get("Filter", {})
    matching = (known for known in state.connections.values() if _matches(known, wanted))
    page, token = cut_page(matching, lambda connection: (connection.name,), request)
    hidden = request.get("HidePassword", False)
    return {"ConnectionList": [_describe(state, known, hidden) for known in page], **token}


def update(state: GlueState, request: Shape) -> Shape:
    """Answer UpdateConnection: the new definition replaces the old."""
    check_catalog(state, request)
    connection = find(state, request["Name"])
    definition = request["ConnectionInput"]
    if definition["Name"] != connection.name:
        raise InvalidInputException(
            f"Connection {connection.name} cannot be renamed to {definition['Name']}."
        )
    changed = replace(connection, definition=definition, updated=state.now())
    state.connections[connection.name] = changed
    return {}


def delete(state: GlueState, request: Shape) -> Shape:
    """Answer DeleteConnection."""
    check_catalog(state, request)
    _remove(state, request["ConnectionName"])
    return {}


def delete_batch(state: GlueState, request: Shape) -> Shape:
    """Answer BatchDeleteConnection; a connection that is not there is an entry of Errors."""
    check_catalog(state, request)
    deleted, errors = [], {}
    for name in request["ConnectionNameList"]:
        try:
            _remove(state, name)
            deleted.append(name)
        except EntityNotFoundException as error:
            errors[name] = {"ErrorCode": error.code, "ErrorMessage": error.message}
    return {"Succeeded": deleted, "Errors": errors}


def _remove(state: GlueState, name: str) -> None:
    del state.connections[find(state, name).name]
    tags.drop(state, state.arn("connection", name))


def _matches(connection: Connection, wanted: Shape) -> bool:
    definition = connection.definition
    criteria = set(definition.get("MatchCriteria", []))
    return (
        wanted.get("ConnectionType", definition["ConnectionType"]) == definition["ConnectionType"]
        and criteria >= set(wanted.get("MatchCriteria", []))
        and wanted.get("ConnectionSchemaVersion", _SCHEMA_VERSION) == _SCHEMA_VERSION
    )


def _describe(state: GlueState, connection: Connection, hide_password: bool) -> dict[str, Any]:
    described = {
        name: value for name, value in connection.definition.items() if name not in _INSTRUCTIONS
    }
    if hide_password:
        described["ConnectionProperties"] = {
            name: value
            for name, value in described["ConnectionProperties"].items()
            if name not in _PASSWORDS
        }
    return {
        **described,
        "CreationTime": connection.created,
        "LastUpdatedTime": connection.updated,
        "LastUpdatedBy": f"arn:aws:iam::{state.account}:root",
        "Status": "READY",
        "ConnectionSchemaVersion": _SCHEMA_VERSION,
    }
