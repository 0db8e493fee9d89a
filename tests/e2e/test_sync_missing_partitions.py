"""sync_missing_partitions on the real parts: generated and real input, changes, and bad input."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.academy import Academy, expect, make_academy, read_lines

if TYPE_CHECKING:
    from tests.e2e.conftest import Finished, Platform

pytestmark = pytest.mark.stack

TABLES = ("users", "user_followers", "tweets")
TWEET = {
    "id": "10",
    "author_id": "7",
    "text": "a",
    "created_at": "2026-11-20T12:00:00.000Z",
    "public_metrics": {"like_count": 3},
}


def succeed(academy: Academy, **parameters: Any) -> Finished:
    done = academy.run(parameters)
    assert done.code == 0, done.output + done.errors
    return done


def assert_failed(done: Finished, *words: str) -> None:
    assert done.code == 1, done.output + done.errors
    assert "Traceback" not in done.errors + done.output
    sentence = done.errors[done.errors.index("sync_missing_partitions failed: ") :]
    for word in words:
        assert word in sentence, done.errors


def raw_lines(academy: Academy, table: str) -> dict[str, list[str]]:
    """What lies in the partitions of a table, line by line."""
    s3 = academy.platform.client("s3")
    found: dict[str, list[str]] = defaultdict(list)
    for item in s3.list_objects_v2(Bucket=academy.bucket, Prefix=f"{table}/dt=")["Contents"]:
        day, name = item["Key"].split("/")[1:]
        if name and not name.startswith("_"):
            body = s3.get_object(Bucket=academy.bucket, Key=item["Key"])["Body"].read()
            found[day.removeprefix("dt=")] += read_lines(body, name)
    return found


def assert_loaded_exactly(academy: Academy, *tables: str) -> int:
    """Compare whole tables with what plain Python makes of the lines; return the lines rejected."""
    rejected = 0
    for table in tables:
        expected = {}
        for day, lines in raw_lines(academy, table).items():
            rows, unusable = expect(table, day, lines)
            rejected += unusable
            if rows:
                expected[day] = rows
        assert academy.rows(table) == expected, table
    return rejected


@pytest.fixture(scope="module")
def loaded(bare_platform: Platform) -> Academy:
    """An environment into which the generated input was synchronized."""
    academy = make_academy(bare_platform, "sync")
    academy.platform.sample("sync_missing_partitions")
    plan = succeed(academy, dry_run=True)
    assert "users: 6 in S3, 0 in Redshift, 6 missing (2026-11-14 … 2026-11-19)" in plan.errors
    assert "tweets: passed over, no partition: backfill/" in plan.errors
    assert (academy.loads(), academy.glue_runs(), academy.keys("PROCESSED_BUCKET")) == ([], [], [])
    succeed(academy)
    return academy


def test_the_generated_input_arrives_row_by_row(loaded: Academy) -> None:
    # Each day a user without a name, a follower without a number, two broken tweets.
    assert assert_loaded_exactly(loaded, *TABLES) == 6 * (1 + 1 + 2)
    assert [len(rows) for rows in loaded.rows("users").values()] == [80] * 6
    assert [len(rows) for rows in loaded.rows("tweets").values()] == [150] * 6
    assert loaded.keys("TEMP_BUCKET") == []


def test_rejected_lines_lie_in_quarantine_with_file_and_reason(loaded: Academy) -> None:
    s3, bucket = loaded.platform.client("s3"), loaded.platform.values["PROCESSED_BUCKET"]
    rejects = [
        json.loads(line)
        for key in loaded.keys("PROCESSED_BUCKET", "quarantine/academy/")
        for line in s3.get_object(Bucket=bucket, Key=key)["Body"].read().splitlines()
    ]
    assert len(rejects) == 24
    reasons = {(one["table_name"], one["reason"]) for one in rejects}
    assert ("users", "username is missing") in reasons
    assert ("user_followers", "follower_id is not a number: nobody") in reasons
    assert ("tweets", "created_at does not parse as a timestamp: yesterday") in reasons
    cut = next(one for one in rejects if "cut off" in one["reason"])
    assert cut["record"] == '{"id": "18446744073709551615", "text": "cut of'
    assert cut["file"].startswith(f"s3://{loaded.bucket}/tweets/dt=2026-11-1")
    assert cut["file"].endswith("/part-1.json")
    assert all(one["record"] == line_of(loaded, one) for one in rejects)


def line_of(academy: Academy, reject: dict[str, str]) -> str:
    """The line of the file that a reject names by its position."""
    key = reject["file"].removeprefix(f"s3://{academy.bucket}/")
    body = academy.platform.client("s3").get_object(Bucket=academy.bucket, Key=key)["Body"].read()
    text = gzip.decompress(body) if key.endswith(".gz") else body
    return text.decode().split("\n")[int(reject["position"]) - 1]


def test_the_catalog_knows_raw_and_processed_partitions(loaded: Academy) -> None:
    glue = loaded.platform.client("glue")
    for parameter in ("raw_database", "processed_database"):
        database = loaded.parameters[parameter]
        for table in TABLES:
            found = glue.get_partitions(DatabaseName=database, TableName=table)["Partitions"]
            assert sorted(one["Values"] for one in found) == [
                [f"2026-11-{day}"] for day in range(14, 20)
            ]
    table = glue.get_table(DatabaseName=database, Name="tweets")["Table"]
    types = {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}
    assert (types["tweet_id"], types["created_at"], types["longitude"]) == (
        "bigint",
        "timestamp",
        "double",
    )


def test_running_again_does_nothing(loaded: Academy) -> None:
    before = {table: loaded.rows(table) for table in TABLES}, loaded.loads()
    runs = loaded.glue_runs()
    done = succeed(loaded)
    assert "tweets: 6 in S3, 6 in Redshift, nothing to do" in done.errors
    assert ({table: loaded.rows(table) for table in TABLES}, loaded.loads()) == before
    assert loaded.glue_runs() == runs


def test_a_changed_partition_is_replaced_and_the_others_are_left(loaded: Academy) -> None:
    """Rows that a changed partition no longer holds are gone; a partition gone from S3 stays."""
    before = {table: loaded.rows(table) for table in TABLES}
    loaded.put_lines(
        "users/dt=2026-11-18/part-0.json.gz", [{"id": "5", "username": "only_this_and_part_1"}]
    )
    loaded.delete("user_followers/dt=2026-11-14/part-0.json.gz")
    done = succeed(loaded)
    assert "users: 6 in S3, 6 in Redshift, 1 changed (2026-11-18)" in done.errors
    assert "user_followers: gone from S3 and kept in Redshift: 2026-11-14" in done.errors
    after = {table: loaded.rows(table) for table in TABLES}
    changed = after["users"].pop("2026-11-18")
    expected, _ = expect("users", "2026-11-18", raw_lines(loaded, "users")["2026-11-18"])
    # The new user, and the forty that part-1 tells of.
    assert (len(changed), changed) == (41, expected)
    del before["users"]["2026-11-18"]
    assert after == before
    keys = [key for key, *_ in loaded.loads()]
    assert keys.count("users/dt=2026-11-18") == 2
    assert len(keys) == 3 * 6 + 1
    written = loaded.keys("PROCESSED_BUCKET", "academy/users/dt=2026-11-18/")
    assert len(written) == 2, written  # the marker, and nothing of what was there before


def test_an_old_change_is_found_when_it_is_asked_for(loaded: Academy) -> None:
    loaded.put_lines("tweets/dt=2026-11-14/part-2.json", [{**TWEET, "id": "77"}])
    newest = succeed(loaded, recheck_partitions=2, tables=["tweets"], dry_run=True)
    assert "tweets: 6 in S3, 6 in Redshift, nothing to do" in newest.errors
    done = succeed(loaded, recheck_partitions=None, tables=["tweets"], dry_run=True)
    assert "1 changed (2026-11-14)" in done.errors
    loaded.delete("tweets/dt=2026-11-14/part-2.json")


def test_a_broken_rule_publishes_nothing_and_shows_the_row(loaded: Academy) -> None:
    before = loaded.loads(), loaded.keys("PROCESSED_BUCKET", "academy/users/dt=2026-11-20/")
    loaded.put_lines("users/dt=2026-11-20/a.json", [{"id": "9", "username": "nine"}])
    # As editors on Windows write it, and a folder deeper.
    loaded.put(
        "users/dt=2026-11-20/deep/b.json", b'\xef\xbb\xbf{"id": "11", "username": "bom"}\r\n\r\n'
    )
    loaded.put_lines(
        "tweets/dt=2026-11-20/a.json", [{**TWEET, "public_metrics": {"like_count": -1}}]
    )
    done = loaded.run()
    assert_failed(done, "tweets breaks 1 of its rules", "like_count", '"tweet_id":10')
    after = loaded.loads(), loaded.keys("PROCESSED_BUCKET", "academy/users/dt=2026-11-20/")
    assert after == before
    loaded.put_lines("tweets/dt=2026-11-20/a.json", [TWEET])
    # Folders without objects, and what no calendar has, are no partitions.
    loaded.put("users/dt=2026-11-21/", b"")
    loaded.put_lines("users/dt=2026-02-30/a.json", [{"id": "9", "username": "nine"}])
    loaded.put("users/readme.txt", b"loose")
    # A partition of rejects alone is a partition all the same.
    loaded.put_lines("user_followers/dt=2026-11-20/a.json", [{"user_id": "1"}])
    done = succeed(loaded)
    assert "users: passed over, no objects in 2026-11-21" in done.errors
    assert "users: passed over, no partition: dt=2026-02-30/, readme.txt" in done.errors
    assert [row[:2] for row in loaded.rows("users")["2026-11-20"]] == [(9, "nine"), (11, "bom")]
    assert [row[0] for row in loaded.rows("tweets")["2026-11-20"]] == [10]
    assert "2026-11-20" not in loaded.rows("user_followers")
    assert ("user_followers/dt=2026-11-20", 0, 0) in [(k, i, n) for k, _, i, n in loaded.loads()]


def test_what_cannot_be_synchronized_is_told_in_a_sentence(loaded: Academy) -> None:
    before = loaded.loads()
    done = loaded.run({"bucket": "no-such-bucket-of-ours"})
    assert_failed(done, "The bucket no-such-bucket-of-ours does not exist", "`bucket`")
    done = loaded.run({"tweets": "chirps"})
    assert_failed(done, f"s3://{loaded.bucket}/chirps/ holds nothing", "tweets")
    loaded.put("tweets/dt=2026-11-22/cut.json.gz", gzip.compress(json.dumps(TWEET).encode())[:40])
    done = loaded.run({"raw_database": "no-such-database"})
    assert_failed(done, "The catalog has no database no-such-database", "`raw_database`")
    other = loaded.parameters["processed_database"]
    done = loaded.run({"raw_database": other, "processed_database": "default"})
    assert_failed(done, "The catalog has no database default", "`processed_database`")
    done = loaded.run()
    assert_failed(done, "tweets/dt=2026-11-22/cut.json.gz cannot be read", "cut off")
    loaded.put("tweets/dt=2026-11-22/cut.json.gz", gzip.compress(b"no JSON\n" * 3))
    done = loaded.run({"reject_limit": 2})
    assert_failed(done, "3 lines are unusable (3 of tweets), the limit is 2", "quarantine/academy/")
    loaded.delete("tweets/dt=2026-11-22/cut.json.gz")
    assert loaded.loads() == before


def recorded_pages(folder: Path) -> Iterator[dict[str, Any]]:
    """Recorded pages of version 2 whose `data` are tweets or users."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in read_lines(path.read_bytes(), path.name):
            try:
                page = json.loads(line)
            except ValueError:
                continue
            if isinstance(page.get("data"), list) and "/2/" in page.get("__twarc", {}).get(
                "url", ""
            ):
                yield page


