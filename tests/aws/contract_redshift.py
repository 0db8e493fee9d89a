"""What our loads take for granted of Redshift: COPY, what it refuses, UNLOAD and its files."""

from __future__ import annotations

from typing import Any

from tasks.connections import open_warehouse
from tasks.redshift import Warehouse, WarehouseError, run_transaction
from tasks.warehouse import apply_migrations
from tests.aws.account import Account, expect
from warehouse.schema import read_migrations

ROWS = b'id,name,day\n1,"a, ""b""",20-11-2026\n2,,21-11-2026\n'
# 'x' is no INTEGER: https://docs.aws.amazon.com/redshift/latest/dg/r_Load_Error_Reference.html
BAD_ROWS = b"id,name,day\n3,c,20-11-2026\nx,d,20-11-2026\n"
LOADED = [(1, 'a, "b"', "2026-11-20"), (2, None, "2026-11-21")]
# https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html: CSV quotes what needs quotes.
UNLOADED = b'id,name\n1,"a, ""b"""\n2,\n'


def check_redshift(account: Account) -> None:
    """COPY rows into a table of its own through a driver, UNLOAD them, take all of it away."""
    s3, bucket = account.client("s3"), account.settings.temp_bucket
    folder = f"glue/{account.name}/"
    with open_warehouse(account.settings) as warehouse:
        apply_migrations(warehouse, read_migrations())
        for name, body in (("good.csv", ROWS), ("bad.csv", BAD_ROWS)):
            s3.put_object(Bucket=bucket, Key=folder + name, Body=body)
        table = f"lake.{account.name}_copy"
        try:
            _run(warehouse, f"CREATE TABLE {table} (id INTEGER, name VARCHAR(20), day DATE)")
            _check_copy(account, warehouse, table, f"s3://{bucket}/{folder}")
            _check_unload(account, warehouse, table)
        finally:
            warehouse.execute_alone(f"DROP TABLE IF EXISTS {table}")
            for prefix in (folder, f"unload/{account.name}/"):
                listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
                for found in listed.get("Contents", []):
                    s3.delete_object(Bucket=bucket, Key=found["Key"])


def _check_copy(account: Account, warehouse: Warehouse, table: str, folder: str) -> None:
    role = account.settings.redshift.copy_role_arn

    def copy(name: str) -> str:
        return (
            f"COPY {table} FROM '{folder}{name}' IAM_ROLE '{role}' CSV IGNOREHEADER 1 EMPTYASNULL"
            " DATEFORMAT 'DD-MM-YYYY'"
        )

    select = f"SELECT id, name, day FROM {table} ORDER BY id"
    _run(warehouse, copy("good.csv"))
    rows = [(number, name, str(day)) for number, name, day in _run(warehouse, select)]
    expect("COPY reads CSV with quotes, nothing and dates of a format", rows, LOADED)
    try:
        _run(warehouse, copy("bad.csv"))
        refused = "nothing"
    except WarehouseError as error:
        refused = "the load" if "Load into table" in str(error) else str(error)
    expect("COPY refuses a text where a number has to be", refused, "the load")
    count = _run(warehouse, f"SELECT COUNT(*) FROM {table}")
    expect("COPY that fails leaves no row", int(count[0][0]), 2)


def _check_unload(account: Account, warehouse: Warehouse, table: str) -> None:
    s3, bucket = account.client("s3"), account.settings.temp_bucket
    prefix = f"unload/{account.name}/rows_"
    _run(
        warehouse,
        f"UNLOAD ('SELECT id, name FROM {table} ORDER BY id') TO 's3://{bucket}/{prefix}'"
        f" IAM_ROLE '{account.unload_role_arn}' CSV HEADER PARALLEL OFF",
    )
    found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    names = [one["Key"].removeprefix(prefix) for one in found]
    expect("UNLOAD without slices writes one file", names, ["000"])
    body = s3.get_object(Bucket=bucket, Key=f"{prefix}000")["Body"].read()
    expect("UNLOAD writes CSV with a header", body, UNLOADED)


def _run(warehouse: Warehouse, statement: str) -> list[Any]:
    def run(cursor: Any) -> list[Any]:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []

    return run_transaction(warehouse, f"The statement {statement[:60]!r}", run)
