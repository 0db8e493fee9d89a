"""Rows on their way into Redshift: objects under the temporary folder, and their manifest.

Tasks put objects directly, each under a key of its own, and tell what they put; the manifest names
these only, so that what a failed attempt put is not loaded.

https://docs.aws.amazon.com/redshift/latest/dg/loading-data-files-using-manifest.html
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from tempfile import TemporaryFile
from typing import Any
from uuid import uuid4

import boto3
import pyarrow as pa
from pyspark.sql import DataFrame

from awsglue._databases.staged_forms import StagedForm

# Redshift splits what is larger itself; smaller files load in parallel.
# https://docs.aws.amazon.com/redshift/latest/dg/c_best-practices-use-multiple-files.html
OBJECT_BYTES = 128 * 1024 * 1024
_STAGED_OBJECT = "key string, bytes bigint"
_FOLDER = re.compile(r"s3[an]?://([^/]+)(?:/(.*))?")


@dataclass(frozen=True)
class StagingFolder:
    """A folder of one write's own, below the temporary folder that the script names."""

    bucket: str
    prefix: str
    region: str | None
    encryption: Mapping[str, str] = field(default_factory=dict)

    def uri(self, key: str) -> str:
        """Return the URI of a key."""
        return f"s3://{self.bucket}/{key}"

    def client(self) -> Any:
        """Return a client for S3."""
        return boto3.client("s3", region_name=self.region)


@contextmanager
def staging_folder(temporary: str) -> Iterator[StagingFolder]:
    """Give a new folder below an s3:// URI; whatever is in it afterwards is removed.

    Where a job is killed it stays, as on AWS, where nothing is ever removed and a lifecycle rule
    of the bucket is advised:
    https://docs.aws.amazon.com/redshift/latest/mgmt/spark-redshift-connector.html
    """
    found = _FOLDER.fullmatch(temporary.strip())
    if found is None:
        raise ValueError(f"The temporary folder {temporary!r} is no s3:// URI.")
    above = (found[2] or "").strip("/")
    prefix = f"{above}/{uuid4()}/".lstrip("/")
    folder = StagingFolder(found[1], prefix, boto3.Session().region_name)
    try:
        yield folder
    finally:
        _remove(folder)


def stage_rows(frame: DataFrame, folder: StagingFolder, form: StagedForm) -> str | None:
    """Put the frame's rows into the folder, from the tasks that compute them.

    Returns the URI of the manifest, None where there are no rows.
    """

    folder = replace(folder, encryption=read_encryption())

    def put_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return put_objects(folder, form, batches)

    staged = frame.mapInArrow(put_batches, _STAGED_OBJECT).collect()
    if not staged:
        return None
    entries = [
        {
            "url": folder.uri(row["key"]),
            "mandatory": True,
            "meta": {"content_length": row["bytes"]},
        }
        for row in sorted(staged)
    ]
    key = f"{folder.prefix}manifest.json"
    body = json.dumps({"entries": entries}).encode()
    folder.client().put_object(Bucket=folder.bucket, Key=key, Body=body, **folder.encryption)
    return folder.uri(key)


def read_encryption() -> dict[str, str]:
    """Return how the run's security configuration has S3 encrypt, in the words of its API.

    https://docs.aws.amazon.com/glue/latest/dg/encryption-security-configuration.html
    """
    algorithm, key = os.environ.get("LOCHAN_S3_ENCRYPTION"), os.environ.get("LOCHAN_S3_KEY")
    if not algorithm:
        return {}
    return {"ServerSideEncryption": algorithm, **({"SSEKMSKeyId": key} if key else {})}


def put_objects(
    folder: StagingFolder, form: StagedForm, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Put batches as objects of at most about OBJECT_BYTES; yield key and bytes of each."""
    s3 = folder.client()
    filled = (batch for batch in batches if batch.num_rows)
    while (first := next(filled, None)) is not None:
        yield _put_object(s3, folder, form, chain([first], filled))


def _put_object(
    s3: Any, folder: StagingFolder, form: StagedForm, batches: Iterator[pa.RecordBatch]
) -> pa.RecordBatch:
    key = f"{folder.prefix}{uuid4()}{form.suffix}"
    with TemporaryFile() as file:
        form.write(file, batches, OBJECT_BYTES)
        size = file.tell()
        file.seek(0)
        s3.upload_fileobj(file, folder.bucket, key, ExtraArgs=dict(folder.encryption))
    return pa.RecordBatch.from_pylist([{"key": key, "bytes": size}])


def _remove(folder: StagingFolder) -> None:
    s3 = folder.client()
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=folder.bucket, Prefix=folder.prefix)
    for page in pages:
        keys = [{"Key": item["Key"]} for item in page.get("Contents", [])]
        if keys:
            s3.delete_objects(Bucket=folder.bucket, Delete={"Objects": keys, "Quiet": True})
