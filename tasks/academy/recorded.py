"""What is known of partitions: the ledger in Redshift, the markers of the processed zone."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tasks.processed import MARKER_NAME, ProcessedZoneError, StoredObject, hash_load
from tasks.redshift import Warehouse, run_transaction
from warehouse import loading
from warehouse.tables import TableSpec

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Counts:
    """What became of a partition's lines: input = loaded + rejected + duplicate."""

    input: int
    loaded: int
    rejected: int
    duplicate: int

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Return input, loaded, rejected and duplicate."""
        return (self.input, self.loaded, self.rejected, self.duplicate)


@dataclass(frozen=True)
class Published:
    """A partition of the processed zone: what it was made of, and the load that it is."""

    source_id: str
    load_id: str
    counts: Counts


def get_partitions_num_from_redshift(
    warehouse: Warehouse, spec: TableSpec
) -> Mapping[str, frozenset[str]]:
    """Find the partitions of a table that the ledger records: their loads by day.

    How many there are is the length of what is returned. One statement, however many they are.
    """

    def read(cursor: Any) -> Mapping[str, frozenset[str]]:
        loads: defaultdict[str, set[str]] = defaultdict(set)
        cursor.execute(loading.SELECT_LOADED_PARTITIONS, (spec.dataset, spec.partition_key("%")))
        for partition_key, load_id in cursor.fetchall():
            loads[partition_key.rpartition("dt=")[2]].add(load_id.strip())
        return {value: frozenset(ids) for value, ids in loads.items()}

    return run_transaction(warehouse, f"Reading the ledger of {spec.dataset}", read)


def read_published(s3: S3Client, bucket: str, spec: TableSpec, value: str) -> Published | None:
    """Read the completion marker of a partition; None where it is not published."""
    partition = f"dt={value}"
    key = f"{spec.prefix}{partition}/{MARKER_NAME}"
    try:
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    try:
        fields = json.loads(text)
        objects = [StoredObject(one["key"], one["etag"], one["bytes"]) for one in fields["objects"]]
        load_id = hash_load(spec.dataset, spec.partition_key(partition), objects)
        return Published(fields["source_id"], load_id, Counts(**fields["counts"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ProcessedZoneError(
            f"s3://{bucket}/{key} is no completion marker: {error!r}. Delete the partition's "
            "objects and run sync_missing_partitions again."
        ) from error
