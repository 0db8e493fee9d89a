"""Which arrival hours are pending: what lies in the landing zone against what is recorded as done.

Firehose lands in `<stream>/year=YYYY/month=MM/day=DD/hour=HH/`, by arrival in UTC, so keys sort by
arrival. The job leaves a record of each hour that it has done, named after the hour and the hash of
its objects' keys and ETags: an hour is pending when there is no record of just these objects.

Neither side is listed from its beginning. The frontier is an hour up to which everything has been
settled long enough; listings start behind it, so that one more hour costs the same however many
are done. Firehose tries to deliver for 24 hours: what comes to an hour behind the frontier later
than that is found by asking for the hour.
https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

STATE_PREFIX = "runs/repartition_by_event_time"
HOUR_FORMAT = "%Y-%m-%d-%H"
HOUR = timedelta(hours=1)
_FOLDER = re.compile(r"^year=(\d{4})/month=(\d{2})/day=(\d{2})/hour=(\d{2})/[^/]+$")


class ArrivalsUnreadable(Exception):
    """What lies under a stream is not laid out as Firehose lays it; names the object."""


@dataclass(frozen=True, order=True)
class LandedObject:
    """An object as it is listed; etag without quotes."""

    key: str
    etag: str
    bytes: int


@dataclass(frozen=True)
class PendingHour:
    """An hour to process: all of its objects, and the keys that no run has read yet."""

    hour: str
    objects: tuple[LandedObject, ...]
    new_keys: frozenset[str]

    @property
    def digest(self) -> str:
        """The hash of the objects: the same objects are the same hour."""
        return hash_objects(self.objects)


@dataclass(frozen=True)
class State:
    """Where the records of one table, as it is fed by one stream, lie in the processed bucket."""

    bucket: str
    prefix: str

    @property
    def frontier_key(self) -> str:
        """The key of the frontier."""
        return f"{self.prefix}frontier.json"

    def record_prefix(self, hour: str = "") -> str:
        """The prefix of the records of an hour, or of all."""
        return f"{self.prefix}hours/{hour}/" if hour else f"{self.prefix}hours/"

    def record_key(self, hour: PendingHour) -> str:
        """The key of the record that says that an hour's objects are done."""
        return f"{self.record_prefix(hour.hour)}{hour.digest}.json"


@dataclass(frozen=True)
class Asked:
    """Which hours are asked for: from, included, to, excluded; None is where nothing is said.

    `closed_before` leaves out hours that may still be written to; it does not hold for hours that
    are asked for by name. `refresh` takes hours again that are done.
    """

    first: datetime | None
    end: datetime | None
    closed_before: datetime
    refresh: bool


@dataclass(frozen=True)
class Pending:
    """The pending hours that are asked for, and the first that is pending and not among them."""

    hours: tuple[PendingHour, ...]
    left_out: str | None
    frontier: str | None


def find_pending(
    s3: S3Client, landing_bucket: str, stream: str, state: State, asked: Asked
) -> Pending:
    """List what is behind the frontier, or from the first asked hour, and what is done of it."""
    frontier = read_frontier(s3, state)
    start = _start(frontier, asked)
    landed = list_arrivals(s3, landing_bucket, stream, start)
    if not landed and frontier is None:
        raise ArrivalsUnreadable(
            f"Nothing lies under s3://{landing_bucket}/{stream}/: name a stream that has landed "
            "something."
        )
    done = list_records(s3, state, start)
    hours: list[PendingHour] = []
    left_out: str | None = None
    for hour, objects in sorted(landed.items()):
        digest = hash_objects(objects)
        if digest in done.get(hour, ()) and not asked.refresh:
            continue
        if _is_asked(hour, asked):
            known = set() if asked.refresh else _read_known(s3, state, hour, done.get(hour, ()))
            new = frozenset(one.key for one in objects if (one.key, one.etag) not in known)
            hours.append(PendingHour(hour, tuple(sorted(objects)), new))
        elif digest not in done.get(hour, ()) and hour > (frontier or ""):
            left_out = left_out or hour
    return Pending(tuple(hours), left_out, frontier)


def next_frontier(pending: Pending, done: Sequence[PendingHour], settle: timedelta) -> str | None:
    """Return the frontier when these hours are done; None where it stays.

    It follows the newest hour that is done at a distance, and never passes one that is pending.
    Hours are done in their order: what is asked for up to these is done with them.
    """
    if not done:
        return None
    last = max(one.hour for one in done)
    open_hours = [one.hour for one in pending.hours if one.hour > last]
    limits = [parse_hour(last) - settle]
    limits += [parse_hour(hour) - HOUR for hour in (*open_hours, pending.left_out) if hour]
    moved = min(limits)
    if pending.frontier is not None and moved <= parse_hour(pending.frontier):
        return None
    return name_hour(moved)


