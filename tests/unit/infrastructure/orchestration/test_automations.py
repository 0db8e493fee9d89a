from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

from prefect.events.actions import CallWebhook
from prefect.server.events.jinja_filters import all_filters
from prefect.server.utilities.user_templates import (
    register_user_template_filters,
    render_user_template_sync,
)

from infrastructure.orchestration.automations import (
    FAILED_PAYLOAD,
    FAILURES,
    describe_automations,
    describe_failed,
    describe_stale,
    describe_stuck,
)
from infrastructure.orchestration.deployments import Deployment, read_deployments

BLOCK = UUID("00000000-0000-0000-0000-000000000001")


def test_every_deployment_is_watched_and_no_other() -> None:
    names = [deployment.name for deployment in read_deployments()]
    assert {"collect_tweets", "tweets_to_redshift", "monitor_platform"} <= set(names)
    for automation in describe_automations(read_deployments(), timedelta(hours=6), BLOCK):
        related = automation.trigger.model_dump(mode="json")["match_related"]
        assert related["prefect.resource.role"] == "deployment"
        assert set(related["prefect.resource.name"]) <= set(names)
    trigger = describe_failed(names, BLOCK).trigger.model_dump(mode="json")
    assert trigger["match_related"]["prefect.resource.name"] == names
    assert set(trigger["expect"]) == FAILURES
    assert trigger["posture"] == "Reactive"


def test_the_webhook_of_the_block_is_called() -> None:
    for automation in (describe_failed(["a"], BLOCK), describe_stale("a", timedelta(1), BLOCK)):
        (action,) = automation.actions
        assert isinstance(action, CallWebhook)
        assert action.block_document_id == BLOCK


def test_without_a_webhook_stuck_runs_are_still_cancelled() -> None:
    (only,) = describe_automations(read_deployments(), timedelta(hours=6), None)
    assert only.name == "lochan: a run is stuck"
    assert only.description == "Cancels a run that has not ended 6 hours after it began"
    assert [action.type for action in only.actions] == ["cancel-flow-run"]


def test_a_run_is_stuck_when_nothing_ends_it_in_time() -> None:
    trigger = describe_stuck(["a"], timedelta(minutes=90)).trigger.model_dump(mode="json")
    assert trigger["after"] == ["prefect.flow-run.Running"]
    assert "prefect.flow-run.Completed" in trigger["expect"]
    assert trigger["for_each"] == ["prefect.resource.id"]
    assert (trigger["posture"], trigger["within"]) == ("Proactive", 5400.0)


def test_only_what_has_a_schedule_can_be_stale() -> None:
    deployments = [Deployment("a", ("15 0 * * *",)), Deployment("b", ())]
    names = [one.name for one in describe_automations(deployments, timedelta(hours=6), BLOCK)]
    assert names == [
        "lochan: a run is stuck",
        "lochan: a deployed flow failed",
        "lochan: a is stale",
    ]


def test_the_message_is_json_whatever_the_run_says() -> None:
    register_user_template_filters({**all_filters, "ui_url": lambda run: f"http://ui/{run.name}"})
    state = SimpleNamespace(name="Failed", message='It said "no"\nand {{ left }} <at once>')
    rendered = render_user_template_sync(
        FAILED_PAYLOAD,
        {
            "flow": SimpleNamespace(name="books"),
            "deployment": SimpleNamespace(name="books"),
            "flow_run": SimpleNamespace(id=BLOCK, name="swift-fox", state=state),
        },
    )
    assert json.loads(rendered) == {
        "text": 'books: run swift-fox Failed. It said "no"\nand {{ left }} <at once> '
        "http://ui/swift-fox",
        "flow": "books",
        "deployment": "books",
        "flow_run": "swift-fox",
        "flow_run_id": "00000000-0000-0000-0000-000000000001",
        "state": "Failed",
        "message": 'It said "no"\nand {{ left }} <at once>',
        "url": "http://ui/swift-fox",
    }
