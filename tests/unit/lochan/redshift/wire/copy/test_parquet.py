"""Parquet files into PostgreSQL; scan errors word for word where AWS or users quote them."""

import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from lochan.redshift.wire.copy.errors import CopyError

pytestmark = pytest.mark.postgres

Load = Callable[..., list[tuple[Any, ...]]]
URL = "https://s3.us-east-1.amazonaws.com/landing/t/data"


def write(columns: dict[str, pyarrow.Array], **options: Any) -> bytes:
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), buffer, **options)
    return buffer.getvalue()


def array(values: list[Any], arrow_type: Any) -> pyarrow.Array:
    return pyarrow.array(values, arrow_type)


@pytest.mark.parametrize(
    ("column", "values", "arrow_type", "expected"),
    [
        ("smallint", [1, None], "int16", [1, None]),
        ("smallint", [1], "int32", [1]),
        ("int", [2**31 - 1], "int32", [2**31 - 1]),
        ("bigint", [2**63 - 1], "int64", [2**63 - 1]),
        ("real", [1.5], "float32", [1.5]),
        ("double precision", [0.1], "float64", [0.1]),
        ("boolean", [True, None], "bool", [True, None]),
        ("numeric(18,2)", [Decimal("-12.30")], pyarrow.decimal128(18, 2), [Decimal("-12.30")]),
        ("numeric(38,0)", [Decimal(10**37)], pyarrow.decimal128(38, 0), [Decimal(10**37)]),
        ("numeric(10,10)", [Decimal("1E-10")], pyarrow.decimal128(10, 10), [Decimal("1E-10")]),
        ("varchar(4)", ["éé", ""], "string", ["éé", ""]),
        ("varchar(4)", ["ab"], "large_string", ["ab"]),
        ("varchar(4)", [b"ab"], "binary", ["ab"]),
        ("varchar(4)", ["a", "a"], pyarrow.dictionary("int8", "string"), ["a", "a"]),
        ("char(2)", ["ab"], "string", ["ab"]),
        ("date", [date(1969, 12, 31)], "date32", [date(1969, 12, 31)]),
        ("time", [time(1, 2, 3)], pyarrow.time64("us"), [time(1, 2, 3)]),
        (
            "timestamp",
            [datetime(2020, 1, 1, 1)],
            pyarrow.timestamp("ms"),
            [datetime(2020, 1, 1, 1)],
        ),
        ("timestamp", [1_000_000_001], pyarrow.timestamp("ns"), [datetime(1970, 1, 1, 0, 0, 1)]),
        (
            "timestamptz",
            [datetime(2020, 1, 1, tzinfo=UTC)],
            pyarrow.timestamp("us", "UTC"),
            [datetime(2020, 1, 1, tzinfo=UTC)],
        ),
        ("bytea", [b"\x00\xff"], "binary", [b"\x00\xff"]),
    ],
)
def test_values_arrive_as_they_are(
    load: Load, column: str, values: list[Any], arrow_type: Any, expected: list[Any]
) -> None:
    body = write({"any_name": array(values, arrow_type)})
    assert load(f"v {column}", body, "FORMAT AS PARQUET") == [(value,) for value in expected]


def test_int96_timestamps_arrive(load: Load) -> None:
    body = write(
        {"v": array([datetime(2020, 1, 1, 12)], pyarrow.timestamp("ns"))},
        use_deprecated_int96_timestamps=True,
    )
    assert load("v timestamp", body, "PARQUET") == [(datetime(2020, 1, 1, 12),)]


@pytest.mark.parametrize(
    ("column", "arrow_type", "shown", "file_type"),
    [
        ("int", "int64", "INT", "int64"),
        ("bigint", "int32", "BIGINT", "int32"),
        ("int", "string", "INT", "byte_array"),
        ("varchar(9)", "int32", "VARCHAR", "int32"),
        ("numeric(12,2)", "float64", "DECIMAL(12, 2)", "double"),
        ("double precision", "float32", "DOUBLE", "float"),
        ("timestamp", "string", "TIMESTAMP", "byte_array"),
        ("date", "timestamp[us]", "DATE", "int64"),
        ("boolean", "int32", "BOOLEAN", "int32"),
    ],
)
def test_type_that_differs_is_refused(
    load: Load, column: str, arrow_type: str, shown: str, file_type: str
) -> None:
    """Wording: users' reports and the test suite of Redshift's engineers, read 2026-11-20."""
    body = write({"c1": pyarrow.nulls(1, pyarrow.type_for_alias(arrow_type))})
    with pytest.raises(CopyError, match="Spectrum Scan Error") as failure:
        load(f"v {column}", body, "PARQUET")
    assert failure.value.sqlstate == "XX000"
    assert (
        f"context:   File '{URL}' has an incompatible Parquet schema for column "
        f"'s3://landing/t/data.v'. Column type: {shown}, Parquet schema:\n"
        f"optional {file_type} c1 [i:0 d:1 r:0]"
    ) in (failure.value.detail or "")
    assert "code:      15007" in (failure.value.detail or "")


