"""A Glue context on the Spark of the test process, and frames as text tables."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from pyspark.sql import DataFrame, SparkSession

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame

Table = Callable[[Any], str]


@pytest.fixture
def glue_context(spark: SparkSession) -> GlueContext:
    return GlueContext(spark.sparkContext)


@pytest.fixture
def frame_of(glue_context: GlueContext) -> Callable[..., DynamicFrame]:
    """Return a function from rows and a DDL schema to a frame."""

    def build(rows: list[tuple[Any, ...]], schema: str, name: str = "frame") -> DynamicFrame:
        data = glue_context.spark_session.createDataFrame(rows, schema)
        return DynamicFrame.fromDF(data, glue_context, name)

    return build


@pytest.fixture
def json_frame(glue_context: GlueContext, tmp_path: Path) -> Callable[..., DynamicFrame]:
    """Return a function from lines of JSON to the frame that from_options reads."""

    def read(*lines: str) -> DynamicFrame:
        folder = tmp_path / f"json_{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        (folder / "data.json").write_text("\n".join(lines) + "\n")
        return glue_context.create_dynamic_frame.from_options(
            "s3", {"paths": [folder.as_uri()]}, "json"
        )

    return read


@pytest.fixture(scope="session")
def table() -> Table:
    """Return a function that draws a frame as a text table: header, then rows in text order."""

    def draw(frame: DynamicFrame | DataFrame) -> str:
        data = frame.toDF() if isinstance(frame, DynamicFrame) else frame
        rows = sorted(" | ".join(_cell(value) for value in row) for row in data.collect())
        return "\n".join([" | ".join(data.columns), *rows])

    return draw


def _cell(value: Any) -> str:
    if value is None:
        return "null"
    if hasattr(value, "asDict"):
        return json.dumps(value.asDict(recursive=True), default=str)
    if isinstance(value, list):
        plain = [v.asDict(recursive=True) if hasattr(v, "asDict") else v for v in value]
        return json.dumps(plain, default=str)
    return str(value)


@pytest.fixture
def text_table() -> Callable[[str], str]:
    """Return a function that reads a table written in a test, indented."""

    def read(text: str) -> str:
        header, *rows = [line.strip() for line in text.strip().splitlines()]
        return "\n".join([header, *sorted(rows)])

    return read


@pytest.fixture
def tree(capsys: pytest.CaptureFixture[str]) -> Callable[[DynamicFrame], str]:
    """Return a function that returns what printSchema prints."""

    def draw(frame: DynamicFrame) -> str:
        capsys.readouterr()
        frame.printSchema()
        return capsys.readouterr().out.rstrip("\n")

    return draw


@pytest.fixture
def glue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a Glue client with the database `lake`, answered within this process."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_GLUE", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("glue")
        client.create_database(DatabaseInput={"Name": "lake"})
        yield client
