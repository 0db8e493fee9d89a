"""What a load will do, before it does anything: for a person, for the job, for the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tasks.lake.folders import Folder, Found
from tasks.lake.request import LoadRequest
from tasks.lake.source import NO_VALUE, Source, partition_values
from tasks.processed import StoredObject
from warehouse.lake.loading import Publication, empty_incoming
from warehouse.lake.names import show_path
from warehouse.lake.tables import PresentColumn, TableConflict, TablePlan, plan_table


@dataclass(frozen=True)
class LoadPlan:
    """A load that can run: its folders, its crawled source, and how they become rows of a table."""

    request: LoadRequest
    folders: tuple[Folder, ...]
    source: Source
    publication: Publication
    # How many folders of the prefix the target has already, as they are.
    current: int = 0

    @property
    def load_id(self) -> str:
        """The name of it all: the same objects, table and mapping are the same load."""
        return name_load(self.folders)

    @property
    def objects(self) -> tuple[StoredObject, ...]:
        """The objects of the folders."""
        return tuple(stored for folder in self.folders for stored in folder.objects)

    @property
    def table(self) -> TablePlan:
        """The target and its columns."""
        return self.publication.plan

    @property
    def bytes(self) -> int:
        """The size of the objects."""
        return sum(stored.bytes for stored in self.objects)


def name_load(folders: Sequence[Folder]) -> str:
    """Name the load of some folders, each of which has a name of its own."""
    names = "".join(sorted(folder.load_id for folder in folders))
    return hashlib.sha256(names.encode()).hexdigest()


def make_plan(
    request: LoadRequest,
    found: Found,
    source: Source,
    present: Mapping[str, PresentColumn] | None,
) -> LoadPlan:
    """Plan a load; raises TableConflict, UnusableNames or UnusableType where there is no way."""
    table = plan_table(request.schema, request.table, source.fields, request.mapping, present)
    _check_keys(request, table)
    publication = Publication(table, request.source_uri, request.keys, request.newest_by)
    current = len(found.folders) - len(found.pending)
    return LoadPlan(request, found.pending, source, publication, current)


def renew_plan(plan: LoadPlan, present: Mapping[str, PresentColumn] | None) -> LoadPlan:
    """Plan the same load against the target as it has become."""
    request = plan.request
    table = plan_table(request.schema, request.table, plan.source.fields, request.mapping, present)
    return replace(plan, publication=replace(plan.publication, plan=table))


def _check_keys(request: LoadRequest, table: TablePlan) -> None:
    types = {column.name: column.type for column in table.columns}
    for name in (*request.keys, *filter(None, [request.newest_by])):
        if name not in types:
            raise TableConflict(
                f"{name} is to be a key or to tell which row is newest, but is none of the columns "
                f"that are loaded: {', '.join(types)}."
            )
        if types[name].name in ("super", "varbyte"):
            raise TableConflict(
                f"{name} is {types[name]}, which Redshift cannot compare: it can be neither a key "
                "nor tell which row is newest."
            )


def describe_for_job(plan: LoadPlan, target: tuple[str, str], copy_role_arn: str) -> dict[str, Any]:
    """Describe the load as the Glue job reads it; `target` is the crawled table to fill."""
    return {
        "table": plan.table.name,
        "source": {
            "database": plan.source.database,
            "table": plan.source.table,
            "format": plan.source.format,
            "partition_keys": list(plan.source.partition_keys),
            "predicate": _write_predicate(plan),
        },
        "folders": [
            {
                "uri": f"{plan.request.source_uri}{folder.path}",
                "load_id": folder.load_id,
                "values": partition_values(plan.source, f"{plan.request.source_uri}{folder.path}"),
            }
            for folder in plan.folders
        ],
        "csv": _describe_csv(plan),
        "target": {"database": target[0], "table": target[1]},
        "columns": [
            {
                "path": list(column.path),
                "source_type": column.source_type,
                "name": column.name,
                "type": column.type.name,
                "arguments": list(column.type.arguments),
                "stated": column.stated,
            }
            for column in plan.table.columns
        ],
        "keys": list(plan.request.keys),
        "rules": plan.request.rules,
        "bytes": plan.bytes,
        "reject_limit": plan.request.reject_limit,
        "max_rejected_share": plan.request.max_rejected_share,
        "preactions": ";".join(empty_incoming(plan.publication)),
        "copy_role_arn": copy_role_arn,
    }


def _describe_csv(plan: LoadPlan) -> dict[str, Any] | None:
    source = plan.source
    if source.csv is None:
        return None
    return {
        "delimiter": source.csv.delimiter,
        "quote": source.csv.quote,
        "has_header": source.csv.has_header,
        "columns": [name for name, _ in source.columns if name not in source.partition_keys],
    }


def _write_predicate(plan: LoadPlan) -> str:
    """Select the partitions to load, in Spark's SQL; empty where all are."""
    keys = plan.source.partition_keys
    if not plan.current or not keys:
        return ""
    chosen = (
        partition_values(plan.source, f"{plan.request.source_uri}{folder.path}")
        for folder in plan.folders
    )
    return " OR ".join(
        f"({' AND '.join(map(_write_condition, keys, values))})" for values in chosen
    )


def _write_condition(key: str, value: str) -> str:
    column = "`" + key.replace("`", "``") + "`"
    if value == NO_VALUE:
        return f"{column} IS NULL"
    text = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"{column} = '{text}'"


def describe_plan(plan: LoadPlan) -> list[str]:
    """Say in sentences what the load will do."""
    return list(_describe(plan))


def _describe(plan: LoadPlan) -> Iterator[str]:
    request, table = plan.request, plan.table
    yield (
        f"read {len(plan.objects):,} objects, {plan.bytes:,} bytes of {plan.source.format} "
        f"below {request.source_uri}"
    )
    if plan.current:
        yield (f"load {len(plan.folders):,} folders; {plan.current:,} more are loaded as they are")
    if not table.exists:
        yield f"create {table.name} with {len(table.columns)} columns and lochan_load_id"
    elif table.changes:
        changes = ", ".join(map(str, table.changes))
        yield f"change {table.name}: {changes}"
    else:
        yield f"leave {table.name} as it is: it holds what the source has"
    if table.left_out:
        yield f"leave out {', '.join(map(show_path, table.left_out))}"
    if request.keys:
        newest = request.newest_by or "this load"
        yield f"merge by {', '.join(request.keys)}: the newest row wins, by {newest}"
    else:
        yield "replace the rows that earlier loads of these folders brought"
    share = f"{request.max_rejected_share:.0%}"
    yield f"bear at most {request.reject_limit:,} unusable rows, and {share} of all"


def schema_rows(plan: LoadPlan) -> list[dict[str, str]]:
    """List where each column comes from, for tables that people read."""
    return [
        {
            "field": show_path(column.path),
            "catalog type": column.source_type,
            "column": column.name,
            "Redshift type": str(column.type),
        }
        for column in plan.table.columns
    ]
