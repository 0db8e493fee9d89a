from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tasks.twitter.windows import forget_processing, list_pending_windows


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        for bucket in ("landing", "processed"):
            client.create_bucket(Bucket=bucket)
        yield client


def collect(s3: Any, window: str, *, complete: bool = True) -> None:
    folder = f"x_api/followers/window={window}/"
    s3.put_object(Bucket="landing", Key=folder + "page.json.gz", Body=b"x")
    if complete:
        s3.put_object(Bucket="landing", Key=folder + "_complete.json", Body=b"{}")


def process(s3: Any, window: str) -> None:
    s3.put_object(Bucket="processed", Key=f"runs/process_tweets/window={window}.json", Body=b"{}")


def pending(s3: Any) -> list[str]:
    return list_pending_windows(s3, landing_bucket="landing", processed_bucket="processed")


def test_windows_that_are_complete_and_unprocessed_are_pending_oldest_first(s3: Any) -> None:
    for window in ("2026-11-03T00-00-00Z", "2026-11-01T00-00-00Z", "2026-11-02T00-00-00Z"):
        collect(s3, window)
    process(s3, "2026-11-02T00-00-00Z")
    assert pending(s3) == ["2026-11-01T00-00-00Z", "2026-11-03T00-00-00Z"]


def test_a_window_without_its_marker_is_not_pending(s3: Any) -> None:
    collect(s3, "2026-11-01T00-00-00Z", complete=False)
    assert pending(s3) == []


def test_a_window_whose_processing_is_forgotten_is_pending_again(s3: Any) -> None:
    collect(s3, "2026-11-01T00-00-00Z")
    process(s3, "2026-11-01T00-00-00Z")
    assert pending(s3) == []
    forget_processing(s3, processed_bucket="processed", window="2026-11-01T00-00-00Z")
    assert pending(s3) == ["2026-11-01T00-00-00Z"]
