"""Sorted rows of event hours in, Parquet objects under a generation's prefixes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter
from uuid import uuid4

import boto3
import pyarrow as pa
from pyspark.sql import DataFrame

from spark.parquet import FILE_NUMBER, put_parquet
from spark.repartition.readings import EVENT_HOUR
from spark.repartition.request import Target
from spark.repartition.times import hour_folder
from spark.zone import StoredObject

WRITTEN = "event_hour string, key string, etag string, bytes bigint, records bigint"

Place = tuple[str, int]


@dataclass(frozen=True)
class Slot:
    """Where the objects of one run go."""

    bucket: str
    folder: str
    generation: str
    region: str


def write_hours(
    rows: DataFrame, columns: list[str], target: Target, generation: str, region: str
) -> dict[str, list[StoredObject]]:
    """Put the rows, an object for each hour and file number; return the objects by hour.

    The rows are sorted by event hour and file number within Spark's partitions.
    """
    slot = Slot(target.bucket, target.folder, generation, region)
    written = rows.select(EVENT_HOUR, FILE_NUMBER, *columns).mapInArrow(
        partial(put_objects, slot), WRITTEN
    )
    by_hour: dict[str, list[StoredObject]] = {}
    for row in written.collect():
        stored = StoredObject(row["key"], row["etag"], row["bytes"], row["records"])
        by_hour.setdefault(row[EVENT_HOUR], []).append(stored)
    return by_hour


def put_objects(slot: Slot, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Put one object for each run of rows with the same hour and file; yield a WRITTEN for each."""
    s3 = boto3.client("s3", region_name=slot.region)
    for (hour, _), parts in groupby(_split_batches(batches), itemgetter(0)):
        folder = f"{slot.folder}{hour_folder(hour)}generation={slot.generation}"
        key = f"{folder}/part-{uuid4()}.snappy.parquet"
        etag, size, records = put_parquet(s3, slot.bucket, key, (rows for _, rows in parts))
        stored = asdict(StoredObject(key, etag, size, records))
        yield pa.RecordBatch.from_pylist([{EVENT_HOUR: hour, **stored}])


def _split_batches(
    batches: Iterable[pa.RecordBatch],
) -> Iterator[tuple[Place, pa.RecordBatch]]:
    """Cut batches where the hour or the file changes; out come the columns that are stored."""
    for batch in batches:
        stored = batch.select(batch.schema.names[2:])
        start = 0
        places = zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)
        for place, same in groupby(places):
            length = sum(1 for _ in same)
            yield place, stored.slice(start, length)
            start += length
