"""Crawls of new folders only: what is new becomes a partition, or a table; nothing else changes.

A folder is known when a table or partition that this crawler wrote lies there.
https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from typing import Any

from lochan.glue.crawler.catalog import Catalog
from lochan.glue.crawler.grouping import SIMILAR, Dataset, File, Partition
from lochan.glue.crawler.listing import IncludePath, StoredObject
from lochan.glue.crawler.schema import (
    Array,
    Scalar,
    Struct,
    Type,
    merge_structs,
    similarity,
)
from lochan.glue.crawler.tables import Authorship, CrawledTable, describe_partition

# Says how rows are written, and not how the files of a table must agree.
_LOOSE_PARAMETERS = {"areColumnsQuoted"}


@dataclass(frozen=True)
class KnownTable:
    """A table of the catalog, as far as a new folder must agree with it."""

    name: str
    location: str
    keys: tuple[str, ...]
    columns: tuple[Mapping[str, str], ...]
    parameters: Mapping[str, str]

    def find_partition_path(self, folder: str) -> tuple[str, ...] | None:
        """Return the folders between the table and a folder that can be its partition."""
        if not self.keys or not folder.startswith(self.location):
            return None
        path = tuple(name for name in folder[len(self.location) :].split("/") if name)
        return path if len(path) == len(self.keys) else None

    def accepts(self, files: Sequence[File], combine_compatible: bool) -> bool:
        """Tell whether files are of this table's format, and their columns like its own."""
        layout = files[0].content.layout
        stated = {
            "classification": layout.classification,
            "compressionType": layout.compression,
            **{k: v for k, v in layout.table_parameters if k not in _LOOSE_PARAMETERS},
        }
        if any(file.content.layout != layout for file in files):
            return False
        if not stated.items() <= self.parameters.items():
            return False
        ours = Struct({column["Name"]: _read_type(column["Type"]) for column in self.columns})
        return combine_compatible or similarity(ours, _merge(files)) > SIMILAR


class KnownTables:
    """What a crawler has in the catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.tables = [_read_table(table) for table in catalog.own_tables()]
        self._folders = {folder for table in self.tables for folder in self._list_folders(table)}

    def leave_out(self, found: Sequence[CrawledTable]) -> list[CrawledTable]:
        """Return what lies at no known table's place, and log the rest: known tables stay."""
        places = {table.location for table in self.tables}
        for table in found:
            if table.location in places:
                self._catalog.log(
                    f"WARN : New folders below {table.location} do not fit the table there and"
                    " are left out"
                )
        return [table for table in found if table.location not in places]

    def find_new_folders(self, include: IncludePath) -> Callable[[StoredObject], bool]:
        """Return what tells whether an object lies in a folder that is not known."""
        return lambda one: _locate(include, one.path[:-1]) not in self._folders

    def add_partitions(
        self,
        files: Sequence[File],
        include: IncludePath,
        combine_compatible: bool,
        author: Authorship,
    ) -> list[File]:
        """Add folders to the tables they lie in; returns the files that lie in no table.

        A folder whose files differ from its table is logged and left out.
        """
        rest: list[File] = []
        additions: dict[str, list[dict[str, Any]]] = {}
        for path, members in groupby(files, lambda file: file.path[:-1]):
            folder, inside = _locate(include, path), list(members)
            table = next((t for t in self.tables if t.find_partition_path(folder)), None)
            if table is None:
                rest += inside
            elif table.accepts(inside, combine_compatible):
                described = self._describe(table, folder, inside, author)
                additions.setdefault(table.name, []).append(described)
            else:
                self._catalog.log(
                    f"WARN : The new folder {folder} differs from table {table.name} and is left"
                    " out"
                )
        for name, inputs in additions.items():
            self._catalog.create_partitions(name, inputs)
        return rest

    def _describe(
        self, table: KnownTable, folder: str, files: list[File], author: Authorship
    ) -> dict[str, Any]:
        path = table.find_partition_path(folder) or ()
        partition = Partition(path, tuple(files))
        dataset = Dataset(path, files[0].content.layout, _merge(files), (partition,))
        described = describe_partition(dataset, partition, table.keys, table.location, author)
        if self._catalog.policies.partitions_inherit:
            described["StorageDescriptor"]["Columns"] = list(table.columns)
        return described

    def _list_folders(self, table: KnownTable) -> Iterable[str]:
        if not table.keys:
            yield table.location.rpartition("/")[0] + "/"
            return
        for partition in self._catalog.list_partitions(table.name):
            yield str(partition["StorageDescriptor"]["Location"])


def _read_table(table: Mapping[str, Any]) -> KnownTable:
    storage = table.get("StorageDescriptor", {})
    return KnownTable(
        name=table["Name"],
        location=storage.get("Location", ""),
        keys=tuple(key["Name"] for key in table.get("PartitionKeys", [])),
        columns=tuple(storage.get("Columns", [])),
        parameters=table.get("Parameters", {}),
    )


def _locate(include: IncludePath, path: Sequence[str]) -> str:
    base = include.location if include.location.endswith("/") else include.location + "/"
    return base + "".join(f"{name}/" for name in path)


def _merge(files: Sequence[File]) -> Struct:
    return reduce(merge_structs, (file.content.schema for file in files), Struct())


def _read_type(name: str) -> Type:
    """Read a column's type as far as similarity looks at it: what is inside does not matter."""
    if name.startswith("struct<"):
        return Struct()
    return Array(None) if name.startswith("array<") else Scalar(name)
