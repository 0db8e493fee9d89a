"""The platform in containers: a deployment on the worker, a crash, the caller's verbs, Redis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.compose.conftest import deployment_id, runs_of, wait_for

if TYPE_CHECKING:
    from tests.compose.conftest import Containers

pytestmark = pytest.mark.timeout(1800)

# The X API's calendar stands still at noon of 20 November 2026 (X_API_NOW), and each day of its
# timeline holds 200 tweets (X_API_TWEETS); tweets that others of them quote come on top.
TWEETS_OF_A_DAY = 200
# The command lines of a container's processes, without the tools that its image lacks.
PROCESSES = "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"


def bounds(day: int) -> dict[str, str]:
    return {
        "window_start": f"2026-11-{day}T00:00:00+00:00",
        "window_end": f"2026-11-{day + 1}T00:00:00+00:00",
    }


def window(day: int) -> dict[str, Any]:
    return {"parameters": {"collect": bounds(day)}}


def tweets_of(containers: Containers, day: int) -> int:
    of_day = f"created_at >= '2026-11-{day}' AND created_at < '2026-11-{day + 1}'"
    [(count,)] = containers.query(f"SELECT COUNT(*) FROM twitter.tweets WHERE {of_day}")
    return int(count)


def assert_ledger_adds_up(containers: Containers) -> None:
    [(loads, wrong)] = containers.query(
        "SELECT COUNT(*), SUM(CASE WHEN input_rows <> loaded_rows + rejected_rows + duplicate_rows"
        " THEN 1 ELSE 0 END) FROM etl.loads"
    )
    assert loads > 0
    assert wrong == 0


def test_a_deployment_runs_on_the_worker_and_fills_the_tables(containers: Containers) -> None:
    ended = containers.run_deployment("tweets_to_redshift", window(18))
    assert ended["state"]["type"] == "COMPLETED", ended["state"]["message"]
    assert f"Flow run '{ended['name']}' - Finished" in containers.run("logs", "worker")
    assert tweets_of(containers, 18) >= TWEETS_OF_A_DAY
    assert_ledger_adds_up(containers)


def test_what_crashed_comes_back_with_its_rows_and_works(containers: Containers) -> None:
    loaded = tweets_of(containers, 18)
    crash = "import psutil; [p.kill() for p in psutil.process_iter() if p.pid != 1]"
    containers.run("exec", "-T", "redshift", "python", "-c", crash, check=False)
    wait_for(lambda: tweets_of(containers, 18), lambda count: count == loaded)
    ended = containers.run_deployment("tweets_to_redshift", window(19))
    assert ended["state"]["type"] == "COMPLETED", ended["state"]["message"]
    assert tweets_of(containers, 19) >= TWEETS_OF_A_DAY
    assert_ledger_adds_up(containers)


def test_the_callers_verbs_work_with_it(containers: Containers) -> None:
    containers.call("make", "-s", "status")
    print(containers.call("make", "-s", "run", "FLOW=books_to_redshift"))
    [(ratings,)] = containers.query("SELECT COUNT(*) FROM books.fact_ratings")
    assert ratings > 0


def test_containers_listen_to_this_machine_only(containers: Containers) -> None:
    published = containers.run("ps")
    assert "127.0.0.1:" in published
    assert "0.0.0.0:" not in published


def test_a_chain_runs_by_triggers_while_prefect_answers_its_api_only(in_parts: Containers) -> None:
    assert "--no-services" in in_parts.run("exec", "-T", "prefect", "sh", "-c", PROCESSES)
    collected = in_parts.run_deployment("collect_tweets", {"parameters": bounds(17)})
    for run in (collected, *map(in_parts.triggered_run, ("process_tweets", "warehouse_tweets"))):
        assert run["state"]["type"] == "COMPLETED", run["state"]["message"]
    assert tweets_of(in_parts, 17) >= TWEETS_OF_A_DAY
    assert_ledger_adds_up(in_parts)
    ask = ("redis-cli", "-s", "/lochan/sockets/redis", "xinfo", "groups", "events")
    readers = in_parts.run("exec", "-T", "redis", *ask)
    assert {"event-persister", "reactive-triggers"} <= set(readers.split())


def test_schedules_are_planned_by_the_services_apart(in_parts: Containers) -> None:
    with in_parts.prefect() as prefect:
        path = f"/deployments/{deployment_id(prefect, 'collect_tweets')}"
        prefect.post(f"{path}/pause_deployment").raise_for_status()
        assert runs_of(prefect, "collect_tweets", scheduled=True) == []
        prefect.post(f"{path}/resume_deployment").raise_for_status()
        planned = wait_for(lambda: runs_of(prefect, "collect_tweets", scheduled=True), bool)
    # prefect.yaml: cron "15 0 * * *", UTC
    assert {run["expected_start_time"][11:16] for run in planned} == {"00:15"}
