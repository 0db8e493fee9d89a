"""The whole kill sweep: each flow is killed before each of its effects, and run again.

`make test-faults` runs it, CI does not: it takes a run of the flow and more for every effect.
FAULT_STEP=5 takes every fifth effect, FAULT_FLOWS=name,name some flows alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.conftest import bare_platform  # noqa: F401  (the stack of the end-to-end tests)
from tests.e2e.event_hours import hours_of, hours_of_delta, list_keys

if TYPE_CHECKING:
    from tests.e2e.conftest import Finished, Platform

pytestmark = [pytest.mark.stack, pytest.mark.timeout(0)]

SIGKILLED = -9
STEP = int(os.environ.get("FAULT_STEP", "1"))
# Of environments: what one of the name left in S3 would be found by the next.
NUMBERS = count()


@dataclass(frozen=True)
class Swept:
    """A flow, and what is the same after any kill and another run.

    That are the answers of queries and what `read` finds. `flow` is the key in FLOWS where that
    is no flow's name.
    """

    queries: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    read: Callable[[Platform], Any] | None = None
    flow: str | None = None


def read_hours(platform: Platform) -> Any:
    """The rows by event hour, and how many objects there are: no generation is left behind."""
    return hours_of(platform, "anpr_readings"), len(list_keys(platform, "anpr/readings/"))


def read_delta_hours(platform: Platform) -> Any:
    """The rows by event hour of the Delta table, whose log forgets what is left behind."""
    return hours_of_delta(platform, "anpr/readings/")


FLOWS = {
    "tweets_to_redshift": Swept(
        (
            "SELECT tweet_id FROM twitter.tweets ORDER BY 1",
            "SELECT user_id FROM twitter.users ORDER BY 1",
            "SELECT user_id, follower_id FROM twitter.user_followers ORDER BY 1, 2",
            "SELECT tweet_id, position, hashtag FROM twitter.tweet_hashtags ORDER BY 1, 2",
            "SELECT tweet_id, position, username FROM twitter.tweet_mentions ORDER BY 1, 2",
            "SELECT tweet_id, position, url FROM twitter.tweet_urls ORDER BY 1, 2",
            "SELECT tweet_id, position, reference_type FROM twitter.referenced_tweets"
            " ORDER BY 1, 2",
        )
    ),
    "sync_missing_partitions": Swept(
        (
            "SELECT * FROM academy.users ORDER BY dt, user_id",
            "SELECT * FROM academy.user_followers ORDER BY dt, user_id, follower_id",
            "SELECT * FROM academy.tweets ORDER BY dt, tweet_id",
            "SELECT partition_key, input_rows FROM etl.loads ORDER BY 1",
        )
    ),
    "books_to_redshift": Swept(
        (
            "SELECT city, state, country FROM books.dim_location ORDER BY location_id",
            "SELECT user_id, age, is_inferred, is_current, city FROM books.dim_users"
            " JOIN books.dim_location USING (location_key) ORDER BY 1, 4",
            "SELECT isbn, title, author, publication_year, publisher, is_inferred"
            " FROM books.dim_books ORDER BY 1",
            "SELECT user_id, isbn, rating FROM books.fact_ratings"
            " JOIN books.dim_books USING (book_key) ORDER BY 1, 2",
            "SELECT partition_key, input_rows, loaded_rows, rejected_rows FROM etl.loads"
            " WHERE partition_key LIKE 'files/%' ORDER BY 1",
            'SELECT file, "position", reason, record FROM etl.rejects ORDER BY 1, 2',
        )
    ),
    "repartition_by_event_time": Swept(read=read_hours),
    "repartition_by_event_time_delta": Swept(
        parameters={"table_format": "delta"},
        read=read_delta_hours,
        flow="repartition_by_event_time",
    ),
    "catalog_to_redshift": Swept(
        (
            "SELECT session_id, day, updated_at, hours, fare FROM lake.parking_sessions ORDER BY 1",
            'SELECT reason, record, "position" FROM etl.rejects ORDER BY 2',
            # Not the partition_key: it holds the bucket, which each environment has of its own.
            "SELECT input_rows, loaded_rows, rejected_rows, duplicate_rows FROM etl.loads"
            " WHERE dataset = 'lake' ORDER BY 1, 2, 3",
            "SELECT COUNT(*) FROM pg_catalog.pg_tables WHERE schemaname = 'etl'",
        )
    ),
}
NAMES = os.environ.get("FAULT_FLOWS", ",".join(FLOWS)).split(",")
CHOSEN = [name for name in FLOWS if name in NAMES or FLOWS[name].flow in NAMES]
if not CHOSEN:
    raise ValueError(f"FAULT_FLOWS names none of {', '.join(FLOWS)}.")


def run(platform: Platform, name: str, **faults: str) -> Finished:
    return platform.run_flow(FLOWS[name].flow or name, FLOWS[name].parameters, **faults)


def outcome(platform: Platform, name: str) -> list[Any]:
    swept = FLOWS[name]
    found: list[Any] = [platform.query(query) for query in swept.queries]
    return [*found, swept.read(platform)] if swept.read else found


def staged(platform: Platform) -> list[str]:
    s3 = platform.client("s3")
    listed = s3.list_objects_v2(Bucket=platform.values["TEMP_BUCKET"])
    uploads = s3.list_multipart_uploads(Bucket=platform.values["LANDING_BUCKET"])
    return [
        *(found["Key"] for found in listed.get("Contents", [])),
        *(found["Key"] for found in uploads.get("Uploads", [])),
    ]


@pytest.fixture
def fresh(bare_platform: Platform) -> Callable[[str], Platform]:  # noqa: F811
    def make(name: str) -> Platform:
        platform = bare_platform.environment(f"s{next(NUMBERS)}")
        platform.sample(FLOWS[name].flow or name)
        return platform

    return make


@pytest.mark.parametrize("flow", CHOSEN)
def test_killed_before_any_effect_and_run_again(
    flow: str, fresh: Callable[[str], Platform], tmp_path: Path
) -> None:
    record = tmp_path / "effects"
    clean = fresh(flow)
    done = run(clean, flow, FAULT_RECORD_EFFECTS=str(record))
    assert done.code == 0, done.errors
    expected = outcome(clean, flow)
    assert all(expected)
    effects = record.read_text().splitlines()
    for number in range(1, len(effects) + 1, STEP):
        where = f"{flow} killed before effect {number} of {len(effects)}, {effects[number - 1]}"
        print(where, flush=True)
        platform = fresh(flow)
        assert run(platform, flow, FAULT_KILL_BEFORE=f"any:{number}").code == SIGKILLED, where
        again = run(platform, flow)
        assert again.code == 0, (where, again.errors)
        assert outcome(platform, flow) == expected, where
        assert staged(platform) == [], where
