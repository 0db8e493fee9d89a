"""What differs between the Prefect servers that flows are deployed to: environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

WEBHOOK = "NOTIFY_WEBHOOK_URL"
POOL_TYPE = "PREFECT_WORK_POOL_TYPE"
STUCK_AFTER = "STUCK_RUN_MINUTES"

# Longer than any of our Glue jobs may run, and shorter than the time to the next nightly run.
DEFAULT_STUCK_AFTER = timedelta(hours=6)


class BadValue(Exception):
    """A variable whose value cannot work; names the variable."""


@dataclass(frozen=True)
class EcsValues:
    """Where runs of an ECS pool start, as Terraform's output `workers` has it."""

    cluster: str
    vpc: str
    task_definition_arn: str
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]


@dataclass(frozen=True)
class Values:
    """Everything that pool, blocks and automations are made from."""

    pool_type: str
    ecs: EcsValues | None
    region: str
    results_bucket: str
    webhook: str | None
    stuck_after: timedelta


def read_values(environ: Mapping[str, str]) -> Values:
    """Read the values; raises BadValue for one that is missing or cannot work."""
    pool_type = environ.get(POOL_TYPE) or "process"
    return Values(
        pool_type=pool_type,
        ecs=_read_ecs(environ, pool_type) if pool_type.startswith("ecs") else None,
        region=_required(environ, "AWS_DEFAULT_REGION", "where the flows' AWS is"),
        results_bucket=_required(environ, "TEMP_BUCKET", "where results are kept"),
        webhook=_read_webhook(environ),
        stuck_after=_read_stuck_after(environ),
    )


def _read_ecs(environ: Mapping[str, str], pool_type: str) -> EcsValues:
    why = f"which a pool of type {pool_type} starts its runs by"
    return EcsValues(
        cluster=_required(environ, "ECS_CLUSTER", why),
        vpc=_required(environ, "ECS_VPC_ID", why),
        task_definition_arn=_required(environ, "ECS_TASK_DEFINITION_ARN", why),
        subnets=_names(_required(environ, "ECS_SUBNETS", why)),
        security_groups=_names(_required(environ, "ECS_SECURITY_GROUPS", why)),
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _required(environ: Mapping[str, str], name: str, why: str) -> str:
    if not environ.get(name):
        raise BadValue(f"{name} is not set, {why}: `provision export` and Terraform's outputs say.")
    return environ[name]


def _read_webhook(environ: Mapping[str, str]) -> str | None:
    url = environ.get(WEBHOOK)
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadValue(
            f"{WEBHOOK} is not the URL of a webhook: it has to begin with https://host/."
        )
    return url


def _read_stuck_after(environ: Mapping[str, str]) -> timedelta:
    text = environ.get(STUCK_AFTER)
    if not text:
        return DEFAULT_STUCK_AFTER
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0
    # Prefect watches for no less than ten seconds.
    if not 10 / 60 <= minutes <= 60 * 24 * 30:
        raise BadValue(f"{STUCK_AFTER} is {text!r}: give minutes, at least 0.2 and at most 43200.")
    return timedelta(minutes=minutes)
