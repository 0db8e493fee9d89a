"""What goes wrong is told in a sentence that names the thing; exit code 1, nothing half-loaded."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Finished, Platform

pytestmark = pytest.mark.stack

YESTERDAY = datetime.combine(datetime.now(UTC).date(), time(), UTC) - timedelta(days=1)
WINDOW = f"{YESTERDAY:%Y-%m-%dT%H-%M-%SZ}"


def sentence(done: Finished) -> str:
    """The line that says what failed; Prefect may say behind it that it is still sending logs."""
    return next(line for line in done.errors.splitlines() if " failed: " in line)


def assert_failed(done: Finished, *words: str) -> None:
    assert done.code == 1, done.output + done.errors
    assert "Traceback" not in done.errors + done.output
    for word in words:
        assert word in sentence(done), done.errors


def test_a_wrong_bearer_token_names_its_secret(platform: Platform) -> None:
    arn = platform.values["X_API_SECRET_ARN"]
    secrets = platform.client("secretsmanager")
    right = secrets.get_secret_value(SecretId=arn)["SecretString"]
    secrets.put_secret_value(SecretId=arn, SecretString=json.dumps({"token": "wrong-token"}))
    try:
        done = platform.run_flow("collect_tweets")
    finally:
        secrets.put_secret_value(SecretId=arn, SecretString=right)
    assert_failed(done, "collect_tweets failed", arn)
    assert "wrong-token" not in done.output + done.errors


def test_a_missing_bucket_is_named(platform: Platform) -> None:
    done = platform.run_flow("collect_tweets", LANDING_BUCKET="no-such-bucket-of-ours")
    assert_failed(done, "no-such-bucket-of-ours")


def test_missing_settings_are_named(platform: Platform) -> None:
    done = platform.run_flow("warehouse_tweets", REDSHIFT_SECRET_ARN="")
    assert_failed(done, "REDSHIFT_SECRET_ARN", "make up")


def test_a_job_script_with_a_syntax_error_names_the_line(platform: Platform) -> None:
    assert platform.run_flow("collect_tweets").code == 0
    platform.client("s3").put_object(
        Bucket=platform.values["ASSETS_BUCKET"],
        Key="jobs/process_tweets.py",
        Body=b"import sys\nif True print(1)\n",
    )
    done = platform.run_flow("process_tweets")
    environment = platform.values["LOCHAN_ENVIRONMENT"]
    logs = f"/aws-glue/jobs/lochan-{environment}-role/lochan-{environment}-glue-twitter/error"
    assert_failed(done, "ended FAILED", "SyntaxError", "line 2", logs)


def damage(platform: Platform, endpoint: str, *changes: Callable[[bytes], bytes]) -> None:
    """Change the bodies of landed pages, one each, and what the completion marker says of them."""
    s3, bucket = platform.client("s3"), platform.values["LANDING_BUCKET"]
    marker_key = f"x_api/{endpoint}/window={WINDOW}/_complete.json"
    marker = json.loads(s3.get_object(Bucket=bucket, Key=marker_key)["Body"].read())
    full = [one for one in marker["objects"] if one["records"] > 1]
    for item, change in zip(full, changes, strict=False):
        body = s3.get_object(Bucket=bucket, Key=item["key"])["Body"].read()
        put = s3.put_object(Bucket=bucket, Key=item["key"], Body=change(body))
        item["etag"] = put["ETag"].strip('"')
    s3.put_object(Bucket=bucket, Key=marker_key, Body=json.dumps(marker).encode())


def truncate_object(body: bytes) -> bytes:
    return body[: len(body) // 2]


def malform_page(body: bytes) -> bytes:
    return gzip.compress(gzip.decompress(body)[:5000])


def break_records(body: bytes) -> bytes:
    """Take the id of one tweet away and the time of another out of all calendars."""
    page = json.loads(gzip.decompress(body))
    del page["data"][0]["id"]
    page["data"][1]["created_at"] = "yesterday"
    return gzip.compress(json.dumps(page).encode())


def quarantined_reasons(platform: Platform) -> list[str]:
    s3, bucket = platform.client("s3"), platform.values["PROCESSED_BUCKET"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="quarantine/twitter/")["Contents"]
    return [
        json.loads(line)["reason"]
        for item in listed
        for line in s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read().splitlines()
    ]


def test_damaged_input_goes_to_quarantine_and_the_rest_arrives(platform: Platform) -> None:
    assert platform.run_flow("collect_tweets").code == 0
    damage(platform, "search_recent", truncate_object, break_records)
    damage(platform, "users", malform_page)
    for stage in ("process_tweets", "warehouse_tweets"):
        done = platform.run_flow(stage)
        assert done.code == 0, done.output + done.errors
    reasons = quarantined_reasons(platform)
    for word in ("cut off", "JSON", "id", "created_at"):
        assert any(word in reason for reason in reasons), reasons
    assert platform.query("SELECT COUNT(*) FROM twitter.tweets")[0][0] > 0


def test_too_many_rejects_publish_nothing(platform: Platform) -> None:
    assert platform.run_flow("collect_tweets").code == 0
    damage(platform, "search_recent", break_records)
    done = platform.run_flow("process_tweets", {"reject_limit": 0})
    assert_failed(done, "process_tweets failed", "limit")
    listed = platform.client("s3").list_objects_v2(
        Bucket=platform.values["PROCESSED_BUCKET"], Prefix="twitter/"
    )
    assert listed["KeyCount"] == 0


def test_a_stack_that_is_not_up_is_said_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lochan"), "env"],
        env={"PATH": "/usr/bin:/bin", "LOCHAN_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "lochan up" in done.stderr


def test_everything_listens_on_loopback_alone(bare_platform: Platform) -> None:
    home = str(bare_platform.home)
    ours = {p.pid for p in psutil.process_iter() if belongs_to(p, home)}
    assert ours
    listening = [
        connection.laddr.ip
        for connection in psutil.net_connections("inet")
        if connection.pid in ours and connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 7
    assert set(listening) <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


def belongs_to(process: psutil.Process, home: str) -> bool:
    """Whether a process, or one that it descends from, was started for the stack in this home."""
    try:
        return any(home in value for value in process.environ().values())
    except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
        return False
