"""Make what flows need of Prefect: `python -m infrastructure.orchestration apply | remove`.

A work pool, blocks and automations, on the server that PREFECT_API_URL names, be it the local one,
one that a team runs, or Prefect Cloud. What differs between them are values (values.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import click
from prefect.client.orchestration import get_client

from infrastructure.orchestration import automations, blocks
from infrastructure.orchestration.deployments import read_deployments
from infrastructure.orchestration.pool import ensure_pool
from infrastructure.orchestration.values import WEBHOOK, BadValue, Values, read_values


@click.group()
def main() -> None:
    """Make what flows need of the Prefect server that PREFECT_API_URL names."""


@main.command("apply")
def apply_command() -> None:
    """Make the work pool, the blocks and the automations, or mend them."""
    try:
        for sentence in apply(read_values(os.environ)):
            click.echo(sentence)
    except BadValue as error:
        raise click.ClickException(str(error)) from None


@main.command("remove")
def remove_command() -> None:
    """Remove the automations; pool and blocks stay, for runs that wait."""
    for sentence in automations.remove_automations(read_deployments()):
        click.echo(sentence)


def apply(values: Values) -> Iterator[str]:
    """Make everything, telling each change as it is done."""
    with get_client(sync_client=True) as client:
        yield from _told(ensure_pool(client, values))
    blocks.save_results(values.results_bucket, values.region)
    webhook = blocks.save_webhook(values.webhook) if values.webhook else None
    if webhook is None:
        yield describe_missing_webhook()
    wanted = automations.describe_automations(read_deployments(), values.stuck_after, webhook)
    for automation in wanted:
        yield from _told(automations.ensure_automation(automation))


def _told(change: str | None) -> Iterator[str]:
    if change is not None:
        yield change


def describe_missing_webhook() -> str:
    """Say what becomes of failed runs where no webhook is named."""
    if automations.find_automation(automations.FAILED) is not None:
        return f"{WEBHOOK} is not set: the webhook that the server knows goes on being called."
    return (
        f"{WEBHOOK} is not set: failed runs and stale data are shown in Prefect's UI only. Set it "
        "to the URL of a webhook and deploy again to be told."
    )


if __name__ == "__main__":
    main()