def read_frontier(s3: S3Client, state: State) -> str | None:
    """Read the hour up to which everything is settled; None where nothing is yet."""
    try:
        body = s3.get_object(Bucket=state.bucket, Key=state.frontier_key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None
    return str(json.loads(body)["sealed_through"])


def list_arrivals(
    s3: S3Client, bucket: str, stream: str, after: str | None
) -> dict[str, list[LandedObject]]:
    """List the objects of a stream by hour, from behind an hour on; folders' marks are no objects.

    Raises ArrivalsUnreadable for an object that lies in no hour.
    """
    prefix = f"{stream}/"
    start = f"{prefix}{hour_folder(after)}~" if after else ""
    by_hour: dict[str, list[LandedObject]] = {}
    for found in _list(s3, bucket, prefix, start):
        relative = found["Key"].removeprefix(prefix)
        if relative.endswith("/"):
            continue
        match = _FOLDER.match(relative)
        if match is None:
            raise ArrivalsUnreadable(
                f"s3://{bucket}/{found['Key']} lies in no arrival hour. The objects of the stream "
                f"{stream} have to be in {prefix}year=YYYY/month=MM/day=DD/hour=HH/: move this "
                "one, or name another stream."
            )
        if match.group(0).rpartition("/")[2].startswith(("_", ".")):
            continue
        landed = LandedObject(found["Key"], found["ETag"].strip('"'), found["Size"])
        by_hour.setdefault("-".join(match.groups()), []).append(landed)
    return by_hour


def list_records(s3: S3Client, state: State, after: str | None) -> dict[str, set[str]]:
    """List the hashes that are recorded as done, by hour, from behind an hour on."""
    prefix = state.record_prefix()
    start = f"{prefix}{after}/~" if after else ""
    done: dict[str, set[str]] = {}
    for found in _list(s3, state.bucket, prefix, start):
        hour, _, name = found["Key"].removeprefix(prefix).partition("/")
        done.setdefault(hour, set()).add(name.removesuffix(".json"))
    return done


def hash_objects(objects: Iterable[LandedObject]) -> str:
    """Name objects by their content: the same keys and ETags are the same."""
    named = sorted((one.key, one.etag) for one in objects)
    return hashlib.sha256(json.dumps(named, ensure_ascii=False).encode()).hexdigest()


def name_hour(moment: datetime) -> str:
    """Name the hour in UTC, such as 2026-10-25-07."""
    return moment.astimezone(UTC).strftime(HOUR_FORMAT)


def parse_hour(name: str) -> datetime:
    """Return the start of the hour."""
    return datetime.strptime(name, HOUR_FORMAT).replace(tzinfo=UTC)


def hour_folder(hour: str) -> str:
    """Name the folder in which Firehose lands an hour."""
    year, month, day, clock = hour.split("-")
    return f"year={year}/month={month}/day={day}/hour={clock}/"


def _start(frontier: str | None, asked: Asked) -> str | None:
    """Return the hour behind which listings start: pending hours before the asked ones count."""
    if asked.first is None or frontier is None:
        return frontier
    return min(name_hour(asked.first - HOUR), frontier)


def _is_asked(hour: str, asked: Asked) -> bool:
    start = parse_hour(hour)
    if asked.first is not None and start < asked.first:
        return False
    if asked.end is not None:
        return start < asked.end
    return start + HOUR <= asked.closed_before


def _read_known(
    s3: S3Client, state: State, hour: str, digests: Iterable[str]
) -> set[tuple[str, str]]:
    """Read which objects, by key and ETag, earlier runs have read of an hour."""
    known = set()
    for digest in digests:
        key = f"{state.record_prefix(hour)}{digest}.json"
        record: Mapping[str, Any] = json.loads(
            s3.get_object(Bucket=state.bucket, Key=key)["Body"].read()
        )
        known |= {(one["key"], one["etag"]) for one in record["objects"]}
    return known


def _list(s3: S3Client, bucket: str, prefix: str, start: str) -> Iterator[Any]:
    options: Any = {"StartAfter": start} if start else {}
    paginator = s3.get_paginator("list_objects_v2")
    try:
        for page in paginator.paginate(Bucket=bucket, Prefix=prefix, **options):
            yield from page.get("Contents", [])
    except s3.exceptions.NoSuchBucket:
        raise ArrivalsUnreadable(
            f"The bucket {bucket} does not exist: provision it, or name the one that does."
        ) from None
