"""The account that is verified: its values, one name for everything made there, what it cost."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import click

from tasks.settings import MissingSettings, Settings, read_settings
from tests.aws.costs import LEAST_CRAWL_DPU_SECONDS

# How long Glue may take to start a run, and to end a crawl.
PATIENCE_SECONDS = 900


class Unverified(Exception):
    """Something is not as it has to be, or may not be begun; the text says what."""


@dataclass
class Spent:
    """DPU seconds, as Glue says it of each run and crawl."""

    job_dpu_seconds: float = 0.0
    crawl_dpu_seconds: float = 0.0

    def add_run(self, run: Mapping[str, Any]) -> None:
        """Add a run of a job."""
        self.job_dpu_seconds += float(run.get("DPUSeconds") or 0)

    def add_crawl(self, crawl: Mapping[str, Any]) -> None:
        """Add a crawl, which costs at least what Glue charges for any."""
        seconds = float(crawl.get("DPUHour") or 0) * 3600
        self.crawl_dpu_seconds += max(seconds, LEAST_CRAWL_DPU_SECONDS)


@dataclass(frozen=True)
class Account:
    """The stated account by its values; whatever is made in it carries `name` in its name."""

    settings: Settings
    assets_bucket: str
    job_role_arn: str
    unload_role_arn: str
    client: Any
    name: str = field(default_factory=lambda: f"verify_{uuid.uuid4().hex[:8]}")
    began: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    spent: Spent = field(default_factory=Spent)

    @property
    def prefix(self) -> str:
        """Where its objects lie in the landing bucket."""
        return f"lake/{self.name}/"

    @property
    def glue_name(self) -> str:
        """What its crawler and its job are called."""
        return self.settings.glue_name(self.name.replace("_", "-"))

    @property
    def landing_database(self) -> str:
        """The catalog's database of what lands."""
        return self.settings.glue_name("landing").replace("-", "_")

    @property
    def processed_database(self) -> str:
        """The catalog's database of what was processed."""
        return self.settings.glue_name("processed").replace("-", "_")


def read_account(environment: Mapping[str, str], client: Any) -> Account:
    """Read the values of the environment; raises MissingSettings."""
    settings = read_settings(environment)
    names = ("ASSETS_BUCKET", "GLUE_LAKE_ROLE_ARN", "REDSHIFT_UNLOAD_ROLE_ARN")
    missing = [name for name in names if not environment.get(name)]
    if missing:
        raise MissingSettings(missing)
    assets_bucket, job_role_arn, unload_role_arn = (environment[name] for name in names)
    return Account(settings, assets_bucket, job_role_arn, unload_role_arn, client)


def expect(what: str, found: object, wanted: object) -> None:
    """Say that something is as it has to be, or raise Unverified."""
    if found != wanted:
        raise Unverified(f"{what}: {found!r} instead of {wanted!r}.")
    click.echo(f"ok   {what}")


def wait_for(what: str, find: Callable[[], Any]) -> Any:
    """Ask until there is an answer; raises Unverified when it takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    pause = 0.2
    while not (found := find()):
        if time.monotonic() > deadline:
            raise Unverified(f"{what} was waited for {PATIENCE_SECONDS} s in vain.")
        time.sleep(pause)
        pause = min(pause * 1.5, 10.0)
    return found
