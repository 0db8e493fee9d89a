"""Crawls of relational data stores through connections, by the worker of a whole stack."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.stack


def jdbc(connection: str, path: str, *exclusions: str) -> dict[str, Any]:
    target = {"ConnectionName": connection, "Path": path, "Exclusions": list(exclusions)}
    return {"JdbcTargets": [target]}


def test_redshift_tables_enter_change_and_leave_the_catalog(
    crawled: Any, schemas: str, make_connection: Callable[..., str], make_crawler: Any
) -> None:
    crawled.execute(
        "REDSHIFT",
        f"CREATE TABLE {schemas}.sales (sale_id BIGINT, price DECIMAL(8,2), state CHAR(2),"
        " note VARCHAR(20), sold TIMESTAMP, seen TIMESTAMPTZ, ratio REAL, extra SUPER, ok BOOLEAN)",
        f"CREATE TABLE {schemas}.scratch (id INTEGER)",
        f"CREATE VIEW {schemas}.totals AS SELECT sale_id, price FROM {schemas}.sales",
    )
    connection = make_connection("REDSHIFT")
    crawler = make_crawler(
        jdbc(connection, f"dev/{schemas}/%", "scra*"),
        TablePrefix="wh_",
        SchemaChangePolicy={"DeleteBehavior": "DELETE_FROM_DATABASE"},
    )
    assert crawled.crawl(crawler)["Status"] == "SUCCEEDED"
    sales, totals = f"wh_dev_{schemas}_sales", f"wh_dev_{schemas}_totals"
    assert sorted(crawled.tables()) == [sales, totals]
    assert crawled.columns(sales) == [
        "sale_id bigint",
        "price decimal(8,2)",
        "state char(2)",
        "note string",
        "sold timestamp",
        "seen timestamp",
        "ratio float",
        "extra string",
        "ok boolean",
    ]
    table = crawled.tables()[sales]
    assert table["StorageDescriptor"]["Location"] == f"dev.{schemas}.sales"
    assert table["TableType"] == "EXTERNAL_TABLE"
    parameters = {k: v for k, v in table["Parameters"].items() if k != "CRAWL_RUN_ID"}
    assert parameters == {
        "CrawlerSchemaDeserializerVersion": "1.0",
        "CrawlerSchemaSerializerVersion": "1.0",
        "UPDATED_BY_CRAWLER": crawler,
        "classification": "redshift",
        "compressionType": "none",
        "connectionName": connection,
        "typeOfData": "table",
    }
    assert crawled.tables()[totals]["Parameters"]["typeOfData"] == "view"
    crawled.execute(
        "REDSHIFT",
        f"DROP VIEW {schemas}.totals",
        f"ALTER TABLE {schemas}.sales ADD COLUMN discount DOUBLE PRECISION",
    )
    assert crawled.crawl(crawler)["Status"] == "SUCCEEDED"
    assert list(crawled.tables()) == [sales]
    assert crawled.columns(sales)[-1] == "discount double"
    (metrics,) = crawled.glue.get_crawler_metrics(CrawlerNameList=[crawler])["CrawlerMetricsList"]
    assert (metrics["TablesUpdated"], metrics["TablesDeleted"]) == (1, 1)


def test_all_schemas_of_redshift_are_those_of_its_users(
    crawled: Any, schemas: str, make_connection: Callable[..., str], make_crawler: Any
) -> None:
    crawled.execute("REDSHIFT", f"CREATE TABLE {schemas}.sales (id INTEGER)")
    crawled.crawl(make_crawler(jdbc(make_connection("REDSHIFT"), "dev/%")))
    locations = [table["StorageDescriptor"]["Location"] for table in crawled.tables().values()]
    assert f"dev.{schemas}.sales" in locations
    system = {"rs", "rs_catalog", "lochan_system", "pg_catalog", "information_schema"}
    assert not system & {location.split(".")[1] for location in locations}


def test_postgresql_tables_through_a_secret(
    crawled: Any, schemas: str, make_connection: Callable[..., str], make_crawler: Any
) -> None:
    crawled.execute(
        "RDS",
        f'CREATE TABLE {schemas}.books (isbn TEXT PRIMARY KEY, "Price" NUMERIC, id UUID, tags'
        " TEXT[], doc JSONB, raw BYTEA)",
    )
    login = crawled.login("RDS")
    secret = json.dumps({"username": login["user"], "password": login["password"]})
    arn = crawled.client("secretsmanager").create_secret(Name=schemas, SecretString=secret)["ARN"]
    changes = {"SECRET_ID": arn, "USERNAME": "", "PASSWORD": "", "JDBC_ENFORCE_SSL": "true"}
    connection = make_connection("RDS", **changes)
    crawler = make_crawler(jdbc(connection, "rds/%/book%"))
    assert crawled.crawl(crawler)["Status"] == "SUCCEEDED"
    name = f"rds_{schemas}_books"
    assert crawled.columns(name) == [
        "isbn string",
        "price decimal(38,18)",
        "id string",
        "tags string",
        "doc string",
        "raw binary",
    ]
    assert crawled.tables()[name]["Parameters"]["classification"] == "postgresql"
    assert crawled.tables()[name]["StorageDescriptor"]["Location"] == f"rds.{schemas}.books"
    crawled.execute("RDS", f"DROP TABLE {schemas}.books")
    crawled.crawl(crawler)
    assert "DEPRECATED_BY_CRAWLER" in crawled.tables()[name]["Parameters"]


@pytest.mark.parametrize(
    ("store", "changes", "path", "complaint"),
    [
        ("REDSHIFT", {"PASSWORD": "wrong"}, "dev/public/%", "password authentication failed"),
        (
            "RDS",
            {"JDBC_CONNECTION_URL": "jdbc:postgresql://127.0.0.1:1/rds"},
            "rds/public/%",
            "cannot open the database rds at 127.0.0.1:1",
        ),
        ("RDS", {}, "", "no Path"),
        ("RDS", {}, "other/public/%", "other is not the database rds"),
        ("RDS", {}, "rds/nowhere/%", "has no schema nowhere"),
    ],
)
def test_crawl_that_cannot_work_fails_with_a_sentence(
    crawled: Any,
    make_connection: Callable[..., str],
    make_crawler: Any,
    store: str,
    changes: dict[str, str],
    path: str,
    complaint: str,
) -> None:
    crawler = make_crawler(jdbc(make_connection(store, **changes), path))
    ended = crawled.crawl(crawler)
    assert ended["Status"] == "FAILED"
    assert complaint in ended["ErrorMessage"]


def test_crawl_through_a_connection_that_is_not_there(crawled: Any, make_crawler: Any) -> None:
    ended = crawled.crawl(make_crawler(jdbc("ghost", "dev/public/%")))
    assert ended["ErrorMessage"].startswith("The connection ghost does not exist")
