"""Verify Lochan against a real account: `make verify-aws ACCOUNT=123456789012`.

Takes an environment that is provisioned there and the values of it in the shell (docs/runbook.md).
It lands made-up rows below one prefix of its own, runs catalog_to_redshift over it twice (crawl,
Glue job, COPY, ledger; the second run has to find nothing to do), compares, takes away what it
made, and says what it cost and left. With AWS_ENDPOINT_URL it is a rehearsal there.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError

from flows.catalog_to_redshift import CatalogToRedshift, catalog_to_redshift
from tasks.connections import open_warehouse
from tasks.monitoring.warehouse_records import Refused, ask
from tasks.settings import MissingSettings, Settings, read_settings
from tests.aws.costs import EXPECTED, LEAST_CRAWL_DPU_SECONDS, Prices, Usage, describe, price

ROWS = 20


class Unverified(Exception):
    """Something is not as it has to be, or may not be begun; the text says what."""


def check_account(sts: Any, stated: str) -> None:
    """Raise Unverified unless the credentials are of the stated account."""
    found = sts.get_caller_identity()["Account"]
    if found != stated:
        raise Unverified(
            f"The credentials are of account {found} and ACCOUNT says {stated}: nothing was done. "
            "Choose the right profile, or state the right account."
        )


@dataclass
class Verification:
    """One verification: its own prefix and table, and what it counts on the way."""

    settings: Settings
    client: Callable[[str], Any]
    name: str = field(default_factory=lambda: f"verify_{uuid.uuid4().hex[:8]}")
    began: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    @property
    def prefix(self) -> str:
        """Where its rows lie in the landing bucket."""
        return f"lake/{self.name}/"

    def land(self) -> None:
        """Lay rows down, and read them back."""
        s3, bucket = self.client("s3"), self.settings.landing_bucket
        body = "\n".join(json.dumps({"id": n, "name": f"n{n}"}) for n in range(ROWS)).encode()
        key = f"{self.prefix}day=2026-11-20/rows.json"
        s3.put_object(Bucket=bucket, Key=key, Body=body)
        listed = [o["Key"] for o in self._list()]
        _expect("the landed object is listed by its key", listed, [key])
        read = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        _expect("the landed object reads as it was written", read == body, True)

    def load(self) -> None:
        """Run the flow twice; the second run has to find the rows loaded."""
        parameters = CatalogToRedshift(
            source=f"s3://{{landing}}/{self.prefix}", target=f"lake.{self.name}"
        )
        first = catalog_to_redshift(parameters)
        _expect(
            "rows that the flow says it loaded", first.loaded and first.loaded.loaded_rows, ROWS
        )
        again = catalog_to_redshift(parameters)
        _expect("the same objects are loaded once", again.filled is None, True)

    def compare(self) -> None:
        """Compare what Redshift and the ledger have with what was landed."""
        with open_warehouse(self.settings) as warehouse:
            rows = ask(warehouse, f"SELECT COUNT(*), SUM(id) FROM lake.{self.name}")
            loads = ask(
                warehouse,
                'SELECT SUM(loaded_rows) FROM "etl"."loads" WHERE partition_key LIKE %s',
                (f"lake.{self.name} %",),
            )
        # 0 + 1 + ... + 19
        _expect("rows and their sum in Redshift", [int(n) for n in rows[0]], [ROWS, 190])
        _expect("rows in the ledger", int(loads[0][0]), ROWS)

    def measure(self) -> Usage:
        """Ask AWS what was used since it began."""
        glue, prefix = self.client("glue"), self.settings.glue_name("")
        runs = [
            run
            for page in glue.get_paginator("get_job_runs").paginate(
                JobName=f"{prefix}catalog-to-redshift"
            )
            for run in page["JobRuns"]
            if run["StartedOn"] >= self.began
        ]
        crawls = [
            float(crawl.get("DPUHour") or 0) * 3600
            for crawler in self._crawlers()
            for crawl in glue.list_crawls(CrawlerName=crawler)["Crawls"]
        ]
        return Usage(
            sum(float(run.get("DPUSeconds") or 0) for run in runs),
            sum(max(seconds, LEAST_CRAWL_DPU_SECONDS) for seconds in crawls),
            self._read_rpu_seconds(),
        )

    def tidy_up(self) -> None:
        """Take away the rows, the table, and the crawlers with their tables."""
        s3, bucket = self.client("s3"), self.settings.landing_bucket
        for found in self._list():
            s3.delete_object(Bucket=bucket, Key=found["Key"])
        glue = self.client("glue")
        for crawler in self._crawlers():
            glue.delete_crawler(Name=crawler)
        for database, table in self._tables():
            glue.delete_table(DatabaseName=database, Name=table)
        with open_warehouse(self.settings) as warehouse:
            warehouse.execute_alone(f"DROP TABLE IF EXISTS lake.{self.name}")

    def find_left(self) -> Iterator[str]:
        """Name what is still there."""
        yield from (f"s3 object {found['Key']}" for found in self._list())
        yield from (f"crawler {name}" for name in self._crawlers())
        yield from (f"catalog table {'.'.join(names)}" for names in self._tables())
        yield f"loads of lake.{self.name} in etl.loads, which is the record of what was done"
        yield "the job's run and the log streams of run and crawls, until their retention ends"
        yield "older versions of the deleted objects, until the bucket's lifecycle ends them"

    def _list(self) -> list[dict[str, Any]]:
        pages = self.client("s3").get_paginator("list_objects_v2")
        bucket = self.settings.landing_bucket
        return [
            found
            for page in pages.paginate(Bucket=bucket, Prefix=self.prefix)
            for found in page.get("Contents", [])
        ]

    def _crawlers(self) -> list[str]:
        names = self.client("glue").get_paginator("get_crawlers").paginate()
        slug = self.name.replace("_", "-")
        return [c["Name"] for page in names for c in page["Crawlers"] if slug in c["Name"]]

    def _tables(self) -> list[tuple[str, str]]:
        glue = self.client("glue")
        databases = [
            self.settings.glue_name(zone).replace("-", "_") for zone in ("landing", "processed")
        ]
        return [
            (database, table["Name"])
            for database in databases
            for page in glue.get_paginator("get_tables").paginate(DatabaseName=database)
            for table in page["TableList"]
            if self.name in table["Name"]
        ]

    def _read_rpu_seconds(self) -> float | None:
        statement = "SELECT SUM(charged_seconds) FROM sys_serverless_usage WHERE end_time >= %s"
        try:
            with open_warehouse(self.settings) as warehouse:
                rows = ask(warehouse, statement, (self.began.replace(tzinfo=None),))
        except Refused:
            return None
        return float(rows[0][0] or 0)


def _expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise Unverified(f"{what}: {found!r} instead of {wanted!r}.")
    click.echo(f"ok   {what}")


def verify(verification: Verification, prices: Prices) -> None:
    """Do every step; whatever happens, tidy up and say what it cost and left."""
    try:
        verification.land()
        verification.load()
        verification.compare()
    finally:
        usage = verification.measure()
        verification.tidy_up()
        click.echo("\nIt cost:")
        for line in describe(usage, prices):
            click.echo(f"  {line}")
        click.echo("It left:")
        for line in verification.find_left():
            click.echo(f"  {line}")


@click.command()
@click.option("--account", required=True, help="The account to verify against, and no other.")
@click.option("--yes", is_flag=True, help="Spend without asking.")
@click.option("--dpu-hour", default=Prices.dpu_hour, show_default=True, help="USD in your region.")
@click.option("--rpu-hour", default=Prices.rpu_hour, show_default=True, help="USD in your region.")
def main(account: str, yes: bool, dpu_hour: float, rpu_hour: float) -> None:
    """Verify the environment in the shell against the stated account."""
    try:
        check_account(boto3.client("sts"), account)
        verification = Verification(read_settings(os.environ), boto3.client)
        prices = Prices(dpu_hour, rpu_hour)
        if not yes:
            spent = price(EXPECTED, prices)
            click.confirm(f"Spend up to about {spent:.2f} USD in account {account}?", abort=True)
        verify(verification, prices)
    except (Unverified, MissingSettings, ClientError, BotoCoreError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Verified against account {account}.")


if __name__ == "__main__":
    sys.exit(main())
