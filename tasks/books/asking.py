"""Which flow run asked Glue for a snapshot, left where the job finds it.

A trigger passes nothing on, so the id cannot be an argument of the job's run, as it is elsewhere
(tasks/trigger_chains.py). The job looks for it by the same rule (spark/books/asking.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ASKED_BY = "books/_asked_by/"


@contextmanager
def ask_as(s3: S3Client, bucket: str, flow_run_id: str | None) -> Iterator[None]:
    """Say for a while which flow run asks, in the place of whoever asked before."""
    for left in s3.list_objects_v2(Bucket=bucket, Prefix=ASKED_BY).get("Contents", []):
        s3.delete_object(Bucket=bucket, Key=left["Key"])
    if flow_run_id is None:
        yield
        return
    key = ASKED_BY + flow_run_id
    s3.put_object(Bucket=bucket, Key=key, Body=b"")
    try:
        yield
    finally:
        s3.delete_object(Bucket=bucket, Key=key)
