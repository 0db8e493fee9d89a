"""What a run of the job is to load, as the flow wrote it down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from spark.documents import read_document

# Beside the target's columns in every row that the job writes.
LOAD_ID, REASON, RECORD = "lochan_load_id", "lochan_reason", "lochan_record"
FILE, POSITION = "lochan_file", "lochan_position"


@dataclass(frozen=True)
class CsvLayout:
    """How the catalog says that the files are written, and which columns a line has."""

    delimiter: str
    quote: str
    has_header: bool
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Folder:
    """A folder to load: where it is, its rows' load, its values of the partition keys."""

    uri: str
    load_id: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class TargetType:
    """A Redshift type: its name in lower case, its length or its precision and scale."""

    name: str
    arguments: tuple[int, ...] = ()
    stated: bool = False

    def __str__(self) -> str:
        written = ",".join(map(str, self.arguments))
        return f"{self.name.upper()}({written})" if written else self.name.upper()


@dataclass(frozen=True)
class LoadColumn:
    """A column to fill: the field that it comes from and the type that its values have to fit."""

    path: tuple[str, ...]
    name: str
    type: TargetType

    @property
    def source(self) -> str:
        """The field's path as ApplyMapping and resolveChoice read it."""
        return ".".join("`" + step.replace("`", "``") + "`" for step in self.path)


@dataclass(frozen=True)
class LoadPlan:
    """Folders of a table of the catalog into another one that is a table of Redshift."""

    table: str
    source_database: str
    source_table: str
    csv: CsvLayout | None
    partition_keys: tuple[str, ...]
    predicate: str
    folders: tuple[Folder, ...]
    target_database: str
    target_table: str
    columns: tuple[LoadColumn, ...]
    keys: tuple[str, ...]
    rules: str
    bytes: int
    reject_limit: int
    max_rejected_share: float
    preactions: str
    copy_role_arn: str

    @property
    def mappings(self) -> list[tuple[str, str]]:
        """What ApplyMapping does: fields flattened and renamed, values as they are."""
        return [(column.source, column.name) for column in self.columns]


def read_plan(s3: Any, uri: str) -> LoadPlan:
    """Read the plan at an s3:// URI."""
    return parse_plan(read_document(s3, uri))


def parse_plan(document: dict[str, Any]) -> LoadPlan:
    """Read a plan as tasks/lake/plan.py describes it."""
    source, target = document["source"], document["target"]
    return LoadPlan(
        table=document["table"],
        source_database=source["database"],
        source_table=source["table"],
        csv=_read_layout(document["csv"]) if document["csv"] else None,
        partition_keys=tuple(source["partition_keys"]),
        predicate=source["predicate"],
        folders=tuple(
            Folder(one["uri"], one["load_id"], tuple(one["values"])) for one in document["folders"]
        ),
        target_database=target["database"],
        target_table=target["table"],
        columns=tuple(_read_columns(document["columns"])),
        keys=tuple(document["keys"]),
        rules=document["rules"],
        bytes=int(document["bytes"]),
        reject_limit=int(document["reject_limit"]),
        max_rejected_share=float(document["max_rejected_share"]),
        preactions=document["preactions"],
        copy_role_arn=document["copy_role_arn"],
    )


def _read_layout(described: dict[str, Any]) -> CsvLayout:
    return CsvLayout(**{**described, "columns": tuple(described["columns"])})


def _read_columns(described: list[dict[str, Any]]) -> Iterator[LoadColumn]:
    for one in described:
        kind = TargetType(one["type"], tuple(one["arguments"]), bool(one["stated"]))
        yield LoadColumn(tuple(one["path"]), one["name"], kind)
