"""Verify Lochan against a real account: `make verify-aws ACCOUNT=123456789012`.

Takes an environment that is provisioned there and the values of it in the shell (docs/runbook.md).
It checks what our flows take for granted of S3, Glue and Redshift, one contract after the other;
then it lands made-up rows, runs catalog_to_redshift over them twice (crawl, Glue job, COPY, ledger;
the second run has to find nothing to do), and compares. Everything it makes carries its own name,
and is taken away; it says what that cost and left. With AWS_ENDPOINT_URL it is a rehearsal there.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError
from redshift_connector.error import Error as RedshiftError

from flows.catalog_to_redshift import CatalogToRedshift, catalog_to_redshift
from tasks.connections import open_warehouse
from tasks.monitoring.warehouse_records import Refused, ask
from tasks.redshift import WarehouseError
from tasks.settings import MissingSettings
from tests.aws.account import Account, Unverified, expect, read_account
from tests.aws.contract_glue import check_bookmark, check_catalog, check_crawler
from tests.aws.contract_redshift import check_redshift
from tests.aws.contract_s3 import check_s3
from tests.aws.costs import EXPECTED, Prices, Usage, describe, price

ROWS = 20
CONTRACTS: tuple[Callable[[Account], None], ...] = (
    check_s3,
    check_catalog,
    check_crawler,
    check_bookmark,
    check_redshift,
)
FAILURES = (Unverified, ClientError, BotoCoreError, WarehouseError, RedshiftError, Refused)


def check_account(sts: Any, stated: str) -> None:
    """Raise Unverified unless the credentials are of the stated account."""
    found = sts.get_caller_identity()["Account"]
    if found != stated:
        raise Unverified(
            f"The credentials are of account {found} and ACCOUNT says {stated}: nothing was done. "
            "Choose the right profile, or state the right account."
        )


@dataclass(frozen=True)
class FlowVerification:
    """One flow from rows of its own to Redshift, and what is left of all that was verified."""

    account: Account

    def check(self) -> None:
        """Land rows, load them twice, compare."""
        self._land()
        self._load()
        self._compare()

    def tidy_up(self) -> None:
        """Take away the rows, the table, and the crawlers with their tables."""
        account, glue = self.account, self.account.client("glue")
        for bucket, key in self._objects():
            account.client("s3").delete_object(Bucket=bucket, Key=key)
        for crawler in self._crawlers():
            glue.delete_crawler(Name=crawler)
        for job in self._jobs():
            glue.delete_job(JobName=job)
        for database, table in self._tables():
            glue.delete_table(DatabaseName=database, Name=table)
        with open_warehouse(account.settings) as warehouse:
            warehouse.execute_alone(f"DROP TABLE IF EXISTS lake.{account.name}")

    def measure(self) -> Usage:
        """Say what was used: by the contracts, and by the flow's crawls and runs."""
        account, glue = self.account, self.account.client("glue")
        for crawler in self._crawlers():
            for crawl in glue.list_crawls(CrawlerName=crawler)["Crawls"]:
                account.spent.add_crawl(crawl)
        pages = glue.get_paginator("get_job_runs")
        for page in pages.paginate(JobName=account.settings.glue_name("catalog-to-redshift")):
            for run in page["JobRuns"]:
                if run["StartedOn"] >= account.began:
                    account.spent.add_run(run)
        spent = account.spent
        return Usage(spent.job_dpu_seconds, spent.crawl_dpu_seconds, self._read_rpu_seconds())

    def find_left(self) -> Iterator[str]:
        """Name what is still there of all that carries the verification's name."""
        name = self.account.name
        yield from (f"s3 object s3://{bucket}/{key}" for bucket, key in self._objects())
        yield from (f"crawler {crawler}" for crawler in self._crawlers())
        yield from (f"job {job}" for job in self._jobs())
        yield from (f"catalog table {'.'.join(names)}" for names in self._tables())
        yield from (f"Redshift table lake.{table}" for table in self._redshift_tables())
        yield f"loads of lake.{name} in etl.loads, which is the record of what was done"
        yield "the jobs' runs and the log streams of runs and crawls, until their retention ends"
        yield "older versions of the deleted objects, until the bucket's lifecycle ends them"

    def _land(self) -> None:
        s3, bucket = self.account.client("s3"), self.account.settings.landing_bucket
        body = "\n".join(json.dumps({"id": n, "name": f"n{n}"}) for n in range(ROWS)).encode()
        key = f"{self.account.prefix}rows/day=2026-11-20/rows.json"
        s3.put_object(Bucket=bucket, Key=key, Body=body)

    def _load(self) -> None:
        parameters = CatalogToRedshift(
            source=f"s3://{{landing}}/{self.account.prefix}rows/",
            target=f"lake.{self.account.name}",
        )
        first = catalog_to_redshift(parameters)
        loaded = first.loaded and first.loaded.loaded_rows
        expect("rows that the flow says it loaded", loaded, ROWS)
        again = catalog_to_redshift(parameters)
        expect("the same objects are loaded once", again.filled is None, True)

    def _compare(self) -> None:
        name = self.account.name
        with open_warehouse(self.account.settings) as warehouse:
            rows = ask(warehouse, f"SELECT COUNT(*), SUM(id) FROM lake.{name}")
            loads = ask(
                warehouse,
                'SELECT SUM(loaded_rows) FROM "etl"."loads" WHERE partition_key LIKE %s',
                (f"lake.{name} %",),
            )
        # 0 + 1 + ... + 19
        expect("rows and their sum in Redshift", [int(n) for n in rows[0]], [ROWS, 190])
        expect("rows in the ledger", int(loads[0][0]), ROWS)

    def _objects(self) -> list[tuple[str, str]]:
        account = self.account
        places = [
            (account.settings.landing_bucket, account.prefix),
            (account.settings.temp_bucket, f"glue/{account.name}/"),
            (account.settings.temp_bucket, f"unload/{account.name}/"),
            (account.assets_bucket, f"packages/{account.name}"),
        ]
        pages = account.client("s3").get_paginator("list_objects_v2")
        return [
            (bucket, found["Key"])
            for bucket, prefix in places
            for page in pages.paginate(Bucket=bucket, Prefix=prefix)
            for found in page.get("Contents", [])
        ]

    def _crawlers(self) -> list[str]:
        pages = self.account.client("glue").get_paginator("get_crawlers").paginate()
        return [c["Name"] for page in pages for c in page["Crawlers"] if self._is_ours(c["Name"])]

    def _jobs(self) -> list[str]:
        pages = self.account.client("glue").get_paginator("get_jobs").paginate()
        return [job["Name"] for page in pages for job in page["Jobs"] if self._is_ours(job["Name"])]

    def _tables(self) -> list[tuple[str, str]]:
        pages = self.account.client("glue").get_paginator("get_tables")
        return [
            (database, table["Name"])
            for database in (self.account.landing_database, self.account.processed_database)
            for page in pages.paginate(DatabaseName=database)
            for table in page["TableList"]
            if self._is_ours(table["Name"])
        ]

    def _is_ours(self, name: str) -> bool:
        return self.account.name in name.replace("-", "_")

    def _redshift_tables(self) -> list[str]:
        statement = (
            "SELECT tablename FROM pg_tables WHERE schemaname = 'lake' AND tablename LIKE %s"
        )
        with open_warehouse(self.account.settings) as warehouse:
            return [str(row[0]) for row in ask(warehouse, statement, (f"{self.account.name}%",))]

    def _read_rpu_seconds(self) -> float | None:
        statement = "SELECT SUM(charged_seconds) FROM sys_serverless_usage WHERE end_time >= %s"
        try:
            with open_warehouse(self.account.settings) as warehouse:
                rows = ask(warehouse, statement, (self.account.began.replace(tzinfo=None),))
        except Refused:
            return None
        return float(rows[0][0] or 0)


