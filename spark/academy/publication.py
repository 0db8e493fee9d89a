"""Publishing partitions of the processed zone: each changes in one step, that of its marker.

A partition is what its completion marker names. The new objects are laid beside the old ones, then
one PUT switches the marker, then everything that it does not name is deleted. A crash before the
switch leaves the old set and one after it the new set; what a broken run left lies there until
the next run that writes the partition sweeps it. One run at a time may write: the job allows one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from botocore.exceptions import ClientError

from spark.academy.plan import Plan, PlannedPartition, PlannedTable
from spark.documents import put_json
from spark.tables import Counts
from spark.zone import MARKER, PartitionDamaged, Zone, delete_objects

DATASET = "academy"
S3_THREADS = 16


class SourceChanged(Exception):
    """The source is not what was planned; names the partition."""


@dataclass(frozen=True)
class FoundObject:
    """An object as a listing names it; etag without quotes."""

    key: str
    etag: str
    bytes: int


@dataclass(frozen=True)
class Work:
    """A partition to write: what is planned, and the keys that lie there before."""

    planned: PlannedPartition
    folder: str
    before: frozenset[str]


def folder_of(table: str, value: str | None = None) -> str:
    """Name the prefix of a table, or of one of its partitions, in the processed zone."""
    partition = "" if value is None else f"dt={value}/"
    return f"{DATASET}/{table}/{partition}"


def find_work(zone: Zone, table: PlannedTable) -> list[Work]:
    """Find the planned partitions that are not published of the planned objects already."""

    def look(planned: PlannedPartition) -> Work | None:
        folder = folder_of(table.table.name, planned.value)
        if _published_source(zone, folder) == planned.source_id:
            return None
        keys = {found.key for found in list_objects(zone.s3, zone.bucket, folder)}
        return Work(planned, folder, frozenset(keys - {folder + MARKER}))

    with ThreadPoolExecutor(S3_THREADS) as threads:
        return [work for work in threads.map(look, table.partitions) if work is not None]


def find_written(zone: Zone, works: Iterable[Work]) -> dict[str, list[FoundObject]]:
    """List, by partition value, the objects that were not there before."""

    def look(work: Work) -> tuple[str, list[FoundObject]]:
        found = list_objects(zone.s3, zone.bucket, work.folder)
        known = work.before | {work.folder + MARKER}
        return work.planned.value, [one for one in found if one.key not in known]

    with ThreadPoolExecutor(S3_THREADS) as threads:
        return dict(threads.map(look, works))


def check_source(s3: Any, plan: Plan, works: Iterable[Work]) -> None:
    """Check that the objects that were read are those that were planned."""

    def look(planned: PlannedPartition) -> None:
        found = list_objects(s3, plan.source_bucket, planned.prefix)
        if {one.key: one.etag for one in found if is_data(one.key, planned.prefix)} != dict(
            planned.etags
        ):
            raise SourceChanged(
                f"s3://{plan.source_bucket}/{planned.prefix} changed while it was synchronized; "
                "nothing was published. Run the flow again when its writer is done."
            )

    with ThreadPoolExecutor(S3_THREADS) as threads:
        list(threads.map(look, [work.planned for work in works]))


def publish(
    zone: Zone,
    table: str,
    work: Work,
    objects: Iterable[FoundObject],
    counts: Counts,
    rows_read_back: int,
) -> None:
    """Switch the marker to the objects that were written, then delete those before."""
    if rows_read_back != counts.loaded:
        raise PartitionDamaged(
            f"The new objects of {zone.uri(work.folder)} hold {rows_read_back} rows instead of "
            f"{counts.loaded}. Run the flow again."
        )
    marker = {
        "table": table,
        "partition": f"dt={work.planned.value}",
        "source_id": work.planned.source_id,
        "rows": counts.loaded,
        "counts": asdict(counts),
        "objects": [asdict(one) for one in objects],
    }
    put_json(zone.s3, zone.bucket, work.folder + MARKER, marker)
    delete_objects(zone, work.before)


def list_objects(s3: Any, bucket: str, prefix: str) -> list[FoundObject]:
    """List every object below a prefix."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [
        FoundObject(found["Key"], found["ETag"].strip('"'), found["Size"])
        for page in pages
        for found in page.get("Contents", [])
    ]


def is_data(key: str, prefix: str) -> bool:
    """Tell data from folder markers and from names that Hadoop hides: `_SUCCESS`, `.part.crc`."""
    names = key.removeprefix(prefix).split("/")
    return bool(names[-1]) and not any(name.startswith(("_", ".")) for name in names)


def _published_source(zone: Zone, folder: str) -> str | None:
    try:
        body = zone.s3.get_object(Bucket=zone.bucket, Key=folder + MARKER)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    marker: Mapping[str, Any] = json.loads(body)
    return str(marker["source_id"])
