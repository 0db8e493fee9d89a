"""Bring the catalog to what a crawl found, as the crawler's policies say.

https://docs.aws.amazon.com/glue/latest/dg/crawler-schema-changes-prevent.html
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lochan.glue.crawler.errors import CatalogRefused
from lochan.glue.crawler.tables import CrawledTable, disambiguated_name

# BatchCreatePartition takes 100, BatchDeletePartition 25.
CREATE_BATCH = 100
DELETE_BATCH = 25
# What tells of the crawl and not of the data: a difference here alone is no change.
_VOLATILE = {"CRAWL_RUN_ID"}


@dataclass(frozen=True)
class Policies:
    """What a crawler may do to tables that changed or went away."""

    update: str = "UPDATE_IN_DATABASE"
    delete: str = "DEPRECATE_IN_DATABASE"
    merge_new_columns: bool = False
    partitions_inherit: bool = False


@dataclass
class Tally:
    """How many tables and partitions a crawl touched."""

    tables_created: int = 0
    tables_updated: int = 0
    tables_deleted: int = 0
    partitions_created: int = 0
    partitions_updated: int = 0
    partitions_deleted: int = 0


@dataclass
class Catalog:
    """One database, written through the Glue API on a crawler's behalf."""

    glue: Any
    database: str
    crawler_name: str
    policies: Policies
    log: Callable[[str], None]
    tally: Tally = field(default_factory=Tally)

    def publish(self, crawled: CrawledTable) -> str:
        """Create or update a table and its partitions; returns the name it has in the catalog."""
        name, existing = self._find(crawled)
        table_input = {**crawled.table_input, "Name": name}
        if existing is None:
            self.glue.create_table(DatabaseName=self.database, TableInput=table_input)
            self.tally.tables_created += 1
            self.log(f"INFO : Created table {name} in database {self.database}")
        else:
            self._update_table(table_input, existing)
        if table_input["PartitionKeys"]:
            self._publish_partitions(name, crawled.partition_inputs, table_input)
        return name

    def retire_missing(
        self, present: set[str], covers: Callable[[Mapping[str, Any]], bool]
    ) -> None:
        """Delete or deprecate this crawler's tables that it covers and did not find again."""
        for table in self.own_tables():
            if table["Name"] not in present and covers(table):
                self._retire_table(table)

    def own_tables(self) -> list[dict[str, Any]]:
        """List the tables that this crawler wrote last."""
        return [
            table
            for table in self._tables()
            if table.get("Parameters", {}).get("UPDATED_BY_CRAWLER") == self.crawler_name
        ]

    def list_partitions(self, table: str) -> Iterator[dict[str, Any]]:
        """List the partitions of a table."""
        pages = self.glue.get_paginator("get_partitions").paginate(
            DatabaseName=self.database, TableName=table
        )
        for page in pages:
            yield from page["Partitions"]

    def create_partitions(self, table: str, inputs: Sequence[dict[str, Any]]) -> None:
        """Add partitions to a table; raises CatalogRefused."""
        for batch in _batches(inputs, CREATE_BATCH):
            answer = self.glue.batch_create_partition(
                DatabaseName=self.database, TableName=table, PartitionInputList=batch
            )
            for problem in answer.get("Errors", []):
                detail = problem["ErrorDetail"]
                raise CatalogRefused(
                    f"The partition {problem['PartitionValues']} of table {table} was refused: "
                    f"{detail.get('ErrorCode')}: {detail.get('ErrorMessage')}"
                )
        self.tally.partitions_created += len(inputs)

    def _find(self, crawled: CrawledTable) -> tuple[str, dict[str, Any] | None]:
        """Find the table of this place; a name taken by another place gets a suffix."""
        existing = self._get(crawled.name)
        if existing is None or _place(existing) == _place(crawled.table_input):
            return crawled.name, existing
        place = ":".join(part for part in _place(crawled.table_input) if part)
        name = disambiguated_name(crawled.name, place)
        return name, self._get(name)

    def _get(self, name: str) -> dict[str, Any] | None:
        try:
            table: dict[str, Any] = self.glue.get_table(DatabaseName=self.database, Name=name)[
                "Table"
            ]
        except self.glue.exceptions.EntityNotFoundException:
            return None
        return table

    def _tables(self) -> Iterator[dict[str, Any]]:
        for page in self.glue.get_paginator("get_tables").paginate(DatabaseName=self.database):
            yield from page["TableList"]

    def _update_table(self, table_input: dict[str, Any], existing: Mapping[str, Any]) -> None:
        name = table_input["Name"]
        if self.policies.merge_new_columns and _is_of_files(table_input):
            _keep_old_columns(table_input, existing)
        if _same(table_input, existing):
            return
        if self.policies.update == "LOG":
            self.log(f"INFO : Table {name} differs from its data; the update policy is LOG")
            return
        self.glue.update_table(DatabaseName=self.database, TableInput=table_input)
        self.tally.tables_updated += 1
        self.log(f"INFO : Updated table {name} in database {self.database}")

    def _publish_partitions(
        self, table: str, wanted: Sequence[dict[str, Any]], table_input: Mapping[str, Any]
    ) -> None:
        existing = {tuple(item["Values"]): item for item in self.list_partitions(table)}
        if self.policies.partitions_inherit:
            for item in wanted:
                item["StorageDescriptor"]["Columns"] = table_input["StorageDescriptor"]["Columns"]
        new = [item for item in wanted if tuple(item["Values"]) not in existing]
        self.create_partitions(table, new)
        if self.policies.update == "UPDATE_IN_DATABASE":
            self._update_partitions(table, wanted, existing)
        self._delete_partitions(table, set(existing) - {tuple(item["Values"]) for item in wanted})

    def _update_partitions(
        self,
        table: str,
        wanted: Sequence[dict[str, Any]],
        existing: Mapping[tuple[str, ...], Mapping[str, Any]],
    ) -> None:
        for item in wanted:
            before = existing.get(tuple(item["Values"]))
            if before is not None and not _same(item, before):
                self.glue.update_partition(
                    DatabaseName=self.database,
                    TableName=table,
                    PartitionValueList=item["Values"],
                    PartitionInput=item,
                )
                self.tally.partitions_updated += 1

    def _delete_partitions(self, table: str, gone: set[tuple[str, ...]]) -> None:
        if not gone or self.policies.delete == "LOG":
            return
        for batch in _batches([{"Values": list(values)} for values in sorted(gone)], DELETE_BATCH):
            self.glue.batch_delete_partition(
                DatabaseName=self.database, TableName=table, PartitionsToDelete=batch
            )
        self.tally.partitions_deleted += len(gone)

    def _retire_table(self, table: Mapping[str, Any]) -> None:
        name = table["Name"]
        if self.policies.delete == "LOG":
            self.log(f"INFO : The data of table {name} is gone; the delete policy is LOG")
        elif self.policies.delete == "DELETE_FROM_DATABASE":
            self.glue.delete_table(DatabaseName=self.database, Name=name)
            self.tally.tables_deleted += 1
        elif "DEPRECATED_BY_CRAWLER" not in table["Parameters"]:
            self._deprecate(table)

    def _deprecate(self, table: Mapping[str, Any]) -> None:
        marked = {**table["Parameters"], "DEPRECATED_BY_CRAWLER": str(int(time.time() * 1000))}
        kept = {key: table[key] for key in _TABLE_INPUT_KEYS if key in table}
        self.glue.update_table(
            DatabaseName=self.database, TableInput={**kept, "Parameters": marked}
        )
        self.tally.tables_updated += 1
        self.log(f"INFO : Deprecated table {table['Name']}: its data is gone")