def put_real_tweets(academy: Academy, data: Path) -> None:
    """Version 1.1 by themselves, version 2 by the day of retrieval, one day of both."""
    statuses = json.loads((data / "tweets_v11/twitter.json").read_text())["statuses"]
    timeline = json.loads((data / "tweets_v11/twitter_timeline.json").read_text())
    academy.put_lines("tweets/dt=2014-08-31/twitter.json.gz", statuses)
    academy.put_lines("users/dt=2014-08-31/twitter.json", [status["user"] for status in statuses])
    flat = (data / "tweets_v2_twarc/flat.jsonl").read_bytes()
    academy.put("tweets/dt=2021-04-08/flat.json", flat)
    academy.put_lines("tweets/dt=2021-04-08/timeline.json", timeline)
    broken = (data / "tweets_v2_twarc/streaming_output_with_error.jsonl").read_bytes()
    academy.put("tweets/dt=2021-12-31/stream.json", broken)
    objects: dict[str, list[Any]] = defaultdict(list)
    for page in recorded_pages(data / "tweets_v2_twarc"):
        origin = {"__twarc": page["__twarc"]}
        day = page["__twarc"]["retrieved_at"][:10]
        for one in page["data"]:
            kind = "tweets" if "text" in one else "users"
            objects[f"{kind}/dt={day}"].append(one | origin)
        for user in page.get("includes", {}).get("users", []):
            objects[f"users/dt={day}"].append(user | origin)
    for folder, records in objects.items():
        academy.put_lines(f"{folder}/pages.json.gz", records)
    # These sets hold no followers: who wrote a retweet stands for who follows its author.
    edges = [
        {"user_id": one["retweeted_status"]["user"]["id"], "follower_id": one["user"]["id_str"]}
        for one in statuses
        if "retweeted_status" in one
    ]
    academy.put_lines("user_followers/dt=2014-08-31/edges.json", edges)


def test_real_tweets_of_both_versions_arrive_row_by_row(
    bare_platform: Platform, real_data: Path
) -> None:
    academy = make_academy(bare_platform, "real")
    put_real_tweets(academy, real_data)
    succeed(academy)
    rejected = assert_loaded_exactly(academy, *TABLES)
    tweets, users = academy.rows("tweets"), academy.rows("users")
    # jq '.statuses | length, (map(.user.id) | unique | length)' twitter.json
    assert (len(tweets["2014-08-31"]), len(users["2014-08-31"])) == (100, 100)
    # Whole pages are no tweets, and one line of the stream is no JSON.
    assert rejected >= 8
    assert "2021-12-31" not in tweets
