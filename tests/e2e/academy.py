"""Environments of the academy, and what plain Python reads off raw lines.

The expectations share no code with the flow: they walk JSON and know nothing of schemas, Spark or
SQL. A row is what stands in the warehouse's table, column by column, without dt.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.e2e.conftest import Finished, Platform

Row = tuple[Any, ...]
KEYS = {"users": 1, "user_followers": 2, "tweets": 1}
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
COUNTS = (
    "like_count",
    "retweet_count",
    "reply_count",
    "quote_count",
    "bookmark_count",
    "impression_count",
)


class Unusable(Exception):
    """A line that no row can be made of."""


@dataclass(frozen=True)
class Academy:
    """An environment with a source bucket and catalog databases of its own."""

    platform: Platform
    parameters: Mapping[str, Any]

    @property
    def bucket(self) -> str:
        return str(self.parameters["bucket"])

    def run(self, parameters: Mapping[str, Any] | None = None, **faults: str) -> Finished:
        given = {**self.parameters, **(parameters or {})}
        return self.platform.run_flow("sync_missing_partitions", given, **faults)

    def put(self, key: str, body: bytes) -> None:
        self.platform.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body)

    def put_lines(self, key: str, lines: Iterable[Any]) -> None:
        """Put records, or raw text, as lines; gzipped where the key says so."""
        texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
        body = "".join(f"{text}\n" for text in texts).encode()
        self.put(key, gzip.compress(body) if key.endswith(".gz") else body)

    def delete(self, *keys: str) -> None:
        for key in keys:
            self.platform.client("s3").delete_object(Bucket=self.bucket, Key=key)

    def rows(self, table: str) -> dict[str, list[Row]]:
        """The rows of a table by day, in the order of their keys."""
        order = ", ".join(str(number + 2) for number in range(KEYS[table]))
        found: dict[str, list[Row]] = defaultdict(list)
        for day, *row in self.platform.query(f"SELECT * FROM academy.{table} ORDER BY dt, {order}"):
            found[day.isoformat()].append(tuple(row))
        return dict(found)

    def loads(self) -> list[tuple[Any, ...]]:
        return self.platform.query(
            "SELECT partition_key, load_id, input_rows, loaded_rows FROM etl.loads"
            " WHERE dataset = 'academy' ORDER BY partition_key, loaded_at"
        )

    def glue_runs(self) -> list[dict[str, Any]]:
        job = f"lochan-{self.platform.values['LOCHAN_ENVIRONMENT']}-sync-partitions"
        return list(self.platform.client("glue").get_job_runs(JobName=job)["JobRuns"])

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        listed = self.platform.client("s3").list_objects_v2(
            Bucket=self.platform.values[bucket], Prefix=prefix
        )
        return [found["Key"] for found in listed.get("Contents", [])]


def make_academy(bare: Platform, name: str) -> Academy:
    """Provision an environment whose source bucket and catalog databases are its own."""
    values = {**bare.values, "ACADEMY_BUCKET": f"academy-{name}"}
    platform = replace(bare, values=values).environment(name)
    names = {"raw_database": f"raw-{name}", "processed_database": f"processed-{name}"}
    for database in names.values():
        platform.client("glue").create_database(DatabaseInput={"Name": database})
    return Academy(platform, {"bucket": f"academy-{name}", **names})


def read_lines(body: bytes, key: str) -> list[str]:
    """Lines end at line feeds: tweets hold other characters that Python takes for line ends."""
    text = (gzip.decompress(body) if key.endswith(".gz") else body).decode(errors="replace")
    return [line for line in text.split("\n") if line.strip()]


def expect(table: str, day: str, lines: Iterable[str]) -> tuple[list[Row], int]:
    """Return the rows of a partition in the order of their keys, and how many lines have none."""
    make: Callable[[dict[str, Any], datetime], Row] = {
        "users": make_user,
        "user_followers": make_follower,
        "tweets": make_tweet,
    }[table]
    versions: dict[Row, list[Row]] = defaultdict(list)
    rejected = 0
    for line in lines:
        try:
            row = make_row(make, line, day)
        except Unusable:
            rejected += 1
        else:
            versions[row[: KEYS[table]]].append(row)
    return [max(versions[key], key=rank) for key in sorted(versions)], rejected


def make_row(make: Callable[[dict[str, Any], datetime], Row], line: str, day: str) -> Row:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise Unusable from error
    if not isinstance(record, dict):
        raise Unusable
    told = record.get("retrieved_at") or record.get("__twarc", {}).get("retrieved_at")
    return make(record, moment(told) if told else datetime.fromisoformat(day))


def rank(row: Row) -> list[Any]:
    """The newest is the greatest by retrieved_at, which is last, then by column; null is least."""
    return [(value is not None, value) for value in (row[-1], *row)]


def make_user(record: dict[str, Any], retrieved: datetime) -> Row:
    if record.get("id_str"):
        counts = ["followers_count", "friends_count", "statuses_count", "listed_count"]
        return (
            identifier(record["id_str"]),
            needed(clean(record.get("screen_name"))),
            *(clean(record.get(name)) for name in ("name", "description", "location", "url")),
            clean(record.get("profile_image_url_https")),
            moment(record.get("created_at")),
            record.get("protected"),
            record.get("verified"),
            None,
            None,
            *(record.get(name) for name in counts),
            retrieved,
        )
    metrics = record.get("public_metrics", {})
    counts = ["followers_count", "following_count", "tweet_count", "listed_count"]
    return (
        identifier(record.get("id")),
        needed(clean(record.get("username"))),
        *(clean(record.get(name)) for name in ("name", "description", "location", "url")),
        clean(record.get("profile_image_url")),
        moment(record.get("created_at")),
        record.get("protected"),
        record.get("verified"),
        clean(record.get("verified_type")),
        optional(record.get("pinned_tweet_id")),
        *(metrics.get(name) for name in counts),
        retrieved,
    )


def make_follower(record: dict[str, Any], retrieved: datetime) -> Row:
    return identifier(record.get("user_id")), identifier(record.get("follower_id")), retrieved


def make_tweet(record: dict[str, Any], retrieved: datetime) -> Row:
    row = make_old_tweet(record) if record.get("id_str") else make_new_tweet(record)
    created: datetime = needed(row[4])
    if not datetime(2006, 3, 21) <= created <= retrieved + timedelta(hours=36):
        raise Unusable
    return (*row, retrieved)


def make_old_tweet(record: dict[str, Any]) -> Row:
    point = (record.get("coordinates") or {}).get("coordinates") or [None, None]
    link = re.fullmatch("<a [^>]*>(.*)</a>", record.get("source") or "")
    number = identifier(record["id_str"])
    return (
        number,
        identifier((record.get("user") or {}).get("id_str")),
        needed(clean(record.get("full_text", record.get("text")))),
        record.get("lang"),
        moment(record.get("created_at")),
        None,
        optional(record.get("in_reply_to_user_id_str")),
        number,
        link[1] if link else record.get("source"),
        None,
        record.get("possibly_sensitive"),
        (record.get("place") or {}).get("id"),
        *point,
        record.get("favorite_count"),
        record.get("retweet_count"),
        record.get("reply_count"),
        record.get("quote_count"),
        None,
        None,
    )


def make_new_tweet(record: dict[str, Any]) -> Row:
    geo = record.get("geo") or {}
    point = (geo.get("coordinates") or {}).get("coordinates") or [None, None]
    metrics = record.get("public_metrics") or {}
    number = identifier(record.get("id"))
    return (
        number,
        identifier(record.get("author_id")),
        needed(clean(record.get("text"))),
        record.get("lang"),
        moment(record.get("created_at")),
        optional(record.get("conversation_id")),
        optional(record.get("in_reply_to_user_id")),
        int((record.get("edit_history_tweet_ids") or [number])[0]),
        clean(record.get("source")),
        record.get("reply_settings"),
        record.get("possibly_sensitive"),
        geo.get("place_id"),
        *point,
        *(metrics.get(name) for name in COUNTS),
    )


def needed(value: Any) -> Any:
    if value is None:
        raise Unusable
    return value


def identifier(value: Any) -> int:
    if not re.fullmatch("[0-9]{1,19}", str(needed(value))):
        raise Unusable
    return int(value)


def optional(value: Any) -> int | None:
    return None if value is None else identifier(value)


def clean(text: str | None) -> str | None:
    """Without control characters but tab, line feed and carriage return."""
    return text and re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "", text)


def moment(text: str | None) -> datetime | None:
    """Read both ways in which X writes a moment, in UTC and without a zone, as Redshift has it."""
    if text is None:
        return None
    old = re.fullmatch(r"\w{3} (\w{3}) (\d\d) ([\d:]{8}) \+0000 (\d{4})", text)
    written = f"{old[4]}-{MONTHS.index(old[1]) + 1:02d}-{old[2]}T{old[3]}Z" if old else text
    try:
        return datetime.fromisoformat(written).astimezone(UTC).replace(tzinfo=None)
    except ValueError as error:
        raise Unusable from error
