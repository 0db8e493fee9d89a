"""A job as people write them: catalog in, mapping, partitioned Parquet out, bookmarked."""

from __future__ import annotations

import io
import json
import time
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Platform

pytestmark = pytest.mark.stack

SCRIPT = """
import sys
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.transforms import ApplyMapping
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "database", "table", "target", "hours"])
glueContext = GlueContext(SparkContext())
job = Job(glueContext)
job.init(args["JOB_NAME"], args)
readings = glueContext.create_dynamic_frame.from_catalog(
    database=args["database"],
    table_name=args["table"],
    push_down_predicate=args["hours"],
    transformation_ctx="readings",
)
print("read", readings.count())
mapped = ApplyMapping.apply(
    frame=readings,
    mappings=[
        ("plate", "string", "plate", "string"),
        ("speed", "int", "speed_kmh", "long"),
        ("site.id", "int", "site_id", "int"),
        ("hour", "string", "hour", "string"),
    ],
)
glueContext.write_dynamic_frame.from_options(
    frame=mapped,
    connection_type="s3",
    connection_options={"path": args["target"], "partitionKeys": ["site_id"]},
    format="glueparquet",
    transformation_ctx="written",
)
job.commit()
"""


def reading(plate: str, speed: int, site: int) -> str:
    return json.dumps({"plate": plate, "speed": speed, "site": {"id": site}}) + "\n"


def wait_for(call: Any, done: Any) -> Any:
    deadline = time.monotonic() + 120
    while not done(answer := call()):
        assert time.monotonic() < deadline, answer
        time.sleep(0.1)
    return answer


class Workshop:
    """A landing prefix, its crawler and a job over it."""

    def __init__(self, platform: Platform) -> None:
        self.values = platform.values
        self.s3, self.glue = platform.client("s3"), platform.client("glue")
        self.logs = platform.client("logs")
        self.source = f"s3://{self.values['LANDING_BUCKET']}/anpr/"
        self.target = f"s3://{self.values['PROCESSED_BUCKET']}/anpr/"
        self.database = f"anpr_{self.values['LOCHAN_ENVIRONMENT']}"
        self.s3.put_object(Bucket=self.values["ASSETS_BUCKET"], Key="anpr.py", Body=SCRIPT)
        self.glue.create_database(DatabaseInput={"Name": self.database})
        self.glue.create_crawler(
            Name=self.database,
            Role=self.values["GLUE_CRAWLER_ROLE_ARN"],
            DatabaseName=self.database,
            Targets={"S3Targets": [{"Path": self.source}]},
        )
        self.glue.create_job(
            Name=self.database,
            Role=self.values["GLUE_JOB_ROLE_ARN"],
            GlueVersion="5.1",
            Command={
                "Name": "glueetl",
                "ScriptLocation": f"s3://{self.values['ASSETS_BUCKET']}/anpr.py",
            },
            DefaultArguments={
                "--job-bookmark-option": "job-bookmark-enable",
                "--database": self.database,
                "--table": "anpr",
                "--target": self.target,
            },
        )

    def land(self, hour: str, *lines: str) -> None:
        key = f"anpr/year=2026/hour={hour}/{hour}-{time.time_ns()}.json"
        self.s3.put_object(
            Bucket=self.values["LANDING_BUCKET"], Key=key, Body="".join(lines).encode()
        )

    def crawl(self) -> None:
        self.glue.start_crawler(Name=self.database)
        crawler = wait_for(
            lambda: self.glue.get_crawler(Name=self.database)["Crawler"],
            lambda found: found["State"] == "READY",
        )
        assert crawler["LastCrawl"]["Status"] == "SUCCEEDED", crawler["LastCrawl"]

    def run(self, hours: str) -> str:
        """Run the job and return what it printed."""
        name = self.database
        run_id = self.glue.start_job_run(JobName=name, Arguments={"--hours": hours})["JobRunId"]
        run = wait_for(
            lambda: self.glue.get_job_run(JobName=name, RunId=run_id)["JobRun"],
            lambda found: found["JobRunState"] not in ("STARTING", "RUNNING"),
        )
        assert run["JobRunState"] == "SUCCEEDED", run
        events = self.logs.get_log_events(
            logGroupName="/aws-glue/jobs/output", logStreamName=run_id, startFromHead=True
        )["events"]
        return "\n".join(event["message"] for event in events)

    def written(self) -> list[tuple[Any, ...]]:
        """Rows of the target: partition folder, then the columns."""
        rows = []
        listed = self.s3.list_objects_v2(Bucket=self.values["PROCESSED_BUCKET"], Prefix="anpr/")
        for item in listed.get("Contents", []):
            if not item["Key"].endswith(".parquet"):
                continue
            body = self.s3.get_object(Bucket=self.values["PROCESSED_BUCKET"], Key=item["Key"])
            table = pq.read_table(io.BytesIO(body["Body"].read()))
            folder = item["Key"].split("/")[1]
            assert table.column_names == ["plate", "speed_kmh", "hour"]
            rows += [(folder, *row.values()) for row in table.to_pylist()]
        return sorted(rows)


def test_catalog_predicate_mapping_partitions_and_bookmark(platform: Platform) -> None:
    workshop = Workshop(platform)
    workshop.land("07", reading("AA 1", 48, 1), reading("BB 2", 52, 2))
    workshop.land("08", reading("CC 3", 61, 1))
    workshop.land("09", reading("DD 4", 70, 2))
    workshop.crawl()

    assert workshop.run("hour in ('07', '08')") == "read 3"
    first = [
        ("site_id=1", "AA 1", 48, "07"),
        ("site_id=1", "CC 3", 61, "08"),
        ("site_id=2", "BB 2", 52, "07"),
    ]
    assert workshop.written() == first

    assert workshop.run("hour in ('07', '08')") == "read 0"
    assert workshop.written() == first

    workshop.land("08", reading("EE 5", 33, 3))
    assert workshop.run("hour in ('07', '08')") == "read 1"
    assert workshop.written() == [*first, ("site_id=3", "EE 5", 33, "08")]
