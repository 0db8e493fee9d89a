"""A Glue with a fixed clock and a worker that only remembers what it was asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest

from lochan.glue.api.service import GlueService
from lochan.glue.api.state import Accounts, GlueState

ACCOUNT = "000000000000"
REGION = "us-east-1"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass
class RecordingWorker:
    started_runs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    stopped_runs: list[str] = field(default_factory=list)
    started_crawls: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    stopped_crawls: list[str] = field(default_factory=list)

    def start_run(self, run_id: str, description: Mapping[str, Any]) -> None:
        self.started_runs[run_id] = description

    def stop_run(self, run_id: str) -> None:
        self.stopped_runs.append(run_id)

    def start_crawl(self, crawl_id: str, description: Mapping[str, Any]) -> None:
        self.started_crawls[crawl_id] = description

    def stop_crawl(self, crawl_id: str) -> None:
        self.stopped_crawls.append(crawl_id)


@pytest.fixture(scope="session")
def glue_model() -> Any:
    return botocore.session.get_session().get_service_model("glue")


@pytest.fixture
def worker() -> RecordingWorker:
    return RecordingWorker()


@pytest.fixture
def service(glue_model: Any, worker: RecordingWorker) -> GlueService:
    return GlueService(glue_model, Accounts(lambda _: worker))


@pytest.fixture
def state(service: GlueService) -> GlueState:
    state = service.accounts.state(ACCOUNT, REGION)
    state.now = lambda: NOW
    return state


@pytest.fixture
def call(service: GlueService, state: GlueState) -> Callable[..., Any]:
    """Call an operation by name, its request given as keywords, with shapes checked."""
    return lambda operation, **request: service.call(ACCOUNT, REGION, operation, request)


@pytest.fixture
def make_table(call: Callable[..., Any]) -> Callable[..., None]:
    """Make a table `db.t`, partitioned as told: make_table(dt="string", hour="int")."""

    def make(**partition_types: str) -> None:
        call("CreateDatabase", DatabaseInput={"Name": "db"})
        keys = [{"Name": name, "Type": type_} for name, type_ in partition_types.items()]
        columns = [{"Name": "id", "Type": "bigint"}]
        call(
            "CreateTable",
            DatabaseName="db",
            TableInput={
                "Name": "t",
                "PartitionKeys": keys,
                "StorageDescriptor": {"Columns": columns, "Location": "s3://bucket/t/"},
            },
        )

    return make


@pytest.fixture
def add_partitions(call: Callable[..., Any]) -> Callable[..., None]:
    def add(*values: tuple[str, ...]) -> None:
        for row in values:
            storage = {"Location": "s3://bucket/t/" + "/".join(row)}
            definition = {"Values": list(row), "StorageDescriptor": storage}
            call("CreatePartition", DatabaseName="db", TableName="t", PartitionInput=definition)

    return add


@pytest.fixture
def job(call: Callable[..., Any]) -> str:
    call(
        "CreateJob",
        Name="flatten",
        Role="arn:aws:iam::000000000000:role/glue",
        Command={"Name": "glueetl", "ScriptLocation": "s3://assets/flatten.py"},
        GlueVersion="5.1",
        WorkerType="G.1X",
        NumberOfWorkers=2,
        DefaultArguments={"--TempDir": "s3://temp/", "--level": "default"},
        NonOverridableArguments={"--env": "local"},
        MaxRetries=1,
    )
    return "flatten"


@pytest.fixture
def crawler(call: Callable[..., Any]) -> str:
    call(
        "CreateCrawler",
        Name="landing",
        Role="arn:aws:iam::000000000000:role/crawler",
        DatabaseName="db",
        Targets={"S3Targets": [{"Path": "s3://bucket/landing/"}]},
    )
    return "landing"
