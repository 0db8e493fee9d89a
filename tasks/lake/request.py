"""What a person asks for: a prefix, a table, and how the one becomes the other."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.lake.names import OWN_COLUMNS, SYSTEM_COLUMNS
from warehouse.lake.tables import Mapped
from warehouse.lake.types import parse_type
from warehouse.sql import quote_column, quote_identifier

DEFAULT_SCHEMA = "lake"
MOST_SLUG = 40
MOST_PARTITION_KEY = 256

_BUCKET = r"\{(?:landing|processed)\}|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
# A key may hold more, but a catalog location and a crawler's path are URIs that people read.
_URI = re.compile(rf"s3://({_BUCKET})/((?:[^\x00-\x1f\x7f*?\[\]{{}}\\]+/)?)")
_STEP = re.compile(r"`((?:[^`]|``)+)`|([^.`]+)|(\.)")
# Schemas of the ledger and of the engine.
_RESERVED_SCHEMAS = ("etl", "information_schema", "pg_")


@dataclass(frozen=True)
class LoadRequest:
    """A valid request; the bucket of the prefix is named."""

    bucket: str
    prefix: str
    format: str
    schema: str
    table: str
    mapping: tuple[Mapped, ...] = ()
    keys: tuple[str, ...] = ()
    newest_by: str | None = None
    delimiter: str | None = None
    header: str = "auto"
    json_path: str | None = None
    combine: bool = False
    rules: str = ""
    reject_limit: int = 1000
    max_rejected_share: float = 0.1

    @property
    def source_uri(self) -> str:
        """The prefix as a URI."""
        return f"s3://{self.bucket}/{self.prefix}"

    @property
    def target(self) -> str:
        """The table as a person writes it."""
        return f"{self.schema}.{self.table}"

    @property
    def slug(self) -> str:
        """A name for what is made for the prefix: its last folders, and a hash that tells apart."""
        folders = re.sub(r"[^a-z0-9]+", "-", self.prefix.lower()).strip("-") or "all"
        return f"{folders[-MOST_SLUG:].strip('-')}-{self.hash}"

    @property
    def hash(self) -> str:
        """Eight digits that stand for the prefix."""
        return hashlib.sha256(self.source_uri.encode()).hexdigest()[:8]

    def name_partition(self, folder: str = "") -> str:
        """Name a folder for a table in the ledger; what is too long for it ends in a hash."""
        key = f"{self.target} {self.source_uri}{folder}"
        if len(key.encode()) <= MOST_PARTITION_KEY:
            return key
        digest = hashlib.sha256(key.encode()).hexdigest()[:16]
        return f"{key.encode()[:200].decode(errors='ignore')}...{digest}"

    @property
    def identity(self) -> str:
        """What beside the objects makes a load another one: where to, and how."""
        return json.dumps(
            [
                self.name_partition(),
                [[m.source, m.target, m.type and str(m.type)] for m in self.mapping],
                self.keys,
                self.newest_by,
                self.delimiter,
                self.header,
                self.json_path,
                self.combine,
            ]
        )


def parse_source(text: str) -> tuple[str, str]:
    """Read `s3://bucket/prefix/`; raises ValueError with what is wrong.

    `{landing}` and `{processed}` stand for the buckets of the environment.
    """
    whole = text if text.endswith("/") else f"{text}/"
    match = _URI.fullmatch(whole)
    if match is None:
        raise ValueError(
            f"{text!r} is no prefix of S3: write s3://bucket/folder/, or s3://{{landing}}/folder/ "
            "for the landing bucket, without wildcards and control characters."
        )
    if "//" in match[2] or any(part in (".", "..") for part in match[2].split("/")):
        raise ValueError(
            f"{text!r} has an empty folder, `.` or `..` in it, which crawlers and Spark resolve "
            "differently: move the objects below a plain prefix."
        )
    return match[1], match[2]


def parse_target(text: str) -> tuple[str, str]:
    """Read `table` or `schema.table`; raises ValueError with what is wrong."""
    schema, dot, table = text.partition(".")
    if not dot:
        schema, table = DEFAULT_SCHEMA, text
    for name in (schema, table):
        try:
            quote_identifier(name)
        except ValueError as error:
            raise ValueError(
                f"{text!r} is no table to load, written schema.table: {error}"
            ) from None
    if schema.startswith(_RESERVED_SCHEMAS):
        raise ValueError(
            f"{text!r} is in a schema that is not for data: take {DEFAULT_SCHEMA}.{table}, or a "
            "schema of your own."
        )
    return schema, table


def parse_path(text: str) -> tuple[str, ...]:
    """Read a field's path: `name.first`, with backticks around a step that has a dot in it."""
    steps: list[str] = []
    position, wants_step = 0, True
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None or (match[3] is None) != wants_step:
            raise ValueError(_path_problem(text))
        if match[3] is None:
            steps.append(match[2] or match[1].replace("``", "`"))
        wants_step = not wants_step
        position = match.end()
    if wants_step:
        raise ValueError(_path_problem(text))
    return tuple(steps)


def check_column(name: str) -> str:
    """Return a column's name that a person chose; raises ValueError where it cannot be one."""
    quote_column(name)
    if name in OWN_COLUMNS | SYSTEM_COLUMNS:
        raise ValueError(f"{name!r} is a column that every table has already: take another name.")
    return name


def read_mapped(source: str, target: str | None, type_text: str | None) -> Mapped:
    """Read one row of a mapping; raises ValueError or UnusableType."""
    return Mapped(
        parse_path(source),
        check_column(target) if target else None,
        parse_type(type_text) if type_text else None,
    )


def check_distinct_sources(mapping: Sequence[Mapped]) -> None:
    """Refuse a mapping that names a field twice."""
    seen = set()
    for mapped in mapping:
        if mapped.source in seen:
            raise ValueError(f"The mapping names {'.'.join(mapped.source)} twice.")
        seen.add(mapped.source)


def _path_problem(text: str) -> str:
    return (
        f"{text!r} is no path of a field: write name, or struct.member, with backticks around a "
        "name that has a dot in it."
    )
