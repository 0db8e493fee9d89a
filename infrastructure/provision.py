"""Make what must exist on AWS: `python -m infrastructure.provision plan | apply | destroy`.

The account and the region are those of the standard AWS_* variables; where AWS_ENDPOINT_URL is set,
the resources are made there. `export` prints what flows have to know of them.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterable
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError

from infrastructure import planning
from infrastructure.declared import Clients, Declaration
from infrastructure.planning import Step, StepFailed
from infrastructure.resource import Refused
from infrastructure.resources import Place, Resources, resolve_resources
from infrastructure.secrets import find_secret_arn
from infrastructure.sentences import describe_error, describe_failure, describe_halfway
from tasks.job_arguments import SecretInArguments

SECRET_VALUES = click.option(
    "--secret-values",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='JSON: {"redshift": {"username": …, "password": …}, …}; what is not there is kept.',
)


def export(clients: Clients, resources: Resources) -> dict[str, str]:
    """Return the values that flows need, by the names of their environment variables."""
    secrets = clients("secretsmanager")
    values = {"LOCHAN_ENVIRONMENT": resources.place.environment} | {
        f"{key.upper()}_BUCKET": spec["name"] for key, spec in resources.section("buckets").items()
    }
    for key, spec in resources.section("roles").items():
        values[spec["variable"]] = resources.role_arn(key)
    for key, spec in resources.section("secrets").items():
        values[f"{key.upper()}_SECRET_ARN"] = find_secret_arn(secrets, spec["name"])
    return values


@click.group()
@click.option("--environment", default="local", envvar="LOCHAN_ENVIRONMENT", show_default=True)
@click.option("--account", help="Refuse any account but this one (twelve digits).")
@click.pass_context
def main(context: click.Context, environment: str, account: str | None) -> None:
    """Provision one environment of Lochan in the account that the AWS_* variables name."""
    context.obj = (environment, account)


@main.command("plan")
@click.option("--destroy", "removes", is_flag=True, help="Tell what destroy would delete.")
@SECRET_VALUES
@click.pass_obj
def plan_command(given: tuple[str, str | None], removes: bool, secret_values: Path | None) -> None:
    """Tell what apply would make and change, and what somebody changed; do nothing."""
    with _sentences():
        declared = _declare(given, secret_values)
        steps = planning.plan_removal(declared) if removes else planning.plan(declared)
        _show(steps, "Everything is as declared." if not removes else "There is nothing.")


@main.command("apply")
@click.option("--yes", is_flag=True, help="Do not ask.")
@SECRET_VALUES
@click.pass_obj
def apply_command(given: tuple[str, str | None], yes: bool, secret_values: Path | None) -> None:
    """Make what is missing and mend what differs."""
    with _sentences("apply") as progress:
        declared = _declare(given, secret_values)
        if not yes:
            if not _show(planning.plan(declared), "Everything is as declared."):
                return
            click.confirm("Do this?", abort=True)
        for step in planning.apply(declared):
            progress.tell(step, {"make": "made", "change": "changed"}[step.verb])
    click.echo(progress.summary("Everything is as declared."))


@main.command("destroy")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--delete-data", is_flag=True, help="Delete buckets and databases that hold data.")
@click.pass_obj
def destroy_command(given: tuple[str, str | None], yes: bool, delete_data: bool) -> None:
    """Delete the environment, but for what other environments share."""
    with _sentences("destroy") as progress:
        steps = planning.plan_removal(_declare(given, None))
        if not yes:
            if not _show(steps, "There is nothing."):
                return
            click.confirm("Delete all this?", abort=True)
        for step in planning.destroy(steps, delete_data):
            progress.tell(step, "deleted")
    click.echo(progress.summary("There was nothing to delete."))


@main.command("export")
@click.pass_obj
def export_command(given: tuple[str, str | None]) -> None:
    """Print the flows' values as export lines."""
    with _sentences():
        for name, value in export(_client, _resources(*given)).items():
            click.echo(f"export {name}={shlex.quote(value)}")


@cache
def _client(service: str) -> Any:
    return boto3.client(service)  # type: ignore[call-overload]


def _declare(given: tuple[str, str | None], secret_values: Path | None) -> Declaration:
    values = json.loads(secret_values.read_text()) if secret_values else {}
    return Declaration(_client, _resources(*given), values, os.environ)


def _resources(environment: str, expected_account: str | None) -> Resources:
    sts = _client("sts")
    account = sts.get_caller_identity()["Account"]
    if expected_account not in (None, account):
        raise Refused(
            f"The credentials are of account {account} and --account says {expected_account}: "
            "nothing was done. Choose the right profile, or the right account."
        )
    return resolve_resources(Place(environment, account, sts.meta.region_name), values=os.environ)


def _show(steps: Iterable[Step], nothing: str) -> int:
    """Print steps and their sum; returns how many there are."""
    counts: dict[str, int] = {}
    for step in steps:
        click.echo(str(step))
        counts[step.verb] = counts.get(step.verb, 0) + 1
    summary = ", ".join(f"{count} to {verb}" for verb, count in counts.items())
    click.echo(f"{summary}." if summary else nothing)
    return sum(counts.values())


class _sentences(AbstractContextManager["_sentences"]):
    """Turns what AWS or we refuse into one sentence and exit code 1, and counts what was done."""

    def __init__(self, verb: str = "") -> None:
        self.verb, self.done = verb, 0

    def tell(self, step: Step, verb: str) -> None:
        """Print a step that was done."""
        click.echo(str(Step(verb, step.resource, step.differences)))
        self.done += 1

    def summary(self, nothing: str) -> str:
        """Say how much was done."""
        return f"{self.done} changes" if self.done else nothing

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        text = self._describe(error)
        if text is not None:
            is_halfway = self.done or isinstance(error, StepFailed)
            halfway = (
                f" {describe_halfway(self.done, self.verb)}" if self.verb and is_halfway else ""
            )
            raise click.ClickException(text + halfway) from None

    def _describe(self, error: BaseException | None) -> str | None:
        region = os.environ.get("AWS_DEFAULT_REGION", "the region")
        if isinstance(error, StepFailed):
            return describe_failure(error, region)
        if isinstance(error, ClientError | BotoCoreError):
            return describe_error(error, "AWS", region)
        if isinstance(error, Refused | SecretInArguments):
            return str(error)
        return None


if __name__ == "__main__":
    main()
