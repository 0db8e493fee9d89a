"""The export that the job reads: which objects it holds, and the name that they give it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

_DATASET = "books"


class SnapshotChanged(Exception):
    """The export is not what it was when the job began to read it."""


@dataclass(frozen=True)
class ExportedObject:
    """An object of the export; etag without quotes."""

    key: str
    etag: str
    bytes: int


@dataclass(frozen=True)
class Snapshot:
    """The exported objects, and their common name: equal objects, equal name."""

    snapshot_id: str
    objects: tuple[ExportedObject, ...]

    @property
    def bytes(self) -> int:
        """How large the export is."""
        return sum(stored.bytes for stored in self.objects)


def find_snapshot(s3: Any, bucket: str, prefix: str) -> Snapshot:
    """Name what lies under the prefix now; raises SnapshotChanged where nothing does."""
    objects = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/"):
        for found in page.get("Contents", []):
            if found["Key"].rpartition("/")[2].startswith("LOAD"):
                etag = found["ETag"].strip('"')
                objects.append(ExportedObject(found["Key"], etag, found["Size"]))
    if not objects:
        raise SnapshotChanged(f"s3://{bucket}/{prefix}/ holds no export. Export first.")
    named = sorted((stored.key, stored.etag) for stored in objects)
    identity = json.dumps([_DATASET, "export", named], ensure_ascii=False)
    return Snapshot(hashlib.sha256(identity.encode()).hexdigest(), tuple(objects))


def require_unchanged(s3: Any, bucket: str, prefix: str, snapshot: Snapshot) -> None:
    """Check that what was read was one snapshot; raises SnapshotChanged."""
    if find_snapshot(s3, bucket, prefix).snapshot_id != snapshot.snapshot_id:
        raise SnapshotChanged(
            f"The export in s3://{bucket}/{prefix}/ was written anew while it was read; nothing "
            "was published. Run the job again."
        )
