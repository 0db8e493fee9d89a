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


@pytest.fixture(scope="module")
def loaded(bare_platform: Platform) -> Platform:
    """An environment into which the stages have brought one window, one by one."""
    platform = bare_platform.environment("loaded")
    for name, parameters in (
        ("collect_tweets", WINDOW),
        ("process_tweets", {}),
        ("warehouse_tweets", {}),
    ):
        done = platform.run_flow(name, parameters)
        assert done.code == 0, done.output + done.errors
    return platform


def test_every_table_has_rows_and_each_key_once(loaded: Platform) -> None:
    assert all(counts(loaded).values()), counts(loaded)
    assert_keys_are_unique(loaded)
    assert_ledger_adds_up(loaded)


def test_the_catalog_knows_what_was_landed_and_processed(loaded: Platform) -> None:
    glue = loaded.client("glue")
    landed = {t["Name"] for t in glue.get_tables(DatabaseName="lochan_loaded_landing")["TableList"]}
    assert {"x_api_search_recent", "x_api_users", "x_api_followers"} <= landed
    listed = glue.get_tables(DatabaseName="lochan_loaded_processed")["TableList"]
    processed = {table["Name"]: table for table in listed}
    assert {f"twitter_{table}" for table in KEYS} <= set(processed)
    tweets = processed["twitter_tweets"]
    assert tweets["PartitionKeys"] == [{"Name": "event_date", "Type": "string"}]
    types = {c["Name"]: c["Type"] for c in tweets["StorageDescriptor"]["Columns"]}
    assert (types["tweet_id"], types["text"], types["created_at"]) == (
        "bigint",
        "string",
        "timestamp",
    )


def test_running_again_changes_nothing(loaded: Platform) -> None:
    before = rows(loaded)
    run(loaded, WINDOW)
    assert rows(loaded) == before


def test_an_overlapping_window_updates_and_does_not_duplicate(loaded: Platform) -> None:
    before = rows(loaded)
    run(loaded, OVERLAPPING)
    after = rows(loaded)
    for table, found in before.items():
        assert len(after[table]) >= len(found)
    assert len(after["tweets"]) > len(before["tweets"])
    kept = {row[0] for row in before["tweets"]}
    changed = {row for row in after["tweets"] if row[0] in kept} - set(before["tweets"])
    assert changed, "tweets of both windows have newer metrics"
    assert_keys_are_unique(loaded)
    assert_ledger_adds_up(loaded)


def test_a_table_missing_in_redshift_is_named(loaded: Platform) -> None:
    loaded.query("DROP TABLE twitter.tweets")
    loaded.query("DELETE FROM etl.loads")
    done = loaded.run_flow("warehouse_tweets")
    assert done.code == 1
    assert "The load of twitter/tweets/" in done.errors
    assert "twitter.tweets" in done.errors
    ledger = "SELECT COUNT(*) FROM etl.loads WHERE partition_key LIKE 'tweets/%'"
    assert loaded.query(ledger) == [(0,)]
