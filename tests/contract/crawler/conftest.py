"""The stack's Glue, with its data stores: what a crawler needs, and how to wait for it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import psycopg
import pytest

from lochan.stack.pytest_plugin import TestStack

DEADLINE_SECONDS = 120
ROLE = "arn:aws:iam::000000000000:role/crawler"


@dataclass
class CrawledStack:
    """Clients of the stack, and a catalog database and a schema of the test's own."""

    environment: dict[str, str]
    name: str
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        if service not in self.clients:
            self.clients[service] = boto3.client(
                service,
                endpoint_url=self.environment["AWS_ENDPOINT_URL"],
                region_name=self.environment["AWS_DEFAULT_REGION"],
                aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            )
        return self.clients[service]

    @property
    def glue(self) -> Any:
        return self.client("glue")

    def login(self, store: str) -> dict[str, Any]:
        """Return how to reach REDSHIFT or RDS."""
        return {
            "host": self.environment[f"{store}_HOST"],
            "port": int(self.environment[f"{store}_PORT"]),
            "dbname": self.environment[f"{store}_DATABASE"],
            "user": self.environment[f"{store}_USER"],
            "password": self.environment[f"{store}_PASSWORD"],
        }

    def execute(self, store: str, *statements: str) -> None:
        options = {"sslmode": "require"} if store == "REDSHIFT" else {}
        with psycopg.connect(**self.login(store), **options, autocommit=True) as session:
            for statement in statements:
                session.execute(statement)

    def crawl(self, name: str) -> dict[str, Any]:
        """Run a crawler to its end; returns LastCrawl."""
        self.glue.start_crawler(Name=name)
        return self.wait_for_crawler(name)

    def wait_for_crawler(self, name: str) -> dict[str, Any]:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while (crawler := self.glue.get_crawler(Name=name)["Crawler"])["State"] != "READY":
            assert time.monotonic() < deadline, crawler
            time.sleep(0.05)
        return dict(crawler["LastCrawl"])

    def tables(self) -> dict[str, Any]:
        found = self.glue.get_tables(DatabaseName=self.name)["TableList"]
        return {table["Name"]: table for table in found}

    def columns(self, table: str) -> list[str]:
        storage = self.tables()[table]["StorageDescriptor"]
        return [f"{column['Name']} {column['Type']}" for column in storage["Columns"]]


@pytest.fixture
def crawled(lochan_stack: TestStack, request: pytest.FixtureRequest) -> Iterator[CrawledStack]:
    """A catalog database, and schemas of its name in both data stores, gone after the test."""
    stack = CrawledStack(dict(lochan_stack.environment), f"t{uuid.uuid4().hex[:8]}")
    stack.glue.create_database(DatabaseInput={"Name": stack.name})
    yield stack
    stack.glue.delete_database(Name=stack.name)


@pytest.fixture
def schemas(crawled: CrawledStack) -> Iterator[str]:
    """A schema in Redshift and in PostgreSQL, of the catalog database's name."""
    for store in ("REDSHIFT", "RDS"):
        crawled.execute(store, f"CREATE SCHEMA {crawled.name}")
    yield crawled.name
    for store in ("REDSHIFT", "RDS"):
        crawled.execute(store, f"DROP SCHEMA {crawled.name} CASCADE")


@pytest.fixture
def make_connection(crawled: CrawledStack) -> Iterator[Callable[..., str]]:
    """Make a JDBC connection to REDSHIFT or RDS, changed as told; what is "" is left out.

    They are gone after the test: the password in them is no secret that the product leaked.
    """
    made: list[str] = []

    def make(store: str, **changes: str) -> str:
        login = crawled.login(store)
        kind = "redshift" if store == "REDSHIFT" else "postgresql"
        properties = {
            "JDBC_CONNECTION_URL": f"jdbc:{kind}://{login['host']}:{login['port']}"
            f"/{login['dbname']}",
            "USERNAME": login["user"],
            "PASSWORD": login["password"],
            **changes,
        }
        name = f"{crawled.name}-{store.lower()}-{uuid.uuid4().hex[:4]}"
        crawled.glue.create_connection(
            ConnectionInput={
                "Name": name,
                "ConnectionType": "JDBC",
                "ConnectionProperties": {key: text for key, text in properties.items() if text},
            }
        )
        made.append(name)
        return name

    yield make
    for name in made:
        crawled.glue.delete_connection(ConnectionName=name)


@pytest.fixture
def make_crawler(crawled: CrawledStack) -> Callable[..., str]:
    """Make a crawler into the test's catalog database."""

    def make(targets: dict[str, Any], **members: Any) -> str:
        name = f"{crawled.name}-{uuid.uuid4().hex[:4]}"
        crawled.glue.create_crawler(
            Name=name, Role=ROLE, DatabaseName=crawled.name, Targets=targets, **members
        )
        return name

    return make
