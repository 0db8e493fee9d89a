from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lochan import samples
from lochan.samples import landing


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="landing")
        yield client


@pytest.fixture
def two_objects(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """A flow `read_pages` whose generated input are two objects."""
    (tmp_path / "read_pages.py").write_text(
        "def make_objects():\n    yield 'pages/1', b'one'\n    yield 'pages/2', b'two'\n"
    )
    monkeypatch.setattr(samples, "__path__", [*samples.__path__, str(tmp_path)])


def test_generated_input_is_put_once(s3: Any, two_objects: None) -> None:
    assert "read_pages" in landing.list_flows()
    assert landing.land(s3, "landing", "read_pages") == 2
    assert landing.land(s3, "landing", "read_pages") == 0
    assert s3.get_object(Bucket="landing", Key="pages/2")["Body"].read() == b"two"


def test_what_a_person_put_there_is_left(s3: Any, two_objects: None) -> None:
    s3.put_object(Bucket="landing", Key="pages/1", Body=b"mine")
    assert landing.land(s3, "landing", "read_pages") == 1
    assert s3.get_object(Bucket="landing", Key="pages/1")["Body"].read() == b"mine"


def test_a_flow_that_reads_no_files_needs_no_input(s3: Any) -> None:
    assert landing.land(s3, "landing", "tweets_to_redshift") == 0


def test_a_sample_may_name_a_bucket_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, two_objects: None
) -> None:
    (tmp_path / "read_elsewhere.py").write_text("BUCKET_VARIABLE = 'MY_BUCKET'\n")
    assert landing.bucket_variable("read_elsewhere") == "MY_BUCKET"
    assert landing.bucket_variable("read_pages") == "LANDING_BUCKET"
    assert landing.bucket_variable("no_sample") == "LANDING_BUCKET"
