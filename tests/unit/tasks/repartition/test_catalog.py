from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tasks.repartition.catalog import (
    LandingTable,
    LandingTableRefused,
    ensure_landing_table,
    register_hours,
)

TABLE = LandingTable("landing", "observations", "bucket", "anpr/observations", ("id", "t"))


@pytest.fixture
def glue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("glue", region_name="us-east-1")
        client.create_database(DatabaseInput={"Name": "landing"})
        yield client


def columns(glue: Any) -> list[tuple[str, str]]:
    found = glue.get_table(DatabaseName="landing", Name="observations")["Table"]
    return [(one["Name"], one["Type"]) for one in found["StorageDescriptor"]["Columns"]]


def test_the_table_is_made_once_and_grows(glue: Any) -> None:
    ensure_landing_table(glue, TABLE)
    ensure_landing_table(glue, TABLE)
    assert columns(glue) == [("id", "string"), ("t", "string")]
    ensure_landing_table(glue, replace(TABLE, fields=("T", "plate")))
    assert columns(glue) == [("id", "string"), ("t", "string"), ("plate", "string")]


def test_hours_are_registered_where_firehose_lands_them(glue: Any) -> None:
    ensure_landing_table(glue, TABLE)
    hours = [f"2026-10-{day:02}-{clock:02}" for day in range(1, 6) for clock in range(24)]
    assert register_hours(glue, TABLE, hours) == 120
    assert register_hours(glue, TABLE, hours) == 0
    partition = glue.get_partition(
        DatabaseName="landing",
        TableName="observations",
        PartitionValues=["2026", "10", "05", "07"],
    )["Partition"]
    assert partition["StorageDescriptor"]["Location"] == (
        "s3://bucket/anpr/observations/year=2026/month=10/day=05/hour=07/"
    )


def test_another_table_is_refused(glue: Any) -> None:
    ensure_landing_table(glue, TABLE)
    with pytest.raises(LandingTableRefused, match="Choose another landing_table"):
        ensure_landing_table(glue, replace(TABLE, stream="anpr/elsewhere"))