_TABLE_INPUT_KEYS = (
    "Name",
    "Description",
    "Owner",
    "Retention",
    "StorageDescriptor",
    "PartitionKeys",
    "TableType",
)


def _place(table: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Tell where a table's data are: two databases may have tables of one location."""
    location = table.get("StorageDescriptor", {}).get("Location")
    return location, table.get("Parameters", {}).get("connectionName")


def _is_of_files(table: Mapping[str, Any]) -> bool:
    """Tell tables of S3 from those of databases, to which MergeNewColumns does not apply."""
    return bool(table["Parameters"].get("typeOfData") == "file")


def _keep_old_columns(table_input: dict[str, Any], existing: Mapping[str, Any]) -> None:
    """MergeNewColumns: what the table has stays as it is, new columns come behind."""
    old = existing.get("StorageDescriptor", {}).get("Columns", [])
    names = {column["Name"] for column in old}
    storage = table_input["StorageDescriptor"]
    storage["Columns"] = [*old, *(c for c in storage["Columns"] if c["Name"] not in names)]


def _same(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(found, Mapping) and all(
            _same(value, found.get(key)) for key, value in wanted.items() if key not in _VOLATILE
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, list) and len(wanted) == len(found) and all(map(_same, wanted, found))
        )
    return bool(wanted == found)


def _batches(items: Sequence[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
