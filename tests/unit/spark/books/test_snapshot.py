from __future__ import annotations

from typing import Any

import pytest

from spark.books.snapshot import SnapshotChanged, find_snapshot, require_unchanged
from tasks.books import snapshot as flow_side

# sha256 of '["books", "export", [["export/books/users/LOAD00000001.csv", "e1"]]]'
SNAPSHOT_ID = "8537c73d2f3be6ed45a57f26afd0b67d1035385dc255d5f2ebf8295286f46f56"


class S3:
    """A bucket's listing."""

    def __init__(self, **objects: str) -> None:
        self.objects = objects

    def get_paginator(self, name: str) -> S3:
        assert name == "list_objects_v2"
        return self

    def paginate(self, Bucket: str, Prefix: str) -> list[dict[str, Any]]:
        found = [
            {"Key": f"{Prefix}users/{name}.csv", "ETag": f'"{etag}"', "Size": 7}
            for name, etag in self.objects.items()
        ]
        return [{"Contents": found}] if found else [{}]


def test_the_job_and_the_flow_name_an_export_alike() -> None:
    s3: Any = S3(LOAD00000001="e1", _scratch="e2")
    of_job = find_snapshot(s3, "landing", "export/books")
    assert of_job.snapshot_id == SNAPSHOT_ID
    assert of_job.bytes == 7
    assert flow_side.find_snapshot(s3, "landing", "export/books").snapshot_id == SNAPSHOT_ID


def test_an_export_that_changes_while_it_is_read_is_refused() -> None:
    s3: Any = S3(LOAD00000001="e1")
    snapshot = find_snapshot(s3, "landing", "export/books")
    require_unchanged(s3, "landing", "export/books", snapshot)
    s3.objects["LOAD00000001"] = "e3"
    with pytest.raises(SnapshotChanged, match="was written anew while it was read"):
        require_unchanged(s3, "landing", "export/books", snapshot)


def test_no_export_is_told() -> None:
    nothing: Any = S3()
    with pytest.raises(SnapshotChanged, match="s3://landing/export/books/ holds no export"):
        find_snapshot(nothing, "landing", "export/books")
