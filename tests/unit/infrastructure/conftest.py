"""An account of moto's, and what is declared for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from infrastructure import code
from infrastructure.declared import Declaration
from infrastructure.resources import Place, Resources, resolve_resources

PLACE = Place("local", "123456789012", "us-east-1")
SECRET_VALUES = {
    "redshift": {"username": "lochan_loader", "password": "p"},
    "rds": {"username": "rds", "password": "p"},
    "x_api": {"token": "t"},
}
ADDRESSES = {
    "REDSHIFT_HOST": "warehouse.example",
    "REDSHIFT_PORT": "5439",
    "REDSHIFT_DATABASE": "dev",
    "RDS_HOST": "books.example",
    "RDS_PORT": "5432",
    "RDS_DATABASE": "rds",
}


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        made: dict[str, Any] = {}
        yield lambda name: made.setdefault(name, boto3.client(name, region_name="us-east-1"))


@pytest.fixture
def resources() -> Resources:
    return resolve_resources(PLACE)


@pytest.fixture
def declaration(clients: Callable[[str], Any], spark: Path) -> Declaration:
    """What is declared but for connections and classifiers: moto cannot answer or change them.

    Buckets' policies deny nothing that is called here: moto knows no conditions, and denies all.
    """
    sections = resolve_resources(PLACE).sections
    crawlers = {
        key: {name: value for name, value in spec.items() if name != "classifiers"}
        for key, spec in sections["crawlers"].items()
    }
    policies = {
        key: [{**statement, "Action": ["s3:PutBucketAcl"]} for statement in statements]
        for key, statements in sections["bucket_policies"].items()
    }
    without = {
        "connections": {},
        "classifiers": {},
        "crawlers": crawlers,
        "bucket_policies": policies,
    }
    known = Resources(PLACE, {**sections, **without})
    return Declaration(clients, known, SECRET_VALUES, ADDRESSES)


@pytest.fixture
def spark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A spark/ with the declared scripts, small enough to be uploaded in no time."""
    for spec in resolve_resources(PLACE).section("jobs").values():
        script = tmp_path / spec["script"]
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text("print(1)\n")
    monkeypatch.setattr(code, "ROOT", tmp_path)
    return tmp_path / "spark"


@pytest.fixture
def glue() -> Iterator[tuple[Any, Stubber]]:
    client = boto3.client(
        "glue", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
    )
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()
