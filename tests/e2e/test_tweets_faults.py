"""The tweets flow is killed, interrupted and run twice at once; the tables are those of one run."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Finished, Platform

pytestmark = pytest.mark.stack

TABLES = {
    "tweets": "tweet_id",
    "users": "user_id",
    "user_followers": "user_id, follower_id",
    "tweet_hashtags": "tweet_id, position",
    "tweet_mentions": "tweet_id, position",
    "tweet_urls": "tweet_id, position",
    "referenced_tweets": "tweet_id, position",
}
END = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
# Two hours hold a few dozen tweets: enough to fill every table.
WINDOW = {
    "window_start": (END - timedelta(hours=2)).isoformat(),
    "window_end": END.isoformat(),
}
SIGKILLED, INTERRUPTED = -9, 130


def run(platform: Platform, **faults: str) -> Finished:
    return platform.run_flow("tweets_to_redshift", {"collect": WINDOW}, **faults)


def identities(platform: Platform) -> dict[str, list[tuple[object, ...]]]:
    """The keys of all rows: metrics and times differ from one collection to the next."""
    return {
        table: platform.query(f"SELECT {keys} FROM twitter.{table} ORDER BY {keys}")
        for table, keys in TABLES.items()
    }


def staged(platform: Platform) -> list[str]:
    listed = platform.client("s3").list_objects_v2(Bucket=platform.values["TEMP_BUCKET"])
    return [found["Key"] for found in listed.get("Contents", [])]


@pytest.fixture(scope="module")
def undisturbed(bare_platform: Platform) -> dict[str, list[tuple[object, ...]]]:
    """What one clean run makes."""
    platform = bare_platform.environment("undisturbed")
    done = run(platform)
    assert done.code == 0, done.errors
    found = identities(platform)
    assert all(found.values()), {table: len(rows) for table, rows in found.items()}
    return found


def test_killed_again_and_again_it_ends_as_one_clean_run(
    undisturbed: dict[str, list[tuple[object, ...]]], platform: Platform
) -> None:
    for effect in (
        "s3.PutObject:3",  # pages are landed, the marker is not
        "glue.GetJobRun:1",  # the Glue run goes on without its flow
        "redshift.COPY:2",
        "redshift.COMMIT:4",  # rows and ledger are written, and lost
    ):
        assert run(platform, FAULT_KILL_BEFORE=effect).code == SIGKILLED, effect
    done = run(platform)
    assert done.code == 0, done.errors
    assert identities(platform) == undisturbed
    assert staged(platform) == []


def test_an_interrupted_flow_stops_its_glue_run(platform: Platform) -> None:
    done = run(platform, FAULT_INTERRUPT_BEFORE="glue.GetJobRun:1")
    assert done.code == INTERRUPTED
    assert "run it again to go on" in done.errors
    job = f"lochan-{platform.values['LOCHAN_ENVIRONMENT']}-process-tweets"
    (glue_run,) = platform.client("glue").get_job_runs(JobName=job)["JobRuns"]
    assert glue_run["JobRunState"] in ("STOPPING", "STOPPED")
    assert platform.query("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'twitter'") == [(0,)]


def test_two_runs_at_once_load_everything_once(
    undisturbed: dict[str, list[tuple[object, ...]]], platform: Platform
) -> None:
    finished: list[Finished] = []
    both = [threading.Thread(target=lambda: finished.append(run(platform))) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert [done.code for done in finished] == [0, 0], [done.errors for done in finished]
    assert identities(platform) == undisturbed
    assert staged(platform) == []
