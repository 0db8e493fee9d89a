"""What the job was asked to do: a JSON document that the flow put into the processed bucket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spark.documents import read_document
from spark.tables import Table
from spark.twitter.schemas import TWEETS, USER_FOLLOWERS, USERS

TABLES: Mapping[str, Table] = {table.name: table for table in (USERS, USER_FOLLOWERS, TWEETS)}


@dataclass(frozen=True)
class PlannedPartition:
    """A partition of the source to synchronize, and the objects that it had when planned.

    `source_id` is the hash of the objects: what is published of them bears it. etags are by key,
    without quotes.
    """

    value: str
    source_id: str
    prefix: str
    bytes: int
    etags: Mapping[str, str]


@dataclass(frozen=True)
class PlannedTable:
    """A table of the processed zone, the catalog's table of its raw data, and what to do."""

    table: Table
    raw_name: str
    processed_name: str
    partitions: tuple[PlannedPartition, ...]


@dataclass(frozen=True)
class Plan:
    """Everything that one run does."""

    plan_id: str
    source_bucket: str
    raw_database: str
    processed_bucket: str
    processed_database: str
    reject_limit: int
    tables: tuple[PlannedTable, ...]

    @property
    def bytes(self) -> int:
        """How large the source is, as it is stored."""
        return sum(one.bytes for table in self.tables for one in table.partitions)


def read_plan(s3: Any, uri: str) -> Plan:
    """Read the plan at an s3:// URI."""
    fields = read_document(s3, uri)
    return Plan(**fields | {"tables": tuple(map(_read_table, fields["tables"]))})


def _read_table(fields: Mapping[str, Any]) -> PlannedTable:
    partitions = tuple(PlannedPartition(**partition) for partition in fields["partitions"])
    return PlannedTable(
        TABLES[fields["table"]], fields["raw_name"], fields["processed_name"], partitions
    )
