"""Partitions of tables, one at a time and in lists.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-partitions.html
"""

import zlib
from collections.abc import Callable, Sequence
from typing import Any

from lochan.glue.api import tables
from lochan.glue.api.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)
from lochan.glue.api.pages import cut_page
from lochan.glue.api.partition_filter import Values, compile_filter
from lochan.glue.api.records import Partition, Shape, Table
from lochan.glue.api.state import GlueState, Partitions, check_catalog

_PAGE_SIZE = 1000


def create(state: GlueState, request: Shape) -> Shape:
    """Answer CreatePartition."""
    table = find_table(state, request)
    insert(state, table, request["PartitionInput"])
    return {}


def get(state: GlueState, request: Shape) -> Shape:
    """Answer GetPartition."""
    table = find_table(state, request)
    partition = find(state, table, request["PartitionValues"])
    return {"Partition": describe(state, table, partition)}


def list_all(state: GlueState, request: Shape) -> Shape:
    """Answer GetPartitions: those of the Segment that satisfy the Expression."""
    table = find_table(state, request)
    is_selected = _compile_selection(table, request)
    selected = (
        partition for values, partition in contents(state, table).items() if is_selected(values)
    )
    page, token = cut_page(
        selected, lambda partition: partition.values, request, default_size=_PAGE_SIZE
    )
    described = [describe(state, table, partition) for partition in page]
    if request.get("ExcludeColumnSchema", False):
        described = [_without_columns(partition) for partition in described]
    return {"Partitions": described, **token}


def update(state: GlueState, request: Shape) -> Shape:
    """Answer UpdatePartition; new Values move the partition."""
    table = find_table(state, request)
    replace_partition(state, table, request["PartitionValueList"], request["PartitionInput"])
    return {}


def delete(state: GlueState, request: Shape) -> Shape:
    """Answer DeletePartition."""
    table = find_table(state, request)
    remove(state, table, request["PartitionValues"])
    return {}


def find_table(state: GlueState, request: Shape) -> Table:
    """Return the table that a partition request names."""
    check_catalog(state, request)
    return tables.find(state, request["DatabaseName"], request["TableName"])


def contents(state: GlueState, table: Table) -> Partitions:
    """Return the partitions of a table, to be read or changed."""
    return state.partitions.setdefault((table.database, table.name), {})


def find(state: GlueState, table: Table, values: Sequence[str]) -> Partition:
    """Return a partition, or raise EntityNotFoundException."""
    partition = contents(state, table).get(_check_values(table, values))
    if partition is None:
        raise EntityNotFoundException(
            f"Cannot find partition {list(values)} of table {table.database}.{table.name}."
        )
    return partition


def insert(state: GlueState, table: Table, definition: Shape) -> None:
    """Add a partition, or raise AlreadyExistsException."""
    values = _check_values(table, definition.get("Values", []))
    known = contents(state, table)
    if values in known:
        raise AlreadyExistsException("Partition already exists.")
    known[values] = Partition(values, definition, state.now())


def remove(state: GlueState, table: Table, values: Sequence[str]) -> None:
    """Delete a partition, or raise EntityNotFoundException."""
    del contents(state, table)[find(state, table, values).values]


def replace_partition(
    state: GlueState, table: Table, values: Sequence[str], definition: Shape
) -> None:
    """Change a partition, and move it where the new definition has other values."""
    old = find(state, table, values)
    new_values = _check_values(table, definition.get("Values", values))
    known = contents(state, table)
    if new_values != old.values and new_values in known:
        raise AlreadyExistsException("Partition already exists.")
    del known[old.values]
    known[new_values] = Partition(new_values, definition, old.created)


def describe(state: GlueState, table: Table, partition: Partition) -> dict[str, Any]:
    """Return a partition in the shape Partition."""
    return {
        **partition.definition,
        "Values": list(partition.values),
        "DatabaseName": table.database,
        "TableName": table.name,
        "CreationTime": partition.created,
        "CatalogId": state.account,
    }


def _check_values(table: Table, values: Sequence[str]) -> Values:
    keys = table.definition.get("PartitionKeys", [])
    if len(values) != len(keys):
        raise InvalidInputException(
            "The number of partition keys do not match the number of partition values:"
            f" {table.database}.{table.name} has {len(keys)} keys, and {list(values)} are"
            f" {len(values)} values."
        )
    return tuple(values)


def _compile_selection(table: Table, request: Shape) -> Callable[[Values], bool]:
    expression = request.get("Expression", "").strip()
    satisfies: Callable[[Values], bool] = _accept_all
    if expression:
        satisfies = compile_filter(expression, table.definition.get("PartitionKeys", []))
    is_in_segment = _compile_segment(request.get("Segment"))
    return lambda values: is_in_segment(values) and satisfies(values)


def _accept_all(_: Values) -> bool:
    return True


def _compile_segment(segment: Shape | None) -> Callable[[Values], bool]:
    """Return what picks one of several disjoint parts, which parallel readers ask for."""
    if segment is None:
        return _accept_all
    number, total = segment["SegmentNumber"], segment["TotalSegments"]
    if number >= total:
        raise InvalidInputException(
            f"SegmentNumber {number} must be less than TotalSegments {total}: they count from 0."
        )
    return lambda values: zlib.crc32("\0".join(values).encode()) % total == number


def _without_columns(partition: dict[str, Any]) -> dict[str, Any]:
    storage = {
        name: value
        for name, value in partition.get("StorageDescriptor", {}).items()
        if name != "Columns"
    }
    return {**partition, "StorageDescriptor": storage}
