"""The plan as the flow writes it is the request as the job reads it."""

from __future__ import annotations

import json
from datetime import timedelta

from spark.repartition.request import ArrivedObject, EventTime, Limits, parse_request
from tasks.repartition.hours import LandedObject, Pending, PendingHour
from tasks.repartition.steps import Repartitioning, hash_load, plan_run
from tasks.settings import read_settings

NAMES = [
    "LOCHAN_ENVIRONMENT",
    "AWS_DEFAULT_REGION",
    "LANDING_BUCKET",
    "PROCESSED_BUCKET",
    "TEMP_BUCKET",
    "GLUE_CRAWLER_ROLE_ARN",
    "REDSHIFT_HOST",
    "REDSHIFT_DATABASE",
    "REDSHIFT_SECRET_ARN",
    "REDSHIFT_COPY_ROLE_ARN",
    "RDS_HOST",
    "RDS_DATABASE",
    "RDS_SECRET_ARN",
    "X_API_URL",
    "X_API_SECRET_ARN",
]
SETTINGS = read_settings(
    {name: name.lower() for name in NAMES} | {"REDSHIFT_PORT": "1", "RDS_PORT": "2"}
)
WHAT = Repartitioning(
    stream="anpr/observations",
    landing_table="anpr_observations",
    dataset="anpr",
    table="readings",
    table_format="parquet",
    event_time={
        "field": "t",
        "format": "iso8601",
        "zone": "UTC",
        "earliest": "2000-01-01T00:00:00Z",
        "future_tolerance_minutes": 15,
    },
    shape={"columns": {"id": "string"}, "id_field": "id", "version_field": None},
    limits={"rejects": 1, "file_bytes": 2, "keep_generations_hours": 3},
    rules=None,
    refresh=False,
    settle=timedelta(hours=48),
)
HOUR = PendingHour(
    "2026-10-25-07", (LandedObject("a", "1", 10), LandedObject("b", "2", 20)), frozenset("b")
)


def test_a_plan_is_read_as_it_was_written() -> None:
    plan = plan_run(SETTINGS, WHAT, Pending((HOUR,), None, None), [HOUR])
    request = parse_request(json.loads(json.dumps(plan)))
    assert request.event_time == EventTime("t", "iso8601", "UTC", "2000-01-01T00:00:00Z", 15)
    assert request.limits == Limits(1, 2, 3)
    assert request.hours[0].objects == (
        ArrivedObject("a", "1", 10, False),
        ArrivedObject("b", "2", 20, True),
    )
    assert request.bytes == 30
    assert request.source.database == "lochan_lochan_environment_landing"
    assert request.target.location == "s3://processed_bucket/anpr/readings/"
    assert request.target.state == "runs/repartition_by_event_time/anpr/readings/"
    assert request.frontier == "2026-10-23-07"
    assert request.hours[0].record_key.startswith(
        f"{request.target.state}streams/anpr/observations/hours/2026-10-25-07/"
    )


def test_the_fields_that_are_read_include_the_time() -> None:
    assert WHAT.fields == ("id", "t")


def test_a_load_is_named_by_what_it_loads() -> None:
    changed = PendingHour(HOUR.hour, (LandedObject("a", "1", 10),), frozenset())
    assert hash_load(WHAT, [HOUR]) == hash_load(WHAT, [HOUR])
    assert hash_load(WHAT, [HOUR]) != hash_load(WHAT, [changed])
