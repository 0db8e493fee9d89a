from __future__ import annotations

import io
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import spark.parquet
from spark.parquet import write_parquet


def test_types_in_the_file_are_those_that_copy_expects() -> None:
    moment = datetime(2026, 11, 19, 12, 30, 0, 123456, UTC)
    rows = pa.RecordBatch.from_arrays(
        [
            pa.array([1], pa.int64()),
            pa.array([2], pa.int32()),
            pa.array(["ü"]),
            pa.array([True]),
            pa.array([0.5]),
            pa.array([moment], pa.timestamp("us", "UTC")),
        ],
        names=["id", "position", "text", "flag", "degrees", "moment"],
    )
    file = io.BytesIO()
    assert write_parquet(file, iter([rows])) == 1
    parquet = pq.ParquetFile(file)
    columns = [parquet.schema.column(index) for index in range(6)]
    assert [(one.physical_type, one.logical_type.type) for one in columns] == [
        ("INT64", "NONE"),
        ("INT32", "NONE"),
        ("BYTE_ARRAY", "STRING"),
        ("BOOLEAN", "NONE"),
        ("DOUBLE", "NONE"),
        ("INT64", "TIMESTAMP"),
    ]
    assert "isAdjustedToUTC=true, timeUnit=microseconds" in str(columns[5].logical_type)
    assert parquet.metadata.row_group(0).column(0).compression == "SNAPPY"
    assert parquet.read().to_pylist()[0]["moment"] == moment


def test_row_groups_are_written_as_they_fill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark.parquet, "ROW_GROUP_BYTES", 16)
    parts = [pa.RecordBatch.from_arrays([pa.array([number])], names=["id"]) for number in range(5)]
    file = io.BytesIO()
    assert write_parquet(file, iter(parts)) == 5
    metadata = pq.ParquetFile(file).metadata
    assert [metadata.row_group(index).num_rows for index in range(3)] == [2, 2, 1]
