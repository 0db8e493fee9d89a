"""Parquet objects as Redshift's COPY reads them, put without a file committer.

Spark's own writer commits a file by listing, copying and deleting, two dozen requests on S3. A
marker decides what counts, so an object needs no commit: it is put once, under a key of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

# Which of its partition's files a row goes to.
FILE_NUMBER = "file_number"
# What is held in memory before it is written as a row group.
ROW_GROUP_BYTES = 64 * 1024 * 1024


def put_parquet(
    s3: Any, bucket: str, key: str, parts: Iterator[pa.RecordBatch]
) -> tuple[str, int, int]:
    """Put the parts as one Parquet object; return its ETag, its bytes and its rows."""
    with TemporaryFile() as file:
        records = write_parquet(file, parts)
        size = file.tell()
        file.seek(0)
        etag = s3.put_object(Bucket=bucket, Key=key, Body=file)["ETag"].strip('"')
    return etag, size, records


def write_parquet(file: IO[bytes], parts: Iterator[pa.RecordBatch]) -> int:
    """Write the parts, of which there is at least one, as a Parquet file; return its row count.

    The types in the file are the columns' own, which Redshift's COPY compares strictly: int32 and
    int64, UTF-8, and timestamps in UTC microseconds rather than pyarrow's choice.
    https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-columnar.html
    """
    records = 0
    writer = None
    for table in _gather_row_groups(parts):
        writer = writer or pq.ParquetWriter(
            file, table.schema, compression="snappy", coerce_timestamps="us", store_schema=False
        )
        writer.write_table(table)
        records += table.num_rows
    if writer is None:
        raise ValueError("There are no rows to write.")
    writer.close()
    return records


def _gather_row_groups(parts: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    gathered: list[pa.RecordBatch] = []
    size = 0
    for part in parts:
        gathered.append(part)
        size += part.nbytes
        if size >= ROW_GROUP_BYTES:
            yield pa.Table.from_batches(gathered)
            gathered, size = [], 0
    if gathered:
        yield pa.Table.from_batches(gathered)
