"""Tell somebody when a deployed flow fails: `python -m infrastructure.automations apply | remove`.

One automation of Prefect's watches every deployment of prefect.yaml and posts a message to the
webhook that NOTIFY_WEBHOOK_URL names (Slack, Teams, Mattermost, or anything that takes JSON). The
URL is kept as a secret in a block of Prefect's server and nowhere else.

https://docs.prefect.io/v3/concepts/automations
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID

import click
import yaml
from prefect.automations import Automation, EventTrigger, Posture
from prefect.blocks.webhook import Webhook
from prefect.events.actions import CallWebhook
from prefect.events.schemas.automations import AutomationCore
from prefect.types import SecretDict
from pydantic import SecretStr

NAME = "lochan: a deployed flow failed"
BLOCK_NAME = "lochan-notifications"
VARIABLE = "NOTIFY_WEBHOOK_URL"
PREFECT_YAML = Path(__file__).resolve().parents[1] / "prefect.yaml"

# A run that timed out has failed too; its event is named after the name of its state.
EVENTS = {"prefect.flow-run.Failed", "prefect.flow-run.Crashed", "prefect.flow-run.TimedOut"}
# `text` is what chat services show; the rest is for programs.
PAYLOAD = """{{ {
    "text": deployment.name ~ ": run " ~ flow_run.name ~ " " ~ flow_run.state.name
            ~ ". " ~ flow_run.state.message ~ " " ~ flow_run|ui_url,
    "flow": flow.name,
    "deployment": deployment.name,
    "flow_run": flow_run.name,
    "flow_run_id": flow_run.id|string,
    "state": flow_run.state.name,
    "message": flow_run.state.message,
    "url": flow_run|ui_url
} | tojson }}"""


class BadUrl(Exception):
    """What should be the URL of a webhook is none."""


def read_deployments(path: Path = PREFECT_YAML) -> list[str]:
    """Name the deployments of prefect.yaml."""
    content: dict[str, Any] = yaml.safe_load(path.read_text())
    return sorted(deployment["name"] for deployment in content["deployments"])


def describe_automation(deployments: list[str], block_id: UUID) -> AutomationCore:
    """Describe the automation: which runs it watches, and which webhook it calls."""
    return AutomationCore(
        name=NAME,
        description="Posts which run failed, why, and where to look",
        trigger=EventTrigger(
            expect=EVENTS,
            match={"prefect.resource.id": "prefect.flow-run.*"},
            match_related={
                "prefect.resource.role": "deployment",
                "prefect.resource.name": deployments,
            },
            for_each={"prefect.resource.id"},
            posture=Posture.Reactive,
            threshold=1,
            within=timedelta(0),
        ),
        actions=[CallWebhook(block_document_id=block_id, payload=PAYLOAD)],
    )


def apply(url: str) -> str:
    """Make the block and the automation, or mend them; returns what was done, as a sentence.

    One that a person has paused stays paused. Raises BadUrl.
    """
    check_url(url)
    wanted = describe_automation(read_deployments(), save_block(url))
    found = find()
    where = f"failed runs are told to {urlsplit(url).hostname}"
    if found is None:
        Automation(**wanted.model_dump()).create()
        return f"Made the automation: {where}."
    mended = Automation(**{**wanted.model_dump(), "id": found.id, "enabled": found.enabled})
    mended.update()
    return f"The automation is as declared: {where}." + ("" if found.enabled else " It is paused.")


def remove() -> str:
    """Remove the automation; returns what was done, as a sentence."""
    found = find()
    if found is None:
        return "There is no automation to remove."
    found.delete()
    return "Removed the automation: failed runs are shown in Prefect's UI only."


def describe_missing_url() -> str:
    """Say what becomes of failed runs where no webhook is named."""
    if find() is not None:
        return f"{VARIABLE} is not set: the automation goes on calling the webhook that it knows."
    return (
        f"{VARIABLE} is not set: failed runs are shown in Prefect's UI only. Set it to the URL of "
        "a webhook and deploy again to be told."
    )


def check_url(url: str) -> None:
    """Raise BadUrl for what cannot be called."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadUrl(f"{VARIABLE} is not the URL of a webhook: it has to begin with https://host/.")


def save_block(url: str) -> UUID:
    """Keep the URL in a block and return the block's id."""
    block = Webhook(url=SecretStr(url), headers=SecretDict({"Content-Type": "application/json"}))
    saved = block.save(BLOCK_NAME, overwrite=True)
    assert isinstance(saved, UUID)
    return saved


def find() -> Automation | None:
    """Find the automation by its name."""
    try:
        # Prefect types the synchronous call as if it might be awaited.
        return cast(Automation, Automation.read(name=NAME))
    except ValueError:
        return None


@click.group()
def main() -> None:
    """Tell a webhook about the failed runs of every deployment."""


@main.command("apply")
def apply_command() -> None:
    """Make the automation, or mend it, where NOTIFY_WEBHOOK_URL names a webhook."""
    url = os.environ.get(VARIABLE, "")
    try:
        click.echo(apply(url) if url else describe_missing_url())
    except BadUrl as error:
        raise click.ClickException(str(error)) from None


@main.command("remove")
def remove_command() -> None:
    """Remove the automation."""
    click.echo(remove())


if __name__ == "__main__":
    main()
