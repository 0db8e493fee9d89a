"""The order of a load's statements, on a connection that only writes them down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tasks.redshift import Warehouse, WarehouseError
from tasks.warehouse import LoadResult, load_partition
from warehouse.tables import USER_FOLLOWERS

DAY = "event_date=2026-11-20"
PREFIX = f"twitter/user_followers/{DAY}/"
ROLE = "arn:aws:iam::000000000000:role/copy"


class Recorder:
    """A connection whose answers are given by the beginnings of statements."""

    def __init__(self, answers: dict[str, list[tuple[int, ...]]]) -> None:
        self.log: list[str] = []
        self.answers = answers

    def cursor(self) -> Recorder:
        return self

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *details: object) -> None:
        pass

    def execute(self, statement: str, values: object = None) -> None:
        self.log.append(statement)

    def fetchone(self) -> tuple[int, ...] | None:
        for beginning, rows in self.answers.items():
            if self.log[-1].startswith(beginning):
                return rows.pop(0)
        return None

    def commit(self) -> None:
        self.log.append("commit")

    def close(self) -> None:
        self.log.append("close")

    @property
    def verbs(self) -> list[str]:
        return [" ".join(entry.split()[:2]) for entry in self.log]


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client(
            "s3", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
        )
        for bucket in ("zone", "temp"):
            client.create_bucket(Bucket=bucket)
        etag = client.put_object(Bucket="zone", Key=f"{PREFIX}p", Body=b"parquet")["ETag"]
        named = {"key": f"{PREFIX}p", "etag": etag, "bytes": 7, "records": 5}
        marker = json.dumps({"rows": 5, "objects": [named]}).encode()
        client.put_object(Bucket="zone", Key=f"{PREFIX}_complete.json", Body=marker)
        yield client


def load(s3: Any, connection: Recorder) -> LoadResult:
    return load_partition(
        Warehouse(lambda: connection),
        s3,
        spec=USER_FOLLOWERS,
        partition=DAY,
        bucket="zone",
        copy_role_arn=ROLE,
        temp_bucket="temp",
        flow_run_id=None,
        glue_run_id=None,
        reject_limit=1,
    )


def test_a_load_is_one_transaction_behind_the_lock(s3: Any) -> None:
    connection = Recorder({"SELECT COUNT(*), ": [(5, 1)], "SELECT COUNT(*) ": [(3,)]})
    result = load(s3, connection)
    assert connection.verbs == [
        "SELECT input_rows,",
        "commit",
        "LOCK TABLE",
        "SELECT input_rows,",
        "CREATE TEMP",
        'COPY "stage_' + result.load_id[:16] + '"',
        "SELECT COUNT(*),",
        "INSERT INTO",
        "CREATE TEMP",
        "SELECT COUNT(*)",
        "MERGE INTO",
        "INSERT INTO",
        "DROP TABLE",
        "commit",
    ]
    # input 5 = loaded 3 + rejected 1 + duplicate 1
    assert (result.loaded_rows, result.rejected_rows, result.duplicate_rows) == (3, 1, 1)
    assert "Contents" not in s3.list_objects_v2(Bucket="temp")


def test_a_load_in_the_ledger_is_looked_up_and_no_more(s3: Any) -> None:
    connection = Recorder({"SELECT input_rows": [(5, 4, 0, 1)]})
    result = load(s3, connection)
    assert connection.verbs == ["SELECT input_rows,", "commit"]
    assert (result.input_rows, result.loaded_rows, result.skipped) == (5, 4, True)


def test_a_wrong_number_of_rows_commits_nothing(s3: Any) -> None:
    connection = Recorder({"SELECT COUNT(*), ": [(4, 0)]})
    with pytest.raises(WarehouseError, match="brought 4 rows, its marker promises 5"):
        load(s3, connection)
    assert connection.verbs[-2:] == ["SELECT COUNT(*),", "close"]
    assert connection.verbs.count("commit") == 1
