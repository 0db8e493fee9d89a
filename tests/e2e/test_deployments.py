"""prefect.yaml on a real server and worker: a run of the first stage pulls the rest."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Platform

pytestmark = pytest.mark.stack

ROOT = Path(__file__).resolve().parents[2]
STAGES = ["collect_tweets", "process_tweets", "warehouse_tweets"]
DEADLINE_SECONDS = 240
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


class Prefect:
    """The server's REST API."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30)

    def deployment(self, name: str) -> dict[str, Any]:
        found = self.http.get(f"/deployments/name/{name}/{name}")
        found.raise_for_status()
        return dict(found.json())

    def start(self, name: str) -> None:
        path = f"/deployments/{self.deployment(name)['id']}/create_flow_run"
        self.http.post(path, json={}).raise_for_status()

    def runs(self, name: str) -> list[dict[str, Any]]:
        body = {"deployments": {"id": {"any_": [self.deployment(name)["id"]]}}}
        found = self.http.post("/flow_runs/filter", json=body)
        found.raise_for_status()
        # Schedules have runs of the coming days waiting.
        return [run for run in found.json() if not run["auto_scheduled"]]

    def wait_for_end(self, name: str) -> dict[str, Any]:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            for run in self.runs(name):
                if run["state_type"] in ENDED:
                    return run
            time.sleep(0.5)
        raise TimeoutError(f"{name}: {[run['state_name'] for run in self.runs(name)]}")


@pytest.fixture
def prefect(platform: Platform) -> Prefect:
    command = str(Path(sys.executable).parent / "prefect")
    done = platform.run(command, "--no-prompt", "deploy", "--all", LOCHAN_ROOT=str(ROOT))
    assert done.code == 0, done.output + done.errors
    return Prefect(platform.values["PREFECT_API_URL"])


def test_a_run_of_the_first_stage_pulls_the_others_behind_it(
    platform: Platform, prefect: Prefect
) -> None:
    prefect.start(STAGES[0])
    for name in STAGES:
        run = prefect.wait_for_end(name)
        assert run["state_type"] == "COMPLETED", run["state"]
    assert platform.query("SELECT COUNT(*) FROM twitter.tweets")[0][0] > 0
    assert [len(prefect.runs(name)) for name in STAGES] == [1, 1, 1]


def test_deploying_keeps_limits_and_schedules(prefect: Prefect) -> None:
    for name in [*STAGES, "tweets_to_redshift"]:
        assert prefect.deployment(name)["global_concurrency_limit"]["limit"] == 1
    (schedule,) = prefect.deployment("collect_tweets")["schedules"]
    assert (schedule["slug"], schedule["active"]) == ("nightly", True)
    assert schedule["schedule"]["cron"] == "15 0 * * *"


def test_a_parameter_that_does_not_validate_is_refused_by_the_server(prefect: Prefect) -> None:
    path = f"/deployments/{prefect.deployment('collect_tweets')['id']}/create_flow_run"
    refused = prefect.http.post(path, json={"parameters": {"parameters": {"followed_users": -1}}})
    assert refused.status_code == 409
    assert "followed_users" in refused.text
