"""A job writes to Redshift, PostgreSQL and Delta through the catalog's connections, and reads back.

What the databases hold is compared with literals by their own clients, and so is what came back.
"""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Platform

pytestmark = pytest.mark.stack

PREAMBLE = """
import datetime, json, sys
from decimal import Decimal
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(
    sys.argv, ["JOB_NAME", "warehouse", "store", "role", "temporary", "lake", "database"]
)
glueContext = GlueContext(SparkContext())
spark = glueContext.spark_session

def day(text): return datetime.date.fromisoformat(text)
def instant(text): return datetime.datetime.fromisoformat(text + "+00:00")

ROWS = [
    (1, "plain", Decimal("1.5"), 1.5, True, day("2024-02-29"),
     instant("2024-02-29T23:59:59.123456"), bytearray([0, 255])),
    (2, "", Decimal("0"), float("nan"), False, day("1969-12-31"),
     instant("1969-12-31T23:59:59.999999"), bytearray(b"x")),
    (3, None, None, None, None, None, None, None),
    (4, 'a,"b"|c\\td;\\\\N \\'q\\'', Decimal("0.0000000001"), 1e300, True, day("1582-10-15"),
     instant("1901-01-01T00:00:00"), None),
    (5, "line\\nfeed\\r\\nreturn\\rend", Decimal("-9999999999999999999999999999.9999999999"),
     float("-inf"), True, day("0001-01-01"), instant("2038-01-19T03:14:08"), None),
    (6, "  \\u00e9 \\u6f22 \\U0001f600  ", Decimal("-0.0000012345"), -0.0, None, None, None, None),
    (7, "\\\\N", None, 0.1, None, None, None, None),
    (8, "NULL", None, 5e-324, None, None, None, None),
]
SCHEMA = (
    "id int, text string, amount decimal(38,10), ratio double, flag boolean, day date, "
    "at timestamp, raw binary"
)
frame = DynamicFrame.fromDF(spark.createDataFrame(ROWS, SCHEMA), glueContext, "frame")

def show(name, found):
    data = found.toDF()
    texts = data.orderBy("id").selectExpr(*[f"CAST({name} AS string)" for name in data.columns])
    rows = [list(row) for row in texts.collect()]
    print(json.dumps({"name": name, "types": data.dtypes, "rows": rows}))
"""

