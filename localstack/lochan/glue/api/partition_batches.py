"""Partitions of tables, many in a request: what fails is an entry of the answer, the rest is done.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-partitions.html
"""

from collections.abc import Iterator

from lochan.glue.api.errors import EntityNotFoundException, GlueError
from lochan.glue.api.partitions import (
    describe,
    find,
    find_table,
    insert,
    remove,
    replace_partition,
)
from lochan.glue.api.records import Partition, Shape, Table
from lochan.glue.api.state import GlueState
from lochan.glue.api.tables import describe_error


def create(state: GlueState, request: Shape) -> Shape:
    """Answer BatchCreatePartition."""
    table = find_table(state, request)
    errors = []
    for definition in request["PartitionInputList"]:
        try:
            insert(state, table, definition)
        except GlueError as error:
            values = definition.get("Values", [])
            errors.append({"PartitionValues": values, "ErrorDetail": describe_error(error)})
    return {"Errors": errors}


def get(state: GlueState, request: Shape) -> Shape:
    """Answer BatchGetPartition; partitions that are not there are left out."""
    table = find_table(state, request)
    found = _find_each(state, table, request["PartitionsToGet"])
    return {
        "Partitions": [describe(state, table, partition) for partition in found],
        "UnprocessedKeys": [],
    }


def update(state: GlueState, request: Shape) -> Shape:
    """Answer BatchUpdatePartition."""
    table = find_table(state, request)
    errors = []
    for entry in request["Entries"]:
        values = entry["PartitionValueList"]
        try:
            replace_partition(state, table, values, entry["PartitionInput"])
        except GlueError as error:
            errors.append({"PartitionValueList": values, "ErrorDetail": describe_error(error)})
    return {"Errors": errors}


def delete(state: GlueState, request: Shape) -> Shape:
    """Answer BatchDeletePartition."""
    table = find_table(state, request)
    errors = []
    for entry in request["PartitionsToDelete"]:
        try:
            remove(state, table, entry["Values"])
        except GlueError as error:
            values = entry["Values"]
            errors.append({"PartitionValues": values, "ErrorDetail": describe_error(error)})
    return {"Errors": errors}


def _find_each(state: GlueState, table: Table, entries: list[Shape]) -> Iterator[Partition]:
    for entry in entries:
        try:
            yield find(state, table, entry["Values"])
        except EntityNotFoundException:
            continue  # documented: only the partitions that exist are returned
