"""What a load will do, before it does anything: for a person, for the job, for the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.lake.request import LoadRequest
from tasks.lake.source import Source
from tasks.processed import StoredObject, hash_load
from warehouse.lake.loading import DATASET, Publication, empty_incoming
from warehouse.lake.names import show_path
from warehouse.lake.tables import PresentColumn, TableConflict, TablePlan, plan_table


@dataclass(frozen=True)
class LoadPlan:
    """A load that can run: its objects, its crawled source, and how they become rows of a table."""

    request: LoadRequest
    objects: tuple[StoredObject, ...]
    source: Source
    publication: Publication

    @property
    def load_id(self) -> str:
        """The name of the load: the same objects, table and mapping are the same load."""
        return name_load(self.request, self.objects)

    @property
    def table(self) -> TablePlan:
        """The target and its columns."""
        return self.publication.plan

    @property
    def bytes(self) -> int:
        """The size of the objects."""
        return sum(stored.bytes for stored in self.objects)


def name_load(request: LoadRequest, objects: Sequence[StoredObject]) -> str:
    """Name a load by the objects and by what is asked of them."""
    return hash_load(DATASET, request.identity, objects)


def make_plan(
    request: LoadRequest,
    objects: Sequence[StoredObject],
    source: Source,
    present: Mapping[str, PresentColumn] | None,
) -> LoadPlan:
    """Plan a load; raises TableConflict, UnusableNames or UnusableType where there is no way."""
    table = plan_table(request.schema, request.table, source.fields, request.mapping, present)
    _check_keys(request, table)
    publication = Publication(table, request.source_uri, request.keys, request.newest_by)
    return LoadPlan(request, tuple(objects), source, publication)


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
        "load_id": plan.load_id,
        "table": plan.table.name,
        "source": {
            "database": plan.source.database,
            "table": plan.source.table,
            "format": plan.source.format,
        },
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
        "preactions": ";".join(empty_incoming(plan.publication)),
        "copy_role_arn": copy_role_arn,
    }


def _describe_csv(plan: LoadPlan) -> dict[str, Any] | None:
    source = plan.source
    if source.csv is None:
        return None
    return {
        "uri": plan.request.source_uri,
        "delimiter": source.csv.delimiter,
        "quote": source.csv.quote,
        "has_header": source.csv.has_header,
        "fields": len(source.columns) - len(source.partition_keys),
    }


def describe_plan(plan: LoadPlan) -> list[str]:
    """Say in sentences what the load will do."""
    return list(_describe(plan))


def _describe(plan: LoadPlan) -> Iterator[str]:
    request, table = plan.request, plan.table
    yield (
        f"read {len(plan.objects):,} objects, {plan.bytes:,} bytes of {plan.source.format} "
        f"below {request.source_uri}"
    )
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
        yield "replace the rows that earlier loads of this prefix brought"
    yield f"bear at most {request.reject_limit:,} unusable rows"


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
