"""What Prefect's server does by itself: tell of failed runs, cancel stuck ones, tell of stale data.

https://docs.prefect.io/v3/concepts/automations
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Literal, cast
from uuid import UUID

from prefect.automations import Automation, EventTrigger, Posture
from prefect.events.actions import CallWebhook, CancelFlowRun
from prefect.events.schemas.automations import AutomationCore

from infrastructure.orchestration.deployments import Deployment

PREFIX = "lochan: "
FAILED = f"{PREFIX}a deployed flow failed"
STUCK = f"{PREFIX}a run is stuck"
COMPLETED = "prefect.flow-run.Completed"
# A run that timed out has failed too; its event is named after the name of its state.
FAILURES = {"prefect.flow-run.Failed", "prefect.flow-run.Crashed", "prefect.flow-run.TimedOut"}
# What ends a run, or says that its end has begun.
ENDINGS = {COMPLETED, "prefect.flow-run.Cancelling", "prefect.flow-run.Cancelled", *FAILURES}
# A scheduled run may start late and takes its time.
GRACE = timedelta(hours=1)

# `text` is what chat services show; the rest is for programs.
FAILED_PAYLOAD = """{{ {
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
STALE_PAYLOAD = """{{ {
    "text": automation.description,
    "automation": automation.name
} | tojson }}"""


def describe_automations(
    deployments: Sequence[Deployment], stuck_after: timedelta, webhook: UUID | None
) -> Iterator[AutomationCore]:
    """Describe every automation; those that tell somebody only where there is a webhook."""
    names = [deployment.name for deployment in deployments]
    yield describe_stuck(names, stuck_after)
    if webhook is None:
        return
    yield describe_failed(names, webhook)
    for deployment in deployments:
        if deployment.crons:
            yield describe_stale(deployment.name, deployment.longest_pause + GRACE, webhook)


def describe_failed(deployments: list[str], webhook: UUID) -> AutomationCore:
    """Post which run failed, why, and where to look."""
    return AutomationCore(
        name=FAILED,
        description="Posts which run failed, why, and where to look",
        trigger=_trigger(
            deployments,
            expect=FAILURES,
            for_each={"prefect.resource.id"},
            posture=Posture.Reactive,
            within=timedelta(0),
        ),
        actions=[CallWebhook(block_document_id=webhook, payload=FAILED_PAYLOAD)],
    )


def describe_stuck(deployments: list[str], after: timedelta) -> AutomationCore:
    """Cancel a run that goes on for too long; the flow then stops what it started on Glue."""
    return AutomationCore(
        name=STUCK,
        description=f"Cancels a run that has not ended {_say(after)} after it began",
        trigger=_trigger(
            deployments,
            after={"prefect.flow-run.Running"},
            expect=ENDINGS,
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            within=after,
        ),
        actions=[CancelFlowRun()],
    )


def describe_stale(deployment: str, within: timedelta, webhook: UUID) -> AutomationCore:
    """Post that a scheduled deployment has not completed a run for too long."""
    return AutomationCore(
        name=stale_name(deployment),
        description=f"{deployment}: no run has completed for {_say(within)}, so its data is stale",
        trigger=_trigger(
            [deployment], expect={COMPLETED}, posture=Posture.Proactive, within=within
        ),
        actions=[CallWebhook(block_document_id=webhook, payload=STALE_PAYLOAD)],
    )


def stale_name(deployment: str) -> str:
    """Name the automation that watches how fresh a deployment's data is."""
    return f"{PREFIX}{deployment} is stale"


def ensure_automation(wanted: AutomationCore) -> str | None:
    """Make the automation or mend it; returns what was done, if anything was.

    One that a person has paused stays paused.
    """
    found = find_automation(wanted.name)
    if found is None:
        Automation(**wanted.model_dump()).create()
        return f"Made the automation {wanted.name!r}."
    mended = Automation(**{**wanted.model_dump(), "id": found.id, "enabled": found.enabled})
    if _declared(mended) == _declared(found):
        return None
    mended.update()
    return f"Mended the automation {wanted.name!r}."


def find_automation(name: str) -> Automation | None:
    """Find an automation by its name."""
    try:
        # Prefect types the synchronous call as if it might be awaited.
        return cast(Automation, Automation.read(name=name))
    except ValueError:
        return None


def remove_automations(deployments: Sequence[Deployment]) -> Iterator[str]:
    """Remove what `describe_automations` can describe, telling each."""
    stale = [stale_name(deployment.name) for deployment in deployments]
    for name in (FAILED, STUCK, *stale):
        found = find_automation(name)
        if found is not None:
            found.delete()
            yield f"Removed the automation {name!r}."


def _declared(automation: AutomationCore) -> dict[str, Any]:
    """Leave out what the server adds by itself; sets stay sets, whose order means nothing."""
    fields = automation.model_dump()
    fields["trigger"].pop("id", None)
    return fields


def _trigger(
    deployments: list[str],
    *,
    expect: set[str],
    posture: Literal[Posture.Reactive, Posture.Proactive],
    within: timedelta,
    after: set[str] | None = None,
    for_each: set[str] | None = None,
) -> EventTrigger:
    return EventTrigger(
        expect=expect,
        after=after or set(),
        match={"prefect.resource.id": "prefect.flow-run.*"},
        match_related={
            "prefect.resource.role": "deployment",
            "prefect.resource.name": deployments,
        },
        for_each=for_each or set(),
        posture=posture,
        threshold=1,
        within=within,
    )


def _say(time: timedelta) -> str:
    hours = time.total_seconds() / 3600
    return f"{hours:g} hours" if hours >= 1 else f"{time.total_seconds():g} seconds"
