"""From the X API to Redshift on the real parts: every step runs, nothing stands in for it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Platform

pytestmark = pytest.mark.stack

KEYS = {
    "tweets": "tweet_id",
    "users": "user_id",
    "user_followers": "user_id, follower_id",
    "tweet_hashtags": "tweet_id, position",
    "tweet_mentions": "tweet_id, position",
    "tweet_urls": "tweet_id, position",
    "referenced_tweets": "tweet_id, position",
}
MIDNIGHT = datetime.combine(datetime.now(UTC).date(), time(), UTC)


def window(begin: timedelta) -> dict[str, str]:
    """A day that begins so long before today; search/recent goes back a week."""
    start = MIDNIGHT - begin
    return {
        "window_start": start.isoformat(),
        "window_end": (start + timedelta(days=1)).isoformat(),
    }


WINDOW = window(timedelta(days=3))
OVERLAPPING = window(timedelta(days=2, hours=12))


def counts(platform: Platform) -> dict[str, int]:
    return {t: platform.query(f"SELECT COUNT(*) FROM twitter.{t}")[0][0] for t in KEYS}


def rows(platform: Platform) -> dict[str, list[tuple[object, ...]]]:
    return {t: platform.query(f"SELECT * FROM twitter.{t} ORDER BY {KEYS[t]}") for t in KEYS}


def run(platform: Platform, window: dict[str, str]) -> None:
    done = platform.run_flow("tweets_to_redshift", {"collect": window})
    assert done.code == 0, done.output + done.errors


def assert_keys_are_unique(platform: Platform) -> None:
    for table, keys in KEYS.items():
        twice = platform.query(
            f"SELECT {keys} FROM twitter.{table} GROUP BY {keys} HAVING COUNT(*) > 1"
        )
        assert twice == [], table


def assert_ledger_adds_up(platform: Platform) -> None:
    wrong = platform.query(
        "SELECT load_id FROM etl.loads"
        " WHERE input_rows <> loaded_rows + rejected_rows + duplicate_rows"
    )
    assert wrong == []


def test_generated_tweets_arrive_once_however_often_the_flow_runs(platform: Platform) -> None:
    run(platform, WINDOW)
    first = rows(platform)
    assert all(first.values()), {table: len(found) for table, found in first.items()}
    assert_keys_are_unique(platform)
    assert_ledger_adds_up(platform)

    run(platform, WINDOW)
    assert rows(platform) == first

    run(platform, OVERLAPPING)
    after = counts(platform)
    assert all(after[table] >= len(found) for table, found in first.items())
    assert after["tweets"] > len(first["tweets"])
    assert_keys_are_unique(platform)
    assert_ledger_adds_up(platform)


def test_the_catalog_knows_what_was_landed_and_processed(platform: Platform) -> None:
    run(platform, WINDOW)
    name = platform.values["LOCHAN_ENVIRONMENT"]
    glue = platform.client("glue")
    landed = {
        t["Name"] for t in glue.get_tables(DatabaseName=f"lochan_{name}_landing")["TableList"]
    }
    assert {"x_api_search_recent", "x_api_users"} <= landed
    database = f"lochan_{name}_processed"
    processed = {t["Name"]: t for t in glue.get_tables(DatabaseName=database)["TableList"]}
    assert {f"twitter_{table}" for table in KEYS} <= set(processed)
    tweets = processed["twitter_tweets"]
    assert tweets["PartitionKeys"] == [{"Name": "event_date", "Type": "string"}]
    types = {c["Name"]: c["Type"] for c in tweets["StorageDescriptor"]["Columns"]}
    assert (types["tweet_id"], types["text"], types["created_at"]) == (
        "bigint",
        "string",
        "timestamp",
    )


def test_stages_run_one_by_one(platform: Platform) -> None:
    for name, parameters in (
        ("collect_tweets", WINDOW),
        ("process_tweets", {}),
        ("warehouse_tweets", {}),
    ):
        done = platform.run_flow(name, parameters)
        assert done.code == 0, done.output + done.errors
    assert counts(platform)["tweets"] > 0
