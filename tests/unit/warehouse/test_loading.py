"""The exact text of every statement: what is sent to Amazon Redshift is reviewed here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from warehouse import loading
from warehouse.academy import ACADEMY
from warehouse.tables import TWITTER, Column, TableSpec

SPEC = TableSpec(
    dataset="twitter",
    schema="twitter",
    table="edges",
    columns=(
        Column("user_id", "BIGINT", required=True),
        Column("follower_id", "BIGINT", required=True),
        Column("note", "VARCHAR(64)"),
        Column("retrieved_at", "TIMESTAMP", required=True),
    ),
    keys=("user_id", "follower_id"),
)
ROLE = "arn:aws:iam::000000000000:role/lochan-local-redshift-copy"


def test_the_lock_is_the_datasets() -> None:
    assert loading.lock_dataset("twitter") == 'LOCK TABLE "etl"."lock_twitter"'


def test_the_stage_takes_rows_that_its_checks_refuse() -> None:
    assert loading.create_stage(SPEC, "stage_1") == (
        'CREATE TEMP TABLE "stage_1" ("user_id" BIGINT, "follower_id" BIGINT, '
        '"note" VARCHAR(64), "retrieved_at" TIMESTAMP) DISTKEY ("user_id")'
    )


def test_parquet_is_copied_by_manifest_and_role() -> None:
    assert loading.copy_stage("stage_1", "s3://temp-bucket/m.json", ROLE) == (
        f"COPY \"stage_1\" FROM 's3://temp-bucket/m.json' IAM_ROLE '{ROLE}' "
        "FORMAT AS PARQUET MANIFEST"
    )


def test_unusable_rows_are_counted_by_what_they_lack() -> None:
    assert loading.count_stage(SPEC, "stage_1") == (
        "SELECT COUNT(*), COUNT(CASE "
        "WHEN \"user_id\" IS NULL THEN 'user_id is missing' "
        "WHEN \"follower_id\" IS NULL THEN 'follower_id is missing' "
        "WHEN \"retrieved_at\" IS NULL THEN 'retrieved_at is missing' "
        'END) FROM "stage_1"'
    )


def test_unusable_rows_are_laid_aside_with_reason_and_record() -> None:
    assert loading.insert_rejects(SPEC, "stage_1") == (
        'INSERT INTO "etl"."rejects" (load_id, file, "position", reason, record) '
        "SELECT %s, %s, CAST(NULL AS VARCHAR(256)), CASE "
        "WHEN \"user_id\" IS NULL THEN 'user_id is missing' "
        "WHEN \"follower_id\" IS NULL THEN 'follower_id is missing' "
        "WHEN \"retrieved_at\" IS NULL THEN 'retrieved_at is missing' END, "
        "'user_id=' || COALESCE(CAST(\"user_id\" AS VARCHAR(64)), 'NULL') || ' ' || "
        "'follower_id=' || COALESCE(CAST(\"follower_id\" AS VARCHAR(64)), 'NULL') || ' ' || "
        "'retrieved_at=' || COALESCE(CAST(\"retrieved_at\" AS VARCHAR(64)), 'NULL') "
        'FROM "stage_1" WHERE "user_id" IS NULL OR "follower_id" IS NULL OR "retrieved_at" IS NULL'
    )


SNAPSHOT = replace(SPEC, partition_column=Column("dt", "DATE", required=True))


def test_a_partition_is_replaced_whatever_the_table_holds() -> None:
    assert loading.create_newest_of_partition(SNAPSHOT, "stage_1", "newest_1") == (
        'CREATE TEMP TABLE "newest_1" AS SELECT staged."user_id", staged."follower_id", '
        'staged."note", staged."retrieved_at" FROM '
        '(SELECT *, ROW_NUMBER() OVER (PARTITION BY "user_id", "follower_id" '
        'ORDER BY "retrieved_at" DESC, "note" DESC) AS version_rank FROM "stage_1" '
        'WHERE NOT ("user_id" IS NULL OR "follower_id" IS NULL OR "retrieved_at" IS NULL)) '
        "AS staged WHERE staged.version_rank = 1"
    )
    assert loading.delete_partition(SNAPSHOT) == (
        'DELETE FROM "twitter"."edges" WHERE "dt" = CAST(%s AS DATE)'
    )
    assert loading.insert_partition(SNAPSHOT, "newest_1") == (
        'INSERT INTO "twitter"."edges" ("dt", "user_id", "follower_id", "note", "retrieved_at") '
        'SELECT CAST(%s AS DATE), "user_id", "follower_id", "note", "retrieved_at" '
        'FROM "newest_1"'
    )


def test_a_table_without_a_partition_column_has_no_partition_to_replace() -> None:
    with pytest.raises(ValueError, match=r"twitter\.edges has no column"):
        loading.delete_partition(SPEC)


def test_the_academy_has_the_columns_of_the_twitter_tables() -> None:
    twitter = {spec.table: spec for spec in TWITTER}
    for spec in ACADEMY:
        assert (spec.schema, spec.prefix) == ("academy", f"academy/{spec.table}/")
        assert spec.columns == twitter[spec.table].columns


def test_the_newest_usable_row_of_each_key_is_kept() -> None:
    assert loading.create_newest(SPEC, "stage_1", "newest_1") == (
        'CREATE TEMP TABLE "newest_1" AS SELECT staged."user_id", staged."follower_id", '
        'staged."note", staged."retrieved_at" FROM '
        '(SELECT *, ROW_NUMBER() OVER (PARTITION BY "user_id", "follower_id" '
        'ORDER BY "retrieved_at" DESC, "note" DESC) AS version_rank FROM "stage_1" '
        'WHERE NOT ("user_id" IS NULL OR "follower_id" IS NULL OR "retrieved_at" IS NULL)) '
        'AS staged LEFT JOIN "twitter"."edges" AS target '
        'ON target."user_id" = staged."user_id" AND target."follower_id" = staged."follower_id" '
        "WHERE staged.version_rank = 1 "
        'AND (target."retrieved_at" IS NULL OR target."retrieved_at" <= staged."retrieved_at")'
    )


def test_the_newest_rows_are_merged() -> None:
    assert loading.merge_newest(SPEC, "newest_1") == (
        'MERGE INTO "twitter"."edges" USING "newest_1" AS newest '
        'ON "edges"."user_id" = newest."user_id" '
        'AND "edges"."follower_id" = newest."follower_id" '
        'WHEN MATCHED THEN UPDATE SET "note" = newest."note", '
        '"retrieved_at" = newest."retrieved_at" '
        'WHEN NOT MATCHED THEN INSERT ("user_id", "follower_id", "note", "retrieved_at") '
        'VALUES (newest."user_id", newest."follower_id", newest."note", newest."retrieved_at")'
    )


def test_the_other_statements() -> None:
    assert loading.count_rows("newest_1") == 'SELECT COUNT(*) FROM "newest_1"'
    assert loading.count_table(SPEC) == 'SELECT COUNT(*) FROM "twitter"."edges"'
    assert loading.drop_stages("stage_1", "newest_1") == 'DROP TABLE "stage_1", "newest_1"'


@pytest.mark.parametrize("spec", TWITTER, ids=lambda spec: spec.table)
def test_no_statement_commits_or_is_postgresqls_alone(spec: TableSpec) -> None:
    statements = " ".join(
        [
            loading.lock_dataset(spec.dataset),
            loading.create_stage(spec, "s"),
            loading.copy_stage("s", "s3://temp-bucket/m.json", ROLE),
            loading.count_stage(spec, "s"),
            loading.insert_rejects(spec, "s"),
            loading.create_newest(spec, "s", "n"),
            loading.merge_newest(spec, "n"),
            loading.drop_stages("s", "n"),
        ]
    )
    for refused in ("TRUNCATE", "ON CONFLICT", "RETURNING", "MATCHED AND", "NULLS LAST"):
        assert refused not in statements
