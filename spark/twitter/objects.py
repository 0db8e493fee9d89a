"""Sorted rows in, Parquet objects out: what the tasks of a write do on the executors.

Spark's own writer commits a file by listing, copying and deleting, two dozen requests on S3. A
marker decides here what counts, so an object needs no commit: it is put once, under a key that no
other attempt has, and the task tells what it put. What a failed attempt put, no marker names.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import uuid4

import boto3
import pyarrow as pa

from spark.parquet import FILE_NUMBER, put_parquet
from spark.tables import EVENT_DATE
from spark.twitter.schemas import TABLE_NAME

WRITTEN_OBJECT = (
    "table_name string, event_date string, key string, etag string, bytes bigint, records bigint"
)


@dataclass(frozen=True)
class Target:
    """Where a dataset's objects are put."""

    bucket: str
    dataset: str
    region: str


@dataclass(frozen=True)
class WrittenObject:
    """An object that a task put; etag without quotes."""

    table_name: str
    event_date: str
    key: str
    etag: str
    bytes: int
    records: int


class ObjectPlace(NamedTuple):
    """What the rows of one object have in common."""

    table: str
    event_date: datetime.date
    file_number: int


def write_objects(target: Target, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Put one object for each run of rows with the same place; yield a WRITTEN_OBJECT for each.

    The batches have table_name, event_date, file_number, and for each table a struct of its columns
    that is null where the row is another table's.
    """
    s3 = boto3.client("s3", region_name=target.region)
    for place, parts in groupby(_split_batches(batches), itemgetter(0)):
        written = _put_object(s3, target, place, (rows for _, rows in parts))
        yield pa.RecordBatch.from_pylist([asdict(written)])


def _split_batches(
    batches: Iterable[pa.RecordBatch],
) -> Iterator[tuple[ObjectPlace, pa.RecordBatch]]:
    """Cut batches where the place changes; out come the columns of the place's own table."""
    for batch in batches:
        places = zip(
            *(batch.column(name).to_pylist() for name in (TABLE_NAME, EVENT_DATE, FILE_NUMBER)),
            strict=True,
        )
        start = 0
        for fields, same in groupby(places):
            place = ObjectPlace(*fields)
            length = sum(1 for _ in same)
            rows = batch.column(place.table).slice(start, length)
            yield place, pa.RecordBatch.from_arrays(rows.flatten(), schema=pa.schema(rows.type))
            start += length


def _put_object(
    s3: Any, target: Target, place: ObjectPlace, parts: Iterator[pa.RecordBatch]
) -> WrittenObject:
    event_date = place.event_date.isoformat()
    folder = f"{target.dataset}/{place.table}/{EVENT_DATE}={event_date}"
    key = f"{folder}/part-{uuid4()}.snappy.parquet"
    etag, size, records = put_parquet(s3, target.bucket, key, parts)
    return WrittenObject(place.table, event_date, key, etag, size, records)
