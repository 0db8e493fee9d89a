"""What a run of the job is asked to do, as the flow writes it down in S3.

The flow names the hours and the objects that it saw in them; the job reads no others, and leaves
the records that say so where the flow wants them. A plan that does not fit is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spark.documents import read_document


@dataclass(frozen=True)
class ArrivedObject:
    """An object of an arrival hour; etag without quotes.

    `is_new` is false for one that an earlier run has read, of an hour to which others came later.
    """

    key: str
    etag: str
    bytes: int
    is_new: bool


@dataclass(frozen=True)
class ArrivalHour:
    """An hour to read, such as 2026-10-25-07, and where its record goes when it is done."""

    hour: str
    objects: tuple[ArrivedObject, ...]
    record_key: str


@dataclass(frozen=True)
class Source:
    """Where the readings arrive: the bucket, and the catalog's table over the arrival hours."""

    bucket: str
    database: str
    table: str


@dataclass(frozen=True)
class Target:
    """Where the readings go: the processed bucket, the dataset and its table, and the catalog's.

    `format` is parquet or delta; `state` is the prefix of what runs leave for the next ones.
    """

    bucket: str
    dataset: str
    table: str
    database: str
    format: str
    state: str

    @property
    def catalog_table(self) -> str:
        """The name of the table in the catalog."""
        return f"{self.dataset}_{self.table}"

    @property
    def folder(self) -> str:
        """The prefix of the table's objects."""
        return f"{self.dataset}/{self.table}/"

    @property
    def location(self) -> str:
        """The URI of the table's objects."""
        return f"s3://{self.bucket}/{self.folder}"


@dataclass(frozen=True)
class EventTime:
    """Which field says when a reading was made, how it is written, and which times are absurd.

    `format` is iso8601, epoch_seconds, epoch_millis or auto; `zone` holds for times without an
    offset; `earliest` is an ISO-8601 time. A time may be after its arrival hour's end by the
    tolerance.
    """

    field: str
    format: str
    zone: str
    earliest: str
    future_tolerance_minutes: int


@dataclass(frozen=True)
class Shape:
    """What a reading is: its columns and their types, its key, and what makes one the newer."""

    columns: Mapping[str, str]
    id_field: str
    version_field: str | None


@dataclass(frozen=True)
class Limits:
    """How many rejects to bear, how large files should be, how long readers may take."""

    rejects: int
    file_bytes: int
    keep_generations_hours: int


@dataclass(frozen=True)
class Request:
    """One run: `load_id` is the hash of the objects; `frontier` is put when the hours are done."""

    load_id: str
    source: Source
    target: Target
    event_time: EventTime
    shape: Shape
    limits: Limits
    hours: tuple[ArrivalHour, ...]
    frontier_key: str
    frontier: str | None
    rules: str | None
    refresh: bool

    @property
    def objects(self) -> dict[str, ArrivedObject]:
        """Every object of the hours, by key."""
        return {one.key: one for hour in self.hours for one in hour.objects}

    @property
    def bytes(self) -> int:
        """How large the objects are together, compressed as they are."""
        return sum(one.bytes for one in self.objects.values())


def read_request(s3: Any, uri: str) -> Request:
    """Read the plan of a run from an s3:// URI."""
    document = read_document(s3, uri)
    try:
        return parse_request(document)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{uri} is no plan of repartition_by_event_time: {error!r}.") from error


def parse_request(document: Mapping[str, Any]) -> Request:
    """Make a request of its JSON form."""
    fields = dict(document)
    hours = tuple(
        ArrivalHour(
            one["hour"], tuple(ArrivedObject(**item) for item in one["objects"]), one["record_key"]
        )
        for one in fields.pop("hours")
    )
    return Request(
        source=Source(**fields.pop("source")),
        target=Target(**fields.pop("target")),
        event_time=EventTime(**fields.pop("event_time")),
        shape=Shape(**fields.pop("shape")),
        limits=Limits(**fields.pop("limits")),
        hours=hours,
        **fields,
    )
