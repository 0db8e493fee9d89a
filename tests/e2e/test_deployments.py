"""prefect.yaml on a real server and worker: a run of the first stage pulls the rest."""

from __future__ import annotations

import json
import queue
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Finished, Platform

pytestmark = pytest.mark.stack

ROOT = Path(__file__).resolve().parents[2]
STAGES = ["collect_tweets", "process_tweets", "warehouse_tweets"]
# The deployments that have schedules, with times of day or minutes of the hour.
SCHEDULED = {
    "collect_tweets": {"00:15"},
    "clean_books": {"02:10"},
    "monitor_platform": {":45"},
    "repartition_by_event_time": {":20"},
    "sync_missing_partitions": {"01:30", "03:30"},
}
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

    def start(self, name: str, parameters: dict[str, Any] | None = None) -> str:
        path = f"/deployments/{self.deployment(name)['id']}/create_flow_run"
        started = self.http.post(path, json={"parameters": parameters or {}})
        return str(started.raise_for_status().json()["id"])

    def runs(self, name: str) -> list[dict[str, Any]]:
        body = {"deployments": {"id": {"any_": [self.deployment(name)["id"]]}}}
        found = self.http.post("/flow_runs/filter", json=body)
        found.raise_for_status()
        # Schedules have runs of the coming days waiting.
        return [run for run in found.json() if not run["auto_scheduled"]]

    def upcoming(self, name: str) -> set[str]:
        """When the server has planned runs of a deployment: 2026-11-22T00:15."""
        body = {"deployments": {"id": {"any_": [self.deployment(name)["id"]]}}}
        found = self.http.post("/flow_runs/filter", json=body).raise_for_status().json()
        return {run["expected_start_time"][:16] for run in found if run["auto_scheduled"]}

    def wait_for_plan(self, name: str) -> set[str]:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            if planned := self.upcoming(name):
                return planned
            time.sleep(0.5)
        raise TimeoutError(f"The server plans no run of {name}, which has a schedule.")

    def pause(self, name: str) -> None:
        """Stop the schedules of a deployment and forget the runs that they planned."""
        path = f"/deployments/{self.deployment(name)['id']}/pause_deployment"
        self.http.post(path).raise_for_status()

    def pretend_to_run(self, name: str) -> str:
        """Have a run that the server believes to be running, and that no worker knows."""
        deployment = self.deployment(name)
        body = {"deployment_id": deployment["id"], "flow_id": deployment["flow_id"]}
        run_id = self.http.post("/flow_runs/", json=body).raise_for_status().json()["id"]
        running = {"state": {"type": "RUNNING"}, "force": True}
        self.http.post(f"/flow_runs/{run_id}/set_state", json=running).raise_for_status()
        return str(run_id)

    def wait_for_state(self, run_id: str, wanted: set[str]) -> dict[str, Any]:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            state = self.http.get(f"/flow_runs/{run_id}").raise_for_status().json()["state"]
            if state["type"] in wanted:
                return dict(state)
            time.sleep(0.5)
        raise TimeoutError(f"The run is {state['type']}.")

    def shorten(self, name: str, seconds: float) -> None:
        """Have an automation of hours watch for seconds."""
        found = self.http.post("/automations/filter", json={}).raise_for_status().json()
        [automation] = [one for one in found if one["name"] == name]
        assert automation["trigger"]["within"] > 3600
        kept = ("name", "description", "enabled", "trigger", "actions")
        body = {field: automation[field] for field in kept}
        body["trigger"] = {**body["trigger"], "within": seconds}
        self.http.put(f"/automations/{automation['id']}", json=body).raise_for_status()

    def wait_for_assets(self, wanted: set[str]) -> dict[str, set[str]]:
        """What each asset was made from, by the server's events, which arrive a little later."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            made_from = self.assets()
            if wanted <= made_from.keys():
                return made_from
            time.sleep(0.5)
        raise TimeoutError(f"{wanted - made_from.keys()} are not among {sorted(made_from)}")

    def assets(self) -> dict[str, set[str]]:
        name = "prefect.asset.materialization.succeeded"
        body = {"filter": {"event": {"name": [name]}}, "limit": 50}
        page = self.http.post("/events/filter", json=body).raise_for_status().json()
        made_from: dict[str, set[str]] = {}
        while True:
            for event in page["events"]:
                upstream = {
                    one["prefect.resource.id"]
                    for one in event["related"]
                    if one["prefect.resource.role"] == "asset"
                }
                made_from.setdefault(event["resource"]["prefect.resource.id"], set()).update(
                    upstream
                )
            if not page["next_page"]:
                return made_from
            page = self.http.get(page["next_page"]).raise_for_status().json()

    def wait_for_end(self, name: str) -> dict[str, Any]:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            for run in self.runs(name):
                if run["state_type"] in ENDED:
                    return run
            time.sleep(0.5)
        raise TimeoutError(f"{name}: {[run['state_name'] for run in self.runs(name)]}")


def orchestrate(platform: Platform, *arguments: str, **values: str) -> Finished:
    done = platform.run(sys.executable, "-m", "infrastructure.orchestration", *arguments, **values)
    assert done.code == 0, done.errors
    return done


def deploy(platform: Platform) -> tuple[dict[str, set[str]], str]:
    """Deploy every flow; returns when the server planned runs of each, and what was printed.

    The schedules are then paused: an hourly run in the middle of a test would be one too many.
    """
    command = str(Path(sys.executable).parent / "prefect")
    done = platform.run(command, "--no-prompt", "deploy", "--all", LOCHAN_ROOT=str(ROOT))
    assert done.code == 0, done.output + done.errors
    prefect = Prefect(platform.values["PREFECT_API_URL"])
    planned = {name: prefect.wait_for_plan(name) for name in SCHEDULED}
    for name in SCHEDULED:
        prefect.pause(name)
    return planned, done.output + done.errors


@pytest.fixture(scope="module")
def deployed(bare_platform: Platform) -> Platform:
    """An environment whose flows are deployed to the stack's Prefect, shared by these tests."""
    platform = bare_platform.environment("deployed")
    orchestrate(platform, "apply")
    return platform


