"""A synchronization is killed, interrupted and doubled: the tables are those of one run."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.academy import KEYS, Academy, make_academy

if TYPE_CHECKING:
    from tests.e2e.conftest import Finished, Platform

pytestmark = pytest.mark.stack

SIGKILLED, INTERRUPTED = -9, 130
DAYS = ("2026-11-19", "2026-11-20")
LOADED = {
    "users": {day: [(7, "seven")] for day in DAYS},
    "user_followers": {day: [(7, 8)] for day in DAYS},
    "tweets": {day: [(10, 7)] for day in DAYS},
}


def put_input(academy: Academy) -> None:
    """Two days of one row for each table."""
    for day in DAYS:
        academy.put_lines(f"users/dt={day}/a.json", [{"id": "7", "username": "seven"}])
        academy.put_lines(f"user_followers/dt={day}/a.json", [{"user_id": 7, "follower_id": 8}])
        tweet = {"id": "10", "author_id": "7", "text": "a", "created_at": "2026-11-19T12:00:00Z"}
        academy.put_lines(f"tweets/dt={day}/a.json.gz", [tweet])


def firsts(academy: Academy) -> dict[str, Any]:
    """The first two columns of every row, by table and day."""
    return {
        table: {day: [row[:2] for row in rows] for day, rows in academy.rows(table).items()}
        for table in KEYS
    }


def assert_loaded_once(academy: Academy) -> None:
    assert firsts(academy) == LOADED
    assert [key for key, *_ in academy.loads()] == sorted(
        f"{table}/dt={day}" for table in KEYS for day in DAYS
    )
    assert academy.keys("TEMP_BUCKET") == []
    published = academy.keys("PROCESSED_BUCKET", "academy/")
    # For each partition a marker, and the one object that it names.
    assert len(published) == 2 * len(KEYS) * len(DAYS), published


def test_killed_again_and_again_it_ends_as_one_clean_run(bare_platform: Platform) -> None:
    academy = make_academy(bare_platform, "killed")
    put_input(academy)
    for effect in (
        "glue.BatchCreatePartition:2",  # the catalog knows some partitions of the plan
        "glue.GetJobRun:1",  # the Glue run goes on without its flow
        "redshift.DELETE:2",
        "redshift.COMMIT:8",  # rows and ledger are written, and lost
    ):
        assert academy.run(FAULT_KILL_BEFORE=effect).code == SIGKILLED, effect
    done = academy.run()
    assert done.code == 0, done.errors
    assert_loaded_once(academy)


def test_an_interrupted_flow_stops_its_glue_run_and_another_does_the_rest(
    bare_platform: Platform,
) -> None:
    academy = make_academy(bare_platform, "interrupted")
    put_input(academy)
    done = academy.run(FAULT_INTERRUPT_BEFORE="glue.GetJobRun:1")
    assert done.code == INTERRUPTED
    assert "run it again to go on" in done.errors
    (glue_run,) = academy.glue_runs()
    assert glue_run["JobRunState"] in ("STOPPING", "STOPPED")
    assert academy.loads() == []
    finished: list[Finished] = []
    both = [threading.Thread(target=lambda: finished.append(academy.run())) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert [done.code for done in finished] == [0, 0], [done.errors for done in finished]
    assert_loaded_once(academy)