@pytest.mark.parametrize(("precision", "scale"), [(18, 3), (19, 2), (9, 2)])
def test_decimal_of_another_precision_or_scale_is_refused(
    load: Load, precision: int, scale: int
) -> None:
    body = write({"c1": pyarrow.nulls(1, pyarrow.decimal128(precision, scale))})
    with pytest.raises(CopyError, match="Spectrum Scan Error"):
        load("v numeric(18,2)", body, "PARQUET")


@pytest.mark.parametrize(
    ("columns", "count"), [("a int, b int", 2), ("a int, b int, c int, d int", 4)]
)
def test_number_of_columns_has_to_match(load: Load, columns: str, count: int) -> None:
    body = write({name: array([1], "int32") for name in "abc"})
    with pytest.raises(CopyError) as failure:
        load(columns, body, "PARQUET")
    assert (
        "Unmatched number of columns between table and file. "
        f"Table columns: {count}, Data columns: 3, File name: {URL}"
    ) in (failure.value.detail or "")


def test_fillrecord_gives_missing_columns_null(load: Load) -> None:
    body = write({"a": array([1], "int32")})
    assert load("a int, b varchar(9)", body, "PARQUET FILLRECORD") == [(1, None)]


def test_over_long_text_is_refused_and_logged(
    load: Load, load_errors: Callable[[], list[tuple[Any, ...]]]
) -> None:
    with pytest.raises(CopyError) as failure:
        load(
            "c1 int, c2 varchar(3)",
            write({"x": array([1], "int32"), "y": array(["éé"], "string")}),
            "PARQUET",
        )
    message = (
        "The length of the data column c2 is longer than the length defined in the table. "
        "Table: 3, Data: 4"
    )
    assert f"{message}, File name: {URL}" in (failure.value.detail or "")
    [(line, column, shown, length, _, code, reason)] = load_errors()
    assert (line, column, shown, length, code) == (-1, "c2", "varchar", "3", 15007)
    assert reason == f"Spectrum Scan Error. {message}"[:100]


def test_null_in_a_not_null_column_is_refused(load: Load) -> None:
    with pytest.raises(CopyError, match="Spectrum Scan Error"):
        load("v int NOT NULL", write({"v": array([1, None], "int32")}), "PARQUET")


def test_file_that_is_no_parquet_is_refused(load: Load) -> None:
    with pytest.raises(CopyError) as failure:
        load("v int", b"", "PARQUET")
    assert f"File '{URL}' has an invalid version number" in (failure.value.detail or "")


def test_super_needs_serializetojson(load: Load) -> None:
    with pytest.raises(
        CopyError, match="SUPER column in COPY query requires SERIALIZETOJSON option"
    ):
        load("v super", write({"v": array([[1]], pyarrow.list_(pyarrow.int32()))}), "PARQUET")


@pytest.mark.parametrize(
    ("value", "arrow_type", "expected"),
    [
        ([1, None], pyarrow.list_(pyarrow.int32()), [1, None]),
        (
            {"a": "x", "b": 2.5},
            pyarrow.struct({"a": "string", "b": "float64"}),
            {"a": "x", "b": 2.5},
        ),
        ("text", "string", "text"),
        (Decimal("1.50"), pyarrow.decimal128(5, 2), 1.5),
        (date(2020, 1, 2), "date32", "2020-01-02"),
    ],
)
def test_serializetojson_writes_values_as_json(
    load: Load, value: Any, arrow_type: Any, expected: Any
) -> None:
    body = write({"v": array([value, None], arrow_type)})
    assert load("v super", body, "PARQUET SERIALIZETOJSON") == [(expected,), (None,)]


def test_nested_column_goes_into_no_other_type(load: Load) -> None:
    with pytest.raises(CopyError, match="Spectrum Scan Error"):
        load("v varchar(99)", write({"v": array([[1]], pyarrow.list_(pyarrow.int32()))}), "PARQUET")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({}, r"File entry does not have 'meta' key\."),
        ({"meta": {}}, r"File entry does not have 'content_length' key\."),
        ({"meta": {"content_length": 1}}, "Spectrum Scan Error"),
    ],
)
def test_manifest_has_to_state_the_length(
    backend: Any,
    put: Callable[..., str],
    copy: Callable[[str], Any],
    entry: dict[str, Any],
    message: str,
) -> None:
    url = put("m/1", write({"v": array([1], "int32")}))
    manifest = put("manifest", json.dumps({"entries": [{"url": url, **entry}]}))
    backend.execute("CREATE TEMP TABLE t (v int)")
    with pytest.raises(CopyError, match=message):
        copy(f"t FROM '{manifest}' MANIFEST PARQUET")


def test_manifest_with_lengths_loads(
    backend: Any, put: Callable[..., str], copy: Callable[[str], Any]
) -> None:
    body = write({"v": array([1, 2], "int32")})
    entry = {"url": put("m/1", body), "mandatory": True, "meta": {"content_length": len(body)}}
    manifest = put("manifest", json.dumps({"entries": [entry]}))
    backend.execute("CREATE TEMP TABLE t (v int)")
    assert copy(f"t FROM '{manifest}' MANIFEST FORMAT AS PARQUET").rows_loaded == 2


def test_table_of_many_batches_arrives_whole(load: Load) -> None:
    body = write({"v": array(range(200_000), "int64")})
    assert sum(row[0] for row in load("v bigint", body, "PARQUET")) == 19_999_900_000