@pytest.fixture(scope="module")
def planned(deployed: Platform) -> dict[str, set[str]]:
    """When the deployments were to run by their schedules, which are paused now."""
    return deploy(deployed)[0]


@pytest.fixture(scope="module")
def prefect(deployed: Platform, planned: dict[str, set[str]]) -> Prefect:
    return Prefect(deployed.values["PREFECT_API_URL"])


def test_a_run_of_the_first_stage_pulls_the_others_behind_it(
    deployed: Platform, prefect: Prefect
) -> None:
    prefect.start(STAGES[0])
    for name in STAGES:
        run = prefect.wait_for_end(name)
        assert run["state_type"] == "COMPLETED", run["state"]
    assert deployed.query("SELECT COUNT(*) FROM twitter.tweets")[0][0] > 0
    assert [len(prefect.runs(name)) for name in STAGES] == [1, 1, 1]
    assert_assets_arrive(deployed, prefect)


def assert_assets_arrive(platform: Platform, prefect: Prefect) -> None:
    """Each stage's asset is made from the asset of the stage before it."""
    landing = f"s3://{platform.values['LANDING_BUCKET']}/x_api"
    processed = f"s3://{platform.values['PROCESSED_BUCKET']}/twitter"
    warehouse = f"redshift://{platform.values['REDSHIFT_DATABASE']}/twitter"
    x_api = platform.values["X_API_URL"]
    wanted = {
        f"{landing}/search_recent": f"{x_api}/2/search_recent",
        f"{processed}/tweets": f"{landing}/search_recent",
        f"{warehouse}/tweets": f"{processed}/tweets",
    }
    made_from = prefect.wait_for_assets(set(wanted))
    for asset, upstream in wanted.items():
        assert upstream in made_from[asset]
    tables = {asset for asset in made_from if asset.startswith(f"{warehouse}/")}
    assert len(tables) == 7


def test_the_server_plans_runs_when_the_schedules_say(planned: dict[str, set[str]]) -> None:
    for name, endings in SCHEDULED.items():
        width = len(max(endings))
        assert {time[-width:] for time in planned[name]} == endings


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


class Receiver(BaseHTTPRequestHandler):
    """Takes what the automation posts."""

    received: ClassVar[queue.Queue[dict[str, Any]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()
        assert self.headers["Content-Type"] == "application/json"
        self.received.put(json.loads(body))

    def log_message(self, format: str, *args: object) -> None:
        """Keep requests out of the test's output."""


@pytest.fixture(scope="module")
def webhook() -> Iterator[tuple[str, queue.Queue[dict[str, Any]]]]:
    """The URL of a listener on loopback, and what it is sent."""
    handler = type("Handler", (Receiver,), {"received": queue.Queue()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", handler.received
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def watched(
    deployed: Platform, webhook: tuple[str, queue.Queue[dict[str, Any]]]
) -> Iterator[queue.Queue[dict[str, Any]]]:
    """What the automations post, which watch for as short as Prefect can."""
    url, received = webhook
    assert "NOTIFY_WEBHOOK_URL is not set" in orchestrate(deployed, "apply").output
    values = {"NOTIFY_WEBHOOK_URL": url, "STUCK_RUN_MINUTES": "0.2"}
    made = orchestrate(deployed, "apply", **values).output
    assert "Made the automation 'lochan: a deployed flow failed'." in made
    assert "Made the automation 'lochan: clean_books is stale'." in made
    assert orchestrate(deployed, "apply", **values).output == ""
    yield received
    assert (
        "Removed the automation 'lochan: a run is stuck'" in orchestrate(deployed, "remove").output
    )


def test_a_failed_run_of_a_deployment_is_told_to_the_webhook(
    deployed: Platform, prefect: Prefect, watched: queue.Queue[dict[str, Any]]
) -> None:
    parameters = {"fail_on": "warning", "warehouse": {"disk_warning_percent": 0.001}}
    run_id = prefect.start("monitor_platform", {"parameters": parameters})
    message = watched.get(timeout=DEADLINE_SECONDS)
    assert message["flow_run_id"] == run_id
    assert (message["deployment"], message["flow"]) == ("monitor_platform", "monitor_platform")
    assert message["state"] == "Failed"
    assert "MB are used" in message["message"]
    ui = deployed.values["PREFECT_API_URL"].removesuffix("/api")
    assert message["url"] == f"{ui}/runs/flow-run/{run_id}"
    assert message["text"].startswith("monitor_platform: run ")
    assert message["text"].endswith(message["url"])
    assert watched.empty()


def test_a_run_that_does_not_end_is_cancelled(
    prefect: Prefect, watched: queue.Queue[dict[str, Any]]
) -> None:
    run_id = prefect.pretend_to_run("export_books")
    state = prefect.wait_for_state(run_id, {"CANCELLING", "CANCELLED"})
    assert state["type"] in {"CANCELLING", "CANCELLED"}
    assert watched.empty()


def test_data_that_is_not_made_any_more_is_told_to_the_webhook(
    prefect: Prefect, watched: queue.Queue[dict[str, Any]]
) -> None:
    prefect.shorten("lochan: clean_books is stale", seconds=10)
    message = watched.get(timeout=DEADLINE_SECONDS)
    assert message == {
        "automation": "lochan: clean_books is stale",
        "text": "clean_books: no run has completed for 25 hours, so its data is stale",
    }
