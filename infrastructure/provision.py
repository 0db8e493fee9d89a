"""Make what must exist on AWS: `python -m infrastructure.provision apply | export`.

The account and the region are those of the standard AWS_* variables; where AWS_ENDPOINT_URL is set,
the resources are made there.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError

from infrastructure import catalog, identity, storage
from infrastructure.changes import Change, Refused
from infrastructure.resources import Place, Resources, resolve_resources

Clients = Callable[[str], Any]


def apply(
    clients: Clients,
    resources: Resources,
    secret_values: dict[str, dict[str, str]],
    addresses: Mapping[str, str],
) -> Iterator[Change]:
    """Make or mend every resource, telling each change as it is done.

    `addresses` hold where the databases listen, by the names of the flows' variables.
    """
    yield from storage.ensure_buckets(clients("s3"), resources)
    yield from identity.ensure_roles(clients("iam"), resources)
    yield from identity.ensure_secrets(clients("secretsmanager"), resources, secret_values)
    yield from catalog.ensure_databases(clients("glue"), resources)
    yield from catalog.ensure_connections(clients("glue"), resources, addresses)
    yield from storage.upload_code(clients("s3"), resources)
    yield from catalog.ensure_classifiers(clients("glue"), resources)
    yield from catalog.ensure_crawlers(clients("glue"), resources)
    yield from catalog.ensure_jobs(clients("glue"), resources)
    yield from catalog.ensure_triggers(clients("glue"), resources)


def export(clients: Clients, resources: Resources) -> dict[str, str]:
    """Return the values that flows need, by the names of their environment variables."""
    secrets = clients("secretsmanager")
    values = {"LOCHAN_ENVIRONMENT": resources.place.environment} | {
        f"{key.upper()}_BUCKET": spec["name"] for key, spec in resources.section("buckets").items()
    }
    for key, variable in (
        ("glue-job", "GLUE_JOB_ROLE_ARN"),
        ("glue-crawler", "GLUE_CRAWLER_ROLE_ARN"),
        ("redshift-copy", "REDSHIFT_COPY_ROLE_ARN"),
        ("redshift-unload", "REDSHIFT_UNLOAD_ROLE_ARN"),
    ):
        values[variable] = resources.role_arn(key)
    for key, spec in resources.section("secrets").items():
        values[f"{key.upper()}_SECRET_ARN"] = identity.secret_arn(secrets, spec["name"])
    return values


@click.group()
@click.option("--environment", default="local", envvar="LOCHAN_ENVIRONMENT", show_default=True)
@click.pass_context
def main(context: click.Context, environment: str) -> None:
    """Provision one environment of Lochan in the account that the AWS_* variables name."""
    context.obj = environment


@main.command("apply")
@click.option("--secret-values", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def apply_command(environment: str, secret_values: Path | None) -> None:
    """Make what is missing and mend what differs."""
    values = json.loads(secret_values.read_text()) if secret_values else {}
    with _sentences():
        changes = 0
        for change in apply(_client, _resources(environment), values, os.environ):
            click.echo(change)
            changes += 1
    click.echo(f"{changes} changes" if changes else "Everything is as declared.")


@main.command("export")
@click.pass_obj
def export_command(environment: str) -> None:
    """Print the flows' values as export lines."""
    with _sentences():
        for name, value in export(_client, _resources(environment)).items():
            click.echo(f"export {name}={shlex.quote(value)}")


@cache
def _client(service: str) -> Any:
    return boto3.client(service)  # type: ignore[call-overload]


def _resources(environment: str) -> Resources:
    sts = _client("sts")
    account = sts.get_caller_identity()["Account"]
    place = Place(environment, account, sts.meta.region_name)
    return resolve_resources(place, values=os.environ)


class _sentences:
    """Turns what AWS or we refuse into one sentence and exit code 1."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Refused | ClientError | BotoCoreError):
            raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
