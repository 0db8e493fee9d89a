"""A stream, its catalog and the job's steps, in this process, on the stack's S3 and Glue."""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
import pytest
from pyspark.sql import SparkSession

from awsglue.context import GlueContext
from lochan.stack.pytest_plugin import TestStack
from spark.jobs.repartition_by_event_time import read_from_catalog
from spark.quality import Evaluation
from spark.repartition.request import (
    ArrivalHour,
    ArrivedObject,
    EventTime,
    Limits,
    Request,
    Shape,
    Source,
    Target,
)
from spark.repartition.run import Clients, record_hours, repartition
from spark.repartition.summary import Summary
from tasks.repartition.catalog import LandingTable, ensure_landing_table, register_hours
from tests.contract.processed_zone.conftest import bucket, spark_s3  # noqa: F401

Hook = Callable[[str], None]
EVENT_TIME = EventTime("t", "auto", "UTC", "2000-01-01T00:00:00Z", 15)
SHAPE = Shape({"id": "string", "plate": "string", "sent": "int"}, "id", "sent")


class Watched:
    """A client that tells of every call before it is made."""

    def __init__(self, client: Any, hook: Hook) -> None:
        self._client, self._hook = client, hook

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if not callable(found) or name in ("get_paginator", "exceptions"):
            return found

        def call(**request: Any) -> Any:
            self._hook(name)
            return found(**request)

        return call


@dataclass
class Stream:
    """Readings that were landed by hour, and what a run of the job makes of them."""

    spark: SparkSession
    clients: Clients
    bucket: str
    landed: dict[str, list[ArrivedObject]] = field(default_factory=dict)
    format: str = "parquet"

    @property
    def target(self) -> Target:
        database = f"processed_{self.bucket[-8:]}"
        return Target(self.bucket, "anpr", "readings", database, self.format, "runs/state/")

    @property
    def table(self) -> LandingTable:
        fields = ("id", "plate", "sent", "t")
        return LandingTable(
            f"landing_{self.bucket[-8:]}", "arrivals", self.bucket, "stream", fields
        )

    def prepare(self) -> None:
        for database in (self.target.database, self.table.database):
            self.clients.glue.create_database(DatabaseInput={"Name": database})
        ensure_landing_table(self.clients.glue, self.table)

    def land(self, hour: str, *readings: dict[str, Any] | bytes) -> None:
        """Put an object of readings, or of any bytes, into an arrival hour."""
        if len(readings) == 1 and isinstance(readings[0], bytes):
            body = readings[0]
        else:
            body = gzip.compress("".join(json.dumps(one) + "\n" for one in readings).encode())
        year, month, day, clock = hour.split("-")
        folder = f"stream/year={year}/month={month}/day={day}/hour={clock}"
        key = f"{folder}/{len(self.landed.get(hour, [])):03}.gz"
        etag = self.clients.s3.put_object(Bucket=self.bucket, Key=key, Body=body)["ETag"]
        stored = ArrivedObject(key, etag.strip('"'), len(body), True)
        self.landed.setdefault(hour, []).append(stored)
        register_hours(self.clients.glue, self.table, [hour])

    def request(self, *hours: str) -> Request:
        """What the flow would ask for these hours."""
        chosen = tuple(
            ArrivalHour(
                hour, tuple(self.landed[hour]), f"runs/state/{hour}/{len(self.landed[hour])}.json"
            )
            for hour in hours
        )
        return Request(
            load_id=uuid.uuid4().hex,
            source=Source(self.bucket, self.table.database, self.table.name),
            target=self.target,
            event_time=EVENT_TIME,
            shape=SHAPE,
            limits=Limits(100, 128 * 1024 * 1024, 24),
            hours=chosen,
            frontier_key="runs/state/frontier.json",
            frontier=None,
            rules=None,
            refresh=False,
        )

    def run(self, *hours: str, hook: Hook | None = None, **changes: Any) -> Summary:
        """Do what the job does with these hours."""
        request = replace(self.request(*hours), **changes)
        clients = self.clients
        if hook:
            clients = Clients(Watched(clients.s3, hook), Watched(clients.glue, hook))
        session = self.spark.newSession()
        read = read_from_catalog(GlueContext(session), request.source)
        summary = repartition(session, clients, request, read, accept_rules)
        record_hours(clients.s3, request, summary)
        return summary

    def locations(self) -> dict[str, str]:
        """Where the catalog says that the event hours lie."""
        pages = self.clients.glue.get_paginator("get_partitions").paginate(
            DatabaseName=self.target.database, TableName=self.target.catalog_table
        )
        return {
            "-".join(one["Values"]): one["StorageDescriptor"]["Location"]
            for page in pages
            for one in page["Partitions"]
        }

    def keys(self, prefix: str) -> list[str]:
        listed = self.clients.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [found["Key"] for found in listed.get("Contents", [])]

    def read_by_glue(self, hour: str) -> list[tuple[str, str]]:
        """An event hour's ids and plates as a Glue job reads them."""
        year, month, day, clock = hour.split("-")
        frame = GlueContext(self.spark.newSession()).create_dynamic_frame.from_catalog(
            database=self.target.database,
            table_name=self.target.catalog_table,
            push_down_predicate=(
                f"year = '{year}' and month = '{month}' and day = '{day}' and hour = '{clock}'"
            ),
        )
        return sorted((row["id"], row["plate"]) for row in frame.toDF().collect())

    def read_by_spark(self, location: str) -> list[tuple[str, str]]:
        """A partition's ids and plates as Spark reads the place that the catalog names."""
        rows = self.spark.newSession().read.parquet(location).select("id", "plate").collect()
        return sorted(tuple(row) for row in rows)


def accept_rules(frame: Any, rules: str, others: Any) -> Any:
    """Evaluate nothing: each rule holds."""
    outcomes = frame.sparkSession.sql(
        "SELECT 'any' AS Rule, 'Passed' AS Outcome, CAST(NULL AS STRING) AS FailureReason, "
        "CAST(map() AS map<string,double>) AS EvaluatedMetrics"
    )
    return Evaluation(outcomes, lambda: frame)


@pytest.fixture
def stream(
    spark_s3: SparkSession,  # noqa: F811
    s3: Any,
    bucket: str,  # noqa: F811
    lochan_stack: TestStack,
    monkeypatch: pytest.MonkeyPatch,
) -> Stream:
    """A stream of the test's own without anything in it."""
    for name, value in lochan_stack.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    region = lochan_stack.environment["AWS_DEFAULT_REGION"]
    made = Stream(spark_s3, Clients(s3, boto3.client("glue", region_name=region)), bucket)
    made.prepare()
    return made
