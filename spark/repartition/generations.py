"""Generations: an hour's files are never changed, only replaced by others beside them.

A run lays the hours that change under prefixes of its own, `generation=<name>/`, each closed with
a completion marker, and then lets the catalog's partitions point there. Readers that found the old
place before go on reading there: it is deleted by a later run, when it has been out of use for as
long as the longest reader takes.

What a run is about to lay is written down first, under `generations/open/`. A run that finds such
a note finishes it: what the catalog points to stays, what it never pointed to is deleted. What was
replaced is noted under `generations/superseded/<since>-<name>.json`, so that sweeping costs what
there is to sweep and not what there is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from spark.documents import put_json
from spark.repartition.catalog import find_locations
from spark.repartition.request import Target
from spark.repartition.times import hour_folder
from spark.zone import MARKER, PartitionDamaged, StoredObject, Zone, delete_objects

S3_THREADS = 16
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Generation:
    """The files of one hour as a completion marker names them."""

    table: str
    partition: str
    generation: str
    rows: int
    objects: tuple[StoredObject, ...]

    @property
    def bytes(self) -> int:
        """How large the files are together."""
        return sum(stored.bytes for stored in self.objects)


@dataclass(frozen=True)
class Shelf:
    """Where the generations of one table lie, and the catalog that says which are in use."""

    s3: Any
    glue: Any
    target: Target

    @property
    def zone(self) -> Zone:
        """The processed zone of the table's dataset."""
        return Zone(self.s3, self.target.bucket, self.target.dataset)

    def folder(self, hour: str, generation: str) -> str:
        """Name the prefix of an hour's generation."""
        return f"{self.target.folder}{hour_folder(hour)}generation={generation}/"

    def location(self, hour: str, generation: str) -> str:
        """Name the URI of an hour's generation."""
        return f"s3://{self.target.bucket}/{self.folder(hour, generation)}"

    def note(self, kind: str, name: str = "") -> str:
        """Name the key of a note, or the prefix of the notes of a kind."""
        return f"{self.target.state}generations/{kind}/{name}"


def name_generation(now: datetime, load_id: str) -> str:
    """Name a run's generation: by its time, then its input."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}-{load_id[:8]}"


def read_generations(shelf: Shelf, locations: Mapping[str, str]) -> dict[str, Generation]:
    """Read the completion markers of the hours; raises PartitionDamaged where one has none."""
    with ThreadPoolExecutor(S3_THREADS) as threads:
        found = threads.map(lambda place: _read_marker(shelf, *place), locations.items())
        return dict(zip(locations, found, strict=True))


def put_marker(shelf: Shelf, hour: str, generation: str, objects: Iterable[StoredObject]) -> None:
    """Close an hour's generation: from here on it is whole."""
    stored = tuple(sorted(objects, key=lambda one: one.key))
    marker = Generation(
        table=shelf.target.table,
        partition=hour_folder(hour).rstrip("/"),
        generation=generation,
        rows=sum(one.records for one in stored),
        objects=stored,
    )
    _put(shelf, shelf.folder(hour, generation) + MARKER, asdict(marker))


def open_generation(shelf: Shelf, generation: str, replaced: Mapping[str, str | None]) -> None:
    """Note what a run is about to lay, and by hour what it is to replace."""
    _put(shelf, shelf.note("open", f"{generation}.json"), {"replaced": dict(replaced)})


def close_generation(
    shelf: Shelf, generation: str, replaced: Mapping[str, str | None], now: datetime
) -> None:
    """Note what a finished run has replaced, to be swept when its readers are done."""
    if any(replaced.values()):
        name = f"{now.astimezone(UTC):{_STAMP}}-{generation}.json"
        _put(shelf, shelf.note("superseded", name), {"replaced": dict(replaced)})
    _delete(shelf, shelf.note("open", f"{generation}.json"))


def settle_generations(shelf: Shelf, now: datetime) -> int:
    """Finish what broken runs left open; returns how many objects that no reader saw are gone."""
    gone = 0
    for key in list(_list_keys(shelf, shelf.note("open"))):
        generation = key.rpartition("/")[2].removesuffix(".json")
        replaced: dict[str, str | None] = _get_json(shelf, key)["replaced"]
        current = find_locations(shelf.glue, shelf.target, list(replaced))
        switched = {}
        for hour, before in replaced.items():
            if current.get(hour) == shelf.location(hour, generation):
                switched[hour] = before
            else:
                gone += _delete_folder(shelf, shelf.folder(hour, generation))
        close_generation(shelf, generation, switched, now)
    return gone


def sweep_generations(shelf: Shelf, keep: timedelta, now: datetime) -> int:
    """Delete what has been out of use for so long; returns how many objects."""
    gone = 0
    due = f"{now.astimezone(UTC) - keep:{_STAMP}}"
    for key in list(_list_keys(shelf, shelf.note("superseded"))):
        if key.rpartition("/")[2].partition("-")[0] > due:
            break
        replaced: dict[str, str | None] = _get_json(shelf, key)["replaced"]
        current = find_locations(shelf.glue, shelf.target, list(replaced))
        for hour, before in replaced.items():
            if before is not None and before != current.get(hour):
                gone += _delete_folder(shelf, _folder_of(shelf, hour, before))
        _delete(shelf, key)
    return gone


def _folder_of(shelf: Shelf, hour: str, location: str) -> str:
    """Return the prefix of a location, which has to be one of this table's generations."""
    prefix = location.removeprefix(f"s3://{shelf.target.bucket}/")
    if not prefix.startswith(f"{shelf.target.folder}{hour_folder(hour)}generation="):
        raise PartitionDamaged(
            f"{location} is none of the generations of {shelf.target.location}: somebody else "
            "moved the partition. Point it back, or delete the note of what was superseded."
        )
    return prefix


def _read_marker(shelf: Shelf, hour: str, location: str) -> Generation:
    key = _folder_of(shelf, hour, location) + MARKER
    try:
        fields = _get_json(shelf, key)
    except shelf.s3.exceptions.NoSuchKey:
        raise PartitionDamaged(
            f"{location} has no {MARKER}, though the catalog's partition {hour} of "
            f"{shelf.target.catalog_table} lies there. Delete the partition and run its arrival "
            "hours again with refresh."
        ) from None
    objects = tuple(StoredObject(**stored) for stored in fields.pop("objects"))
    return Generation(**fields, objects=objects)


def _put(shelf: Shelf, key: str, document: Mapping[str, Any]) -> None:
    put_json(shelf.s3, shelf.target.bucket, key, document)


def _get_json(shelf: Shelf, key: str) -> dict[str, Any]:
    body = shelf.s3.get_object(Bucket=shelf.target.bucket, Key=key)["Body"].read()
    document: dict[str, Any] = json.loads(body)
    return document


def _delete(shelf: Shelf, key: str) -> None:
    shelf.s3.delete_object(Bucket=shelf.target.bucket, Key=key)


def _delete_folder(shelf: Shelf, prefix: str) -> int:
    keys = list(_list_keys(shelf, prefix))
    delete_objects(shelf.zone, keys)
    return len(keys)


def _list_keys(shelf: Shelf, prefix: str) -> Iterator[str]:
    pages = shelf.s3.get_paginator("list_objects_v2").paginate(
        Bucket=shelf.target.bucket, Prefix=prefix
    )
    for page in pages:
        for found in page.get("Contents", []):
            yield found["Key"]