def verify(account: Account, prices: Prices) -> None:
    """Do every step; whatever happens, tidy up and say what it cost and left.

    Raises Unverified when a contract is broken or the flow fails; the other contracts are checked
    all the same.
    """
    flow = FlowVerification(account)
    try:
        broken = [one for one in CONTRACTS if not _holds(one, account)]
        flow.check()
    finally:
        usage = flow.measure()
        flow.tidy_up()
        click.echo("\nIt cost:")
        for line in describe(usage, prices):
            click.echo(f"  {line}")
        click.echo("It left:")
        for line in flow.find_left():
            click.echo(f"  {line}")
    if broken:
        raise Unverified(f"Not as it has to be: {len(broken)} of {len(CONTRACTS)} contracts.")


def _holds(contract: Callable[[Account], None], account: Account) -> bool:
    try:
        contract(account)
    except FAILURES as error:
        click.echo(f"FAIL {contract.__name__}: {error}")
        return False
    return True


@click.command()
@click.option("--account", required=True, help="The account to verify against, and no other.")
@click.option("--yes", is_flag=True, help="Spend without asking.")
@click.option("--dpu-hour", default=Prices.dpu_hour, show_default=True, help="USD in your region.")
@click.option("--rpu-hour", default=Prices.rpu_hour, show_default=True, help="USD in your region.")
def main(account: str, yes: bool, dpu_hour: float, rpu_hour: float) -> None:
    """Verify the environment in the shell against the stated account."""
    try:
        check_account(boto3.client("sts"), account)
        stated = read_account(os.environ, boto3.client)
        prices = Prices(dpu_hour, rpu_hour)
        if not yes:
            spent = price(EXPECTED, prices)
            click.confirm(f"Spend up to about {spent:.2f} USD in account {account}?", abort=True)
        verify(stated, prices)
    except (*FAILURES, MissingSettings) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Verified against account {account}.")


if __name__ == "__main__":
    sys.exit(main())
