"""What is asked of a database, without one.

https://docs.aws.amazon.com/glue/latest/dg/run-jdbc-parallel-read-job.html
"""

import pytest
from pyspark.sql import types as spark

from awsglue._databases.endpoint import Endpoint
from awsglue._databases.jdbc_reader import _common_properties, driver_url
from awsglue._databases.jdbc_url import parse_jdbc_url
from awsglue._databases.postgres_columns import column_type
from awsglue._databases.staging import StagingFolder
from awsglue._sinks.database_sink import create_statement
from awsglue._sinks.postgres_sink import match_columns, move_statement
from awsglue._sources.database_source import ReadPlan, hash_conditions, plan_read
from awsglue._sources.redshift_source import in_glues_types, unload_statement
from awsglue._sources.registry import source_for


def test_a_table_is_read_whole():
    assert plan_read("postgresql", {"dbtable": "public.users"}) == ReadPlan('"public"."users"')


def test_a_query_is_a_relation_even_if_it_ends_in_a_comment():
    plan = plan_read("redshift", {"query": "SELECT 1 AS a -- one"})
    assert plan.relation == "(SELECT 1 AS a -- one\n) AS glue_query"


def test_a_hashfield_divides_the_rows_in_seven():
    conditions = hash_conditions({"hashfield": 'na"me'})
    number = 'COALESCE(MOD(ABS(hashtext(CAST("na""me" AS text))::bigint), 7), 0)'
    assert conditions == tuple(f"{number} = {i}" for i in range(7))


def test_a_hashexpression_divides_the_rows():
    options = {"hashexpression": "customer_id", "hashpartitions": "2"}
    assert hash_conditions(options) == (
        "COALESCE(MOD(ABS(customer_id), 2), 0) = 0",
        "COALESCE(MOD(ABS(customer_id), 2), 0) = 1",
    )


def test_redshift_ignores_how_to_read_in_parallel():
    assert plan_read("redshift", {"dbtable": "t", "hashfield": "a"}).conditions == ()


def test_a_sample_query_is_read_without_partitions():
    plan = plan_read("postgresql", {"sampleQuery": "SELECT * FROM t", "hashfield": "a"})
    assert plan == ReadPlan("(SELECT * FROM t\n) AS glue_query")


def test_a_sample_query_may_be_partitioned_and_limited():
    plan = plan_read(
        "postgresql",
        {
            "sampleQuery": "SELECT * FROM t WHERE b > 1 AND ",
            "enablePartitioningForSampleQuery": True,
            "sampleSize": "10",
            "hashexpression": "a",
            "hashpartitions": 1,
        },
    )
    assert plan.relation == "(SELECT * FROM t WHERE b > 1 AND  1 = 1\n) AS glue_query"
    assert plan.conditions == ("COALESCE(MOD(ABS(a), 1), 0) = 0",)
    assert plan.limit == 10


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "must have 'dbtable' or 'query'"),
        ({"dbtable": "t", "query": "SELECT 1"}, "either 'dbtable' or 'query'"),
        ({"dbtable": "t", "hashfield": "a", "hashexpression": "b"}, "either 'hashfield' or"),
        ({"dbtable": "t", "hashfield": "a", "hashpartitions": 0}, "must be at least 1"),
        ({"dbtable": "t", "sampleSize": 5}, "'sampleSize' needs 'sampleQuery'"),
        (
            {"sampleQuery": "SELECT * FROM t", "enablePartitioningForSampleQuery": True},
            "must end in WHERE or AND",
        ),
        ({"dbtable": "t", "fetchsize": 5}, "the option 'fetchsize' is not implemented"),
    ],
)
def test_options_that_cannot_work_are_refused(options, message):
    with pytest.raises((ValueError, NotImplementedError), match=message):
        plan_read("postgresql", options)


def endpoint(url, enforce_ssl=False):
    return Endpoint(parse_jdbc_url(url), "u", "p", enforce_ssl)


