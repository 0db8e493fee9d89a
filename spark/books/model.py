"""From an export to the star's rows in the processed zone: the steps of the job model_books.

The job lays Parquet objects, which the flow then loads into Redshift in one transaction with the
ledger. It could write through the connection's Redshift sink instead, and does not: the sink
commits by itself, table by table, so a run that is killed between two tables would leave a star
whose facts lead nowhere, and a second run could not tell.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import boto3
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from spark.books.snapshot import Snapshot, find_snapshot, require_unchanged
from spark.books.star import (
    BOOKS,
    KEYS,
    LOCATIONS,
    RATINGS,
    TABLES,
    USERS,
    Exported,
    build_star,
    type_columns,
)
from spark.documents import put_json
from spark.parquet import put_parquet
from spark.quality import Checked, Evaluate, RuleOutcome, check_tables, read_rules
from spark.tuning import fit_to_size

DATASET = "books"
MARKER = "_complete.json"
# About a quarter of it as Parquet: objects of a size that Redshift reads well.
BYTES_PER_OBJECT = 256 * 1024 * 1024
_WRITTEN = "key string, etag string, bytes bigint, records bigint"
# The tables of the export that each table of the star is made of, and what its rules refer to.
_REFERENCES: Mapping[str, Mapping[str, str]] = {
    LOCATIONS: {},
    USERS: {"locations": LOCATIONS},
    BOOKS: {},
    RATINGS: {"users": USERS, "books": BOOKS},
}


@dataclass(frozen=True)
class Request:
    """Where the export lies and where the rows go."""

    export_bucket: str
    export_prefix: str
    processed_bucket: str


@dataclass(frozen=True)
class Made:
    """A table as it was laid: its rows, those that it was made of, inferred ones, its objects."""

    rows: int
    input: int
    inferred: int
    objects: list[dict[str, Any]]


def open_snapshot(spark: SparkSession, s3: Any, request: Request) -> Snapshot:
    """Name the export as it lies there, and set Spark up for its size, before it is read."""
    snapshot = find_snapshot(s3, request.export_bucket, request.export_prefix)
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    fit_to_size(spark, snapshot.bytes)
    return snapshot


def model_books(
    s3: Any, snapshot: Snapshot, exported: Exported, evaluate: Evaluate, request: Request
) -> dict[str, Made]:
    """Build, check and publish the star's rows; a snapshot that is published is done again."""
    typed = type_columns(exported)
    star = {name: frame.persist() for name, frame in build_star(typed).items()}
    outcomes = check_tables(
        [
            Checked(
                table=name,
                frame=star[name],
                rules=read_rules(DATASET, name),
                others={alias: star[other] for alias, other in _REFERENCES[name].items()},
                keys=KEYS[name],
            )
            for name in TABLES
        ],
        evaluate=evaluate,
    )
    folder = f"{DATASET}/snapshot={snapshot.snapshot_id}/"
    before = _list_keys(s3, request.processed_bucket, folder)
    target = _Target(request.processed_bucket, folder, s3.meta.region_name)
    objects = math.ceil(snapshot.bytes / BYTES_PER_OBJECT)
    made = {name: _make_table(star[name], name, target, objects) for name in TABLES}
    require_unchanged(s3, request.export_bucket, request.export_prefix, snapshot)
    _publish(s3, request.processed_bucket, folder, snapshot, made, outcomes)
    _delete(s3, request.processed_bucket, before - {folder + MARKER})
    return made


def summary_lines(made: Mapping[str, Made]) -> list[str]:
    """Say what a run did, a line for each table."""
    return [
        f"{name}: {one.input} exported rows, {one.rows} rows, {one.inferred} of them inferred"
        for name, one in made.items()
    ]


@dataclass(frozen=True)
class _Target:
    bucket: str
    folder: str
    region: str


def _make_table(frame: DataFrame, name: str, target: _Target, objects: int) -> Made:
    write = partial(_write_objects, target, name)
    written = frame.coalesce(objects).mapInArrow(write, _WRITTEN).collect()
    rows = sum(one["records"] for one in written)
    inferred = frame.where("is_inferred").count() if "is_inferred" in frame.columns else 0
    return Made(rows, rows - inferred, inferred, [one.asDict() for one in written])


def _write_objects(
    target: _Target, table: str, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Put the rows of a partition as one object, if it has rows; on the executors."""
    filled = (batch for batch in batches if batch.num_rows)
    first = next(filled, None)
    if first is None:
        return
    key = f"{target.folder}{table}/part-{uuid4()}.snappy.parquet"
    s3 = boto3.client("s3", region_name=target.region)
    etag, size, records = put_parquet(s3, target.bucket, key, _chain(first, filled))
    yield pa.RecordBatch.from_pylist(
        [{"key": key, "etag": etag, "bytes": size, "records": records}]
    )


def _chain(first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from rest


def _publish(
    s3: Any,
    bucket: str,
    folder: str,
    snapshot: Snapshot,
    made: Mapping[str, Made],
    outcomes: Mapping[str, tuple[RuleOutcome, ...]],
) -> None:
    """Put the marker: with it, and only with it, the snapshot is there."""
    document = {
        "snapshot_id": snapshot.snapshot_id,
        "tables": {name: asdict(one) for name, one in made.items()},
        "quality": {name: [one.as_dict() for one in own] for name, own in outcomes.items()},
    }
    put_json(s3, bucket, folder + MARKER, document)


def _list_keys(s3: Any, bucket: str, folder: str) -> set[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder)
    return {found["Key"] for page in pages for found in page.get("Contents", [])}


def _delete(s3: Any, bucket: str, keys: Iterable[str]) -> None:
    """Delete what an earlier run laid that was killed, or that published the same."""
    for key in sorted(keys):
        s3.delete_object(Bucket=bucket, Key=key)
