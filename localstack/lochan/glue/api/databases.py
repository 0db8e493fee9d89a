"""Databases of the catalog.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-databases.html
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
from lochan.glue.api.records import Database, Shape
from lochan.glue.api.state import GlueState, check_catalog, fold

# What Glue grants on new tables where Lake Formation is not set up.
_DEFAULT_TABLE_PERMISSIONS = [
    {
        "Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
        "Permissions": ["ALL"],
    }
]


def find(state: GlueState, name: str) -> Database:
    """Return the database, or raise EntityNotFoundException."""
    database = state.databases.get(fold(name))
    if database is None:
        raise EntityNotFoundException(f"Database {name} not found.")
    return database


def create(state: GlueState, request: Shape) -> Shape:
    """Answer CreateDatabase."""
    check_catalog(state, request)
    definition = request["DatabaseInput"]
    name = fold(definition["Name"])
    if name in state.databases:
        raise AlreadyExistsException("Database already exists.")
    state.databases[name] = Database(name, definition, state.now())
    tags.put(state, state.arn("database", name), request.get("Tags", {}))
    return {}


def get(state: GlueState, request: Shape) -> Shape:
    """Answer GetDatabase."""
    check_catalog(state, request)
    return {"Database": _describe(state, find(state, request["Name"]))}


def list_all(state: GlueState, request: Shape) -> Shape:
    """Answer GetDatabases."""
    check_catalog(state, request)
    page, token = cut_page(state.databases.values(), lambda database: (database.name,), request)
    wanted = request.get("AttributesToGet")
    described = [_describe(state, database) for database in page]
    if wanted:
        described = [{"Name": database["Name"]} for database in described]
    return {"DatabaseList": described, **token}


def update(state: GlueState, request: Shape) -> Shape:
    """Answer UpdateDatabase; a database keeps its name."""
    check_catalog(state, request)
    database = find(state, request["Name"])
    definition = request["DatabaseInput"]
    if fold(definition["Name"]) != database.name:
        raise InvalidInputException(
            f"Database {database.name} cannot be renamed to {definition['Name']}."
        )
    state.databases[database.name] = replace(database, definition=definition)
    return {}


def delete(state: GlueState, request: Shape) -> Shape:
    """Answer DeleteDatabase: its tables, versions and partitions go with it."""
    check_catalog(state, request)
    name = find(state, request["Name"]).name
    for contents in (state.tables, state.archived_tables, state.partitions):
        for key in [key for key in contents if key[0] == name]:
            del contents[key]
    del state.databases[name]
    tags.drop(state, state.arn("database", name), state.arn("table", f"{name}/"))
    return {}


def _describe(state: GlueState, database: Database) -> dict[str, Any]:
    return {
        "CreateTableDefaultPermissions": _DEFAULT_TABLE_PERMISSIONS,
        **database.definition,
        "Name": database.name,
        "CreateTime": database.created,
        "CatalogId": state.account,
    }
