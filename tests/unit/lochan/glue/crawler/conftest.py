from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from lochan.glue.crawler.collaborators import Clients, Reporting
from lochan.glue.crawler.crawl import CrawlSummary, run_crawl


class Lake:
    """A bucket `lake` and a catalog database `db`, both moto's."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.s3, self.glue, self.secrets = clients.s3, clients.glue, clients.secrets
        self.s3.create_bucket(Bucket="lake")
        self.glue.create_database(DatabaseInput={"Name": "db"})
        self.logged: list[str] = []
        self.classifiers: dict[str, Any] = {}
        self.glue.get_classifier = self._get_classifier  # moto has none

    def _get_classifier(self, *, Name: str) -> dict[str, Any]:
        if Name not in self.classifiers:
            raise self.glue.exceptions.EntityNotFoundException({"Error": {}}, "GetClassifier")
        return {"Classifier": self.classifiers[Name]}

    def put(self, key: str, body: bytes | str) -> None:
        self.s3.put_object(Bucket="lake", Key=key, Body=body)

    def crawl(
        self,
        path: str = "s3://lake/data/",
        *,
        should_stop: Callable[[], bool] = lambda: False,
        **options: Any,
    ) -> CrawlSummary:
        crawler = {
            "Name": "c",
            "DatabaseName": "db",
            "Targets": {"S3Targets": [{"Path": path}]},
            **options,
        }
        return run_crawl(crawler, self.clients, Reporting(self.logged.append, should_stop))

    def tables(self) -> dict[str, Any]:
        return {t["Name"]: t for t in self.glue.get_tables(DatabaseName="db")["TableList"]}

    def columns(self, table: str) -> list[str]:
        storage = self.tables()[table]["StorageDescriptor"]
        return [f"{column['Name']} {column['Type']}" for column in storage["Columns"]]

    def partitions(self, table: str) -> list[tuple[list[str], str]]:
        found = self.glue.get_partitions(DatabaseName="db", TableName=table)["Partitions"]
        return sorted((p["Values"], p["StorageDescriptor"]["Location"]) for p in found)


@pytest.fixture(scope="session")
def clients() -> Clients:
    """Clients that reach nothing: to make them costs more than most tests."""
    options: Any = {
        "region_name": "us-east-1",
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
        "config": Config(ignore_configured_endpoint_urls=True),
    }
    return Clients(
        boto3.client("s3", **options),
        boto3.client("glue", **options),
        boto3.client("secretsmanager", **options),
    )


@pytest.fixture
def lake(clients: Clients) -> Iterator[Lake]:
    with mock_aws():
        yield Lake(clients)
