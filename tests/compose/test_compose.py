"""The platform in containers: a deployment on the worker, the caller's own verbs, a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.compose.conftest import wait_for

if TYPE_CHECKING:
    from tests.compose.conftest import Containers

pytestmark = pytest.mark.timeout(1800)

# The X API's calendar stands still at noon of 20 November 2026 (X_API_NOW), and each day of its
# timeline holds 200 tweets (X_API_TWEETS); tweets that others of them quote come on top.
TWEETS_OF_A_DAY = 200


def window(day: int) -> dict[str, Any]:
    bounds = {
        "window_start": f"2026-11-{day}T00:00:00+00:00",
        "window_end": f"2026-11-{day + 1}T00:00:00+00:00",
    }
    return {"parameters": {"collect": bounds}}


def tweets_of(containers: Containers, day: int) -> int:
    bounds = f"created_at >= '2026-11-{day}' AND created_at < '2026-11-{day + 1}'"
    [(count,)] = containers.query(f"SELECT COUNT(*) FROM twitter.tweets WHERE {bounds}")
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