ROUND_TRIP = (
    PREAMBLE
    + """
glueContext.write_dynamic_frame.from_jdbc_conf(
    frame=frame,
    catalog_connection=args["warehouse"],
    connection_options={
        "dbtable": "public.round_trip",
        "database": "dev",
        "aws_iam_role": args["role"],
        "preactions": "CREATE TABLE IF NOT EXISTS public.audit (said VARCHAR(20)); "
                      "DELETE FROM %s; INSERT INTO public.audit VALUES ('before; COPY')",
        "postactions": "INSERT INTO public.audit SELECT 'rows ' || COUNT(*) FROM %s",
    },
    redshift_tmp_dir=args["temporary"],
)
by_name = {"connectionName": args["warehouse"], "useConnectionProperties": "true"}
glueContext.write_dynamic_frame.from_options(
    frame=DynamicFrame.fromDF(
        frame.toDF().where("id <= 2").selectExpr("text AS TEXT", "id"), glueContext, "some"
    ),
    connection_type="redshift",
    connection_options={
        **by_name, "dbtable": "public.some_columns", "redshiftTmpDir": args["temporary"],
        "preactions": "SELECT 1", "tempformat": "CSV GZIP",
    },
)
nested = frame.toDF().selectExpr("*", "array(named_struct('id', id, 'text', text)) AS nested")
glueContext.write_dynamic_frame.from_options(
    frame=DynamicFrame.fromDF(nested, glueContext, "typed"),
    connection_type="redshift",
    connection_options={
        **by_name, "dbtable": "public.as_parquet", "redshiftTmpDir": args["temporary"],
        "aws_iam_role": args["role"], "tempformat": "PARQUET",
    },
)
glueContext.write_dynamic_frame.from_catalog(
    frame=DynamicFrame.fromDF(frame.toDF().where("id = 3").select("id"), glueContext, "one"),
    database=args["database"],
    table_name="dev_public_some_columns",
    redshift_tmp_dir=args["temporary"],
    additional_options={"aws_iam_role": args["role"]},
)
show("redshift", glueContext.create_dynamic_frame.from_options(
    "redshift",
    {**by_name, "dbtable": "public.round_trip", "redshiftTmpDir": args["temporary"],
     "aws_iam_role": args["role"]},
))
show("redshift query", glueContext.create_dynamic_frame.from_options(
    "redshift",
    {**by_name, "query": "SELECT id, UPPER(text) AS text FROM public.round_trip WHERE id < 3",
     "redshiftTmpDir": args["temporary"], "aws_iam_role": args["role"]},
))
show("redshift catalog", glueContext.create_dynamic_frame.from_catalog(
    args["database"], "dev_public_some_columns", redshift_tmp_dir=args["temporary"],
    additional_options={"aws_iam_role": args["role"]},
))

glueContext.write_dynamic_frame.from_jdbc_conf(
    frame, args["store"], {"dbtable": "public.round_trip", "database": "rds"}
)
show("postgresql", glueContext.create_dynamic_frame.from_options(
    "postgresql",
    {"connectionName": args["store"], "useConnectionProperties": "true",
     "dbtable": "public.round_trip", "hashfield": "text", "hashpartitions": "3"},
))

spark.createDataFrame([(1, "a"), (2, "b")], "id int, v string").write.format("delta").save(
    args["lake"]
)
from delta.tables import DeltaTable
changes = spark.createDataFrame([(2, "B"), (3, "c")], "id int, v string")
(DeltaTable.forPath(spark, args["lake"]).alias("t").merge(changes.alias("s"), "t.id = s.id")
    .whenMatchedUpdateAll().whenNotMatchedInsertAll().execute())
more = DynamicFrame.fromDF(spark.createDataFrame([(4, "d")], "id int, v string"), glueContext, "m")
glueContext.write_dynamic_frame.from_options(more, "s3", {"path": args["lake"]}, "delta")
show("delta", glueContext.create_dynamic_frame.from_options(
    "s3", {"paths": [args["lake"]]}, format="delta"))
show("delta before", glueContext.create_dynamic_frame.from_options(
    "delta", {"path": args["lake"], "versionAsOf": 0}))
"""
)

FAILING = (
    PREAMBLE
    + """
glueContext.create_dynamic_frame.from_options(
    "redshift",
    {"connectionName": args["warehouse"], "useConnectionProperties": "true",
     "dbtable": "public.round_trip", "redshiftTmpDir": args["temporary"],
     "aws_iam_role": args["role"]},
)
glueContext.write_dynamic_frame.from_jdbc_conf(
    frame, args["warehouse"],
    {"dbtable": "public.narrow", "aws_iam_role": args["role"],
     "preactions": "INSERT INTO public.audit VALUES ('undone')"},
    args["temporary"],
)
"""
)

INCREMENTAL = (
    PREAMBLE
    + """
job = Job(glueContext)
job.init(args["JOB_NAME"], args)
keys = {"jobBookmarkKeys": ["day", "id"], "jobBookmarkKeysSortOrder": "asc"}
show("redshift", glueContext.create_dynamic_frame.from_options(
    "redshift",
    {"connectionName": args["warehouse"], "useConnectionProperties": "true", **keys,
     "dbtable": "public.arrivals", "redshiftTmpDir": args["temporary"],
     "aws_iam_role": args["role"]},
    transformation_ctx="redshift",
))
show("postgresql", glueContext.create_dynamic_frame.from_options(
    "postgresql",
    {"connectionName": args["store"], "useConnectionProperties": "true",
     "dbtable": "public.arrivals"},
    transformation_ctx="postgresql",
))
job.commit()
"""
)

