from __future__ import annotations

import json
from types import SimpleNamespace
from uuid import UUID

import pytest
from prefect.events.actions import CallWebhook
from prefect.server.events.jinja_filters import all_filters
from prefect.server.utilities.user_templates import (
    register_user_template_filters,
    render_user_template_sync,
)

from infrastructure.automations import (
    EVENTS,
    PAYLOAD,
    BadUrl,
    check_url,
    describe_automation,
    read_deployments,
)

BLOCK = UUID("00000000-0000-0000-0000-000000000001")


def test_every_deployment_is_watched_and_no_other() -> None:
    deployments = read_deployments()
    assert {"collect_tweets", "tweets_to_redshift", "monitor_platform"} <= set(deployments)
    trigger = describe_automation(deployments, BLOCK).trigger.model_dump(mode="json")
    assert trigger["match_related"] == {
        "prefect.resource.role": "deployment",
        "prefect.resource.name": deployments,
    }
    assert set(trigger["expect"]) == EVENTS
    assert trigger["posture"] == "Reactive"


def test_the_webhook_of_the_block_is_called() -> None:
    (action,) = describe_automation(["a"], BLOCK).actions
    assert isinstance(action, CallWebhook)
    assert action.block_document_id == BLOCK


def test_the_message_is_json_whatever_the_run_says() -> None:
    register_user_template_filters({**all_filters, "ui_url": lambda run: f"http://ui/{run.name}"})
    state = SimpleNamespace(name="Failed", message='It said "no"\nand {{ left }} <at once>')
    rendered = render_user_template_sync(
        PAYLOAD,
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


@pytest.mark.parametrize("url", ["hooks.example.com/x", "ftp://host/x", "https:///x"])
def test_what_is_no_webhook_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(BadUrl, match="is not the URL of a webhook") as refused:
        check_url(url)
    assert url not in str(refused.value)


@pytest.mark.parametrize("url", ["https://hooks.example.com/x", "http://127.0.0.1:8080/"])
def test_a_webhook_is_accepted(url: str) -> None:
    assert check_url(url) is None