def test_the_drivers_url_keeps_postgresqls_parameters_and_no_login():
    url = "jdbc:postgresql://h:1/a b?user=x&password=y&currentSchema=s&sslmode=require"
    assert driver_url(endpoint(url)) == (
        "jdbc:postgresql://h:1/a%20b?currentSchema=s&sslmode=require"
    )


def test_the_servers_certificate_is_verified_where_ssl_is_enforced(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/bundle.crt")
    url = "jdbc:postgresql://h/d"
    enforced = _common_properties(endpoint(url, enforce_ssl=True))
    assert (enforced["sslmode"], enforced["sslrootcert"]) == ("verify-full", "/bundle.crt")
    assert "sslmode" not in _common_properties(endpoint(url))


def test_redshift_is_unloaded_with_role_and_options():
    folder = StagingFolder("temporary", "below/1/", None)
    statement = unload_statement('"s"."it\'s"', folder, "arn:aws:iam::1:role/r", "MAXFILESIZE 6 MB")
    assert statement == (
        "UNLOAD ('SELECT * FROM \"s\".\"it''s\"') TO 's3://temporary/below/1/' "
        "IAM_ROLE 'arn:aws:iam::1:role/r' FORMAT AS PARQUET MANIFEST MAXFILESIZE 6 MB"
    )


def test_redshift_needs_a_temporary_folder():
    with pytest.raises(ValueError, match="an s3:// folder for temporary files is needed"):
        source_for(None, "redshift", {"dbtable": "t"}, "")


@pytest.mark.parametrize(
    ("options", "refused"),
    [
        ({"unload_s3_format": "TEXT"}, "unload_s3_format 'TEXT'"),
        ({"sse_kms_key": "k"}, "the option 'sse_kms_key'"),
        ({"DbUser": "u"}, "the option 'DbUser'"),
    ],
)
def test_what_redshift_reads_do_not_do_is_refused_by_name(options, refused):
    login = {"url": "jdbc:redshift://h:5439/dev", "user": "u", "password": "p", "dbtable": "t"}
    reads = {**login, "redshiftTmpDir": "s3://temporary/", "unload_s3_format": "PARQUET"}
    source_for(None, "redshift", {**reads, "autopushdown": "false"}, "")
    with pytest.raises(NotImplementedError, match=refused):
        source_for(None, "redshift", {**reads, **options}, "")


def test_timestamps_of_redshift_are_glues():
    schema = spark.StructType([spark.StructField("at", spark.TimestampNTZType())])
    assert in_glues_types(schema)["at"].dataType == spark.TimestampType()


def test_fields_meet_columns_by_name_and_then_in_any_case():
    assert match_columns(["ID", "name"], ["id", "name", "extra"], "t") == ["id", "name"]
    assert match_columns(["Name"], ["name", "Name"], "t") == ["Name"]


@pytest.mark.parametrize(
    ("names", "message"),
    [(["other"], "no column for the field 'other'"), (["id", "ID"], "not distinct columns")],
)
def test_fields_without_a_column_of_their_own_are_refused(names, message):
    with pytest.raises(ValueError, match=message):
        match_columns(names, ["id"], '"t"')


def test_the_missing_table_and_the_move_into_it():
    schema = spark.StructType(
        [
            spark.StructField("id", spark.LongType()),
            spark.StructField("price", spark.DecimalType(9, 2)),
        ]
    )
    assert create_statement(("s", "t"), schema, column_type) == (
        'CREATE TABLE IF NOT EXISTS "s"."t" ("id" bigint, "price" numeric(9,2))'
    )
    assert move_statement(("s", "x"), ("s", "t"), ["id"]) == (
        'INSERT INTO "s"."t" ("id") SELECT "id" FROM "s"."x"'
    )


def test_nested_fields_are_refused():
    field = spark.StructField("tags", spark.ArrayType(spark.StringType()))
    with pytest.raises(ValueError, match="the field 'tags' is array<string>"):
        column_type(field)