# The rows of the script as Spark casts them to text, typed by hand.
AS_TEXT = [
    ["1", "plain", "1.5000000000", "1.5", "true", "2024-02-29", "2024-02-29 23:59:59.123456"],
    ["2", "", "0E-10", "NaN", "false", "1969-12-31", "1969-12-31 23:59:59.999999"],
    ["3", None, None, None, None, None, None],
    ["4", "a,\"b\"|c\td;\\N 'q'", "1E-10", "1.0E300", "true", "1582-10-15", "1901-01-01 00:00:00"],
    [
        "5",
        "line\nfeed\r\nreturn\rend",
        "-9999999999999999999999999999.9999999999",
        "-Infinity",
        "true",
        "0001-01-01",
        "2038-01-19 03:14:08",
    ],
    ["6", "  é 漢 😀  ", "-0.0000012345", "-0.0", None, None, None],
    ["7", "\\N", None, "0.1", None, None, None],
    ["8", "NULL", None, "4.9E-324", None, None, None],
]
TYPES = [
    ["id", "int"],
    ["text", "string"],
    ["amount", "decimal(38,10)"],
    ["ratio", "double"],
    ["flag", "boolean"],
    ["day", "date"],
    ["at", "timestamp"],
    ["raw", "binary"],
]


class Workshop:
    """The connections, the catalog's tables and the jobs of the test."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.values = platform, platform.values
        self.s3, self.glue = platform.client("s3"), platform.client("glue")
        self.name = f"databases_{self.values['LOCHAN_ENVIRONMENT']}"
        self.connect(
            "warehouse",
            f"jdbc:redshift://{self.values['REDSHIFT_HOST']}:{self.values['REDSHIFT_PORT']}/dev",
            SECRET_ID=self.values["REDSHIFT_SECRET_ARN"],
            JDBC_ENFORCE_SSL="true",
        )
        self.connect(
            "store",
            f"jdbc:postgresql://{self.values['RDS_HOST']}:{self.values['RDS_PORT']}/rds",
            USERNAME=self.values["RDS_USER"],
            PASSWORD=self.values["RDS_PASSWORD"],
        )
        self.glue.create_database(DatabaseInput={"Name": self.name})
        self.glue.create_table(
            DatabaseName=self.name,
            TableInput={
                "Name": "dev_public_some_columns",
                "Parameters": {
                    "classification": "redshift",
                    "connectionName": f"{self.name}_warehouse",
                },
                "StorageDescriptor": {
                    "Location": "dev.public.some_columns",
                    "Columns": [{"Name": "id", "Type": "int"}, {"Name": "text", "Type": "string"}],
                },
            },
        )

    def connect(self, name: str, url: str, **properties: str) -> None:
        self.glue.create_connection(
            ConnectionInput={
                "Name": f"{self.name}_{name}",
                "ConnectionType": "JDBC",
                "ConnectionProperties": {"JDBC_CONNECTION_URL": url, **properties},
            }
        )

    def define(self, name: str, script: str) -> str:
        """Make a job of a script and return its name."""
        key, job = f"{self.name}/{name}.py", f"{self.name}_{name}"
        self.s3.put_object(Bucket=self.values["ASSETS_BUCKET"], Key=key, Body=script.encode())
        self.glue.create_job(
            Name=job,
            Role=self.values["GLUE_JOB_ROLE_ARN"],
            GlueVersion="5.1",
            Command={
                "Name": "glueetl",
                "ScriptLocation": f"s3://{self.values['ASSETS_BUCKET']}/{key}",
            },
            DefaultArguments={
                "--warehouse": f"{self.name}_warehouse",
                "--store": f"{self.name}_store",
                "--role": self.values["REDSHIFT_COPY_ROLE_ARN"],
                "--temporary": f"s3://{self.values['TEMP_BUCKET']}/{self.name}/",
                "--lake": f"s3://{self.values['PROCESSED_BUCKET']}/{self.name}/lake",
                "--database": self.name,
                "--datalake-formats": "delta",
                "--job-bookmark-option": "job-bookmark-enable",
            },
        )
        return job

    def run(self, job: str) -> dict[str, Any]:
        """Run a job to its end."""
        run_id = self.glue.start_job_run(JobName=job)["JobRunId"]
        deadline = time.monotonic() + 300
        while True:
            run = self.glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]
            if run["JobRunState"] not in ("STARTING", "RUNNING"):
                return dict(run)
            assert time.monotonic() < deadline, run
            time.sleep(0.1)

    def printed(self, run: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """What the script showed, by name."""
        events = self.platform.client("logs").get_log_events(
            logGroupName="/aws-glue/jobs/output", logStreamName=run["Id"], startFromHead=True
        )["events"]
        shown = [json.loads(event["message"]) for event in events]
        return {found.pop("name"): found for found in shown}

    def staged(self) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=self.values["TEMP_BUCKET"], Prefix=self.name)
        return [item["Key"] for item in listed.get("Contents", [])]

    def store(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(
            host=self.values["RDS_HOST"],
            port=self.values["RDS_PORT"],
            dbname="rds",
            user=self.values["RDS_USER"],
            password=self.values["RDS_PASSWORD"],
        ) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def workshop(platform: Platform) -> Iterator[Workshop]:
    """The workshop, whose connections are gone after the test: one of them holds a password."""
    made = Workshop(platform)
    yield made
    for name in ("warehouse", "store"):
        made.glue.delete_connection(ConnectionName=f"{made.name}_{name}")


def test_rows_survive_redshift_postgresql_and_delta(platform: Platform, workshop: Workshop) -> None:
    for table in ("round_trip", "some_columns", "as_parquet", "audit", "narrow", "arrivals"):
        platform.query(f"DROP TABLE IF EXISTS public.{table}")
    workshop.store("DROP TABLE IF EXISTS public.round_trip, public.arrivals")

    run = workshop.run(workshop.define("round_trip", ROUND_TRIP))
    assert run.get("ErrorMessage") is None
    assert run["JobRunState"] == "SUCCEEDED"

    assert workshop.staged() == []
    check_redshift(platform)
    check_postgresql(workshop)
    check_what_was_read(workshop.printed(run))
    check_a_failure_changes_nothing(platform, workshop)
    check_bookmarks(platform, workshop)


def check_redshift(platform: Platform) -> None:
    columns = "id, text, amount, ratio, flag, day::varchar, at::varchar"
    rows = platform.query(f"SELECT {columns} FROM public.round_trip ORDER BY id")
    utc = "2024-02-29 23:59:59.123456"
    assert rows[0] == (1, "plain", Decimal("1.5"), 1.5, True, "2024-02-29", utc)
    assert rows[1][1] == ""
    assert str(rows[1][3]) == "nan"
    assert rows[1][5:] == ("1969-12-31", "1969-12-31 23:59:59.999999")
    assert rows[2] == (3, None, None, None, None, None, None)
    assert rows[3][1:3] == ("a,\"b\"|c\td;\\N 'q'", Decimal("0.0000000001"))
    assert rows[4][1:3] == (
        "line\nfeed\r\nreturn\rend",
        Decimal("-9999999999999999999999999999.9999999999"),
    )
    assert rows[4][5] == "0001-01-01"
    assert [row[1] for row in rows[5:]] == ["  é 漢 😀  ", "\\N", "NULL"]
    raw = platform.query("SELECT id, raw FROM public.round_trip WHERE raw IS NOT NULL")
    assert sorted(raw) == [(1, b"\x00\xff"), (2, b"x")]
    assert sorted(platform.query("SELECT said FROM public.audit")) == [
        ("before; COPY",),
        ("rows 8",),
    ]
    of_both = [
        platform.query(f"SELECT {columns}, raw FROM public.{table} ORDER BY id")
        for table in ("round_trip", "as_parquet")
    ]
    assert str(of_both[0]) == str(of_both[1])
    assert platform.query(
        "SELECT JSON_SERIALIZE(nested) FROM public.as_parquet WHERE id IN (2, 3, 6) ORDER BY id"
    ) == [
        ('[{"id":2,"text":""}]',),
        ('[{"id":3,"text":null}]',),
        ('[{"id":6,"text":"  é 漢 😀  "}]',),
    ]
    assert platform.query("SELECT id, text FROM public.some_columns ORDER BY id") == [
        (1, "plain"),
        (2, ""),
        (3, None),
    ]
    assert platform.query(
        "SELECT character_maximum_length FROM information_schema.columns "
        "WHERE table_name = 'round_trip' AND column_name = 'text'"
    ) == [(65535,)]


def check_postgresql(workshop: Workshop) -> None:
    rows = workshop.store("SELECT id, text, amount, day, at, raw FROM round_trip ORDER BY id")
    assert rows[0][2:] == (
        Decimal("1.5"),
        datetime.date(2024, 2, 29),
        datetime.datetime(2024, 2, 29, 23, 59, 59, 123456),
        b"\x00\xff",
    )
    assert [row[1] for row in rows] == [row[1] for row in AS_TEXT]
    assert rows[3][2] == Decimal("0.0000000001")
    assert workshop.store("SELECT relname FROM pg_class WHERE relname LIKE 'glue_stage_%'") == []


def check_what_was_read(printed: dict[str, dict[str, Any]]) -> None:
    for name in ("redshift", "postgresql"):
        assert printed[name]["types"] == TYPES, name
        assert [row[:-1] for row in printed[name]["rows"]] == AS_TEXT, name
    assert printed["redshift query"]["rows"] == [["1", "PLAIN"], ["2", ""]]
    assert printed["redshift catalog"]["rows"] == [["plain", "1"], ["", "2"], [None, "3"]]
    merged = [["1", "a"], ["2", "B"], ["3", "c"], ["4", "d"]]
    assert printed["delta"]["rows"] == merged
    assert printed["delta before"]["rows"] == [["1", "a"], ["2", "b"]]


def check_a_failure_changes_nothing(platform: Platform, workshop: Workshop) -> None:
    platform.query(
        "CREATE TABLE public.narrow (id INTEGER, text VARCHAR(5), amount DECIMAL(38,10), "
        "ratio DOUBLE PRECISION, flag BOOLEAN, day DATE, at TIMESTAMP, raw VARBYTE)"
    )
    run = workshop.run(workshop.define("failing", FAILING))
    assert run["JobRunState"] == "FAILED"
    assert "In the column 'text': String length exceeds DDL length" in run["ErrorMessage"]
    assert platform.query("SELECT COUNT(*) FROM public.narrow") == [(0,)]
    assert platform.query("SELECT COUNT(*) FROM public.audit WHERE said = 'undone'") == [(0,)]
    assert workshop.staged() == []


def check_bookmarks(platform: Platform, workshop: Workshop) -> None:
    """Keys that the options name, and a primary key without gaps."""
    job = workshop.define("incremental", INCREMENTAL)
    platform.query("CREATE TABLE public.arrivals (day DATE NOT NULL, id INTEGER NOT NULL)")
    workshop.store("CREATE TABLE public.arrivals (id integer PRIMARY KEY, day date)")
    for rows, expected in (
        ("('2024-01-01', 1), ('2024-01-01', 2)", [["1", "2024-01-01"], ["2", "2024-01-01"]]),
        ("('2024-01-02', 3)", [["3", "2024-01-02"]]),
    ):
        platform.query(f"INSERT INTO public.arrivals (day, id) VALUES {rows}")
        workshop.store(f"INSERT INTO public.arrivals (day, id) VALUES {rows}")
        run = workshop.run(job)
        assert run.get("ErrorMessage") is None
        printed = workshop.printed(run)
        assert [row[::-1] for row in printed["redshift"]["rows"]] == expected
        assert printed["postgresql"]["rows"] == expected
