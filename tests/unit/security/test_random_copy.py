"""Random files, formats, manifests and paths of COPY, held against simple models of them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lochan.redshift.wire.copy.conversions import make_converters
from lochan.redshift.wire.copy.datetimes import make_date_parser, make_timestamp_parser
from lochan.redshift.wire.copy.errors import CellError, CopyError, CopySyntaxError
from lochan.redshift.wire.copy.json_documents import JsonPath, map_by_path, parse_json_path
from lochan.redshift.wire.copy.objects import DataFile, ManifestEntry, parse_manifest
from lochan.redshift.wire.copy.parquet import ParquetReader
from lochan.redshift.wire.copy.statement import Conversions, Parquet, S3Location
from lochan.redshift.wire.copy.table import Column
from lochan.redshift.wire.errors import WireError
from lochan.redshift.wire.rewrites.row import Context
from lochan.redshift.wire.router import route
from tests.unit.security.fuzzing import fuzzed

# Each part of a format as Python's strftime writes it.
DATE_PARTS = ("YYYY", "MM", "DD"), ("YY", "MON", "DD"), ("DD", "MON", "YYYY"), ("MM", "DD", "YYYY")
TIMES = {"HH:MI:SS": "%H:%M:%S", "HH24.MI.SS": "%H.%M.%S", "HH12:MI:SS AM": "%I:%M:%S %p"}
STRFTIME = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "MON": "%b", "DD": "%d"}
# Years that two digits can tell, and that strftime writes with four.
moments = st.datetimes(datetime(1970, 1, 1), datetime(2069, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
marks = st.sampled_from(["-", "/", " ", ".", ", ", "|", "T", "(", "\\", "+", "["])
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text(
    "0123456789-/: .TZ+amp٣²", max_size=25
)
formats = st.text("YMDHIS-/: .'T24amp\\|[](){}+*?^$é\n", max_size=10) | st.lists(
    st.sampled_from([*STRFTIME, "HH", "HH12", "MI", "SS", "AM", "-", "(", "\\"]), max_size=9
).map("".join)


@fuzzed
@given(moments, st.sampled_from(DATE_PARTS), marks, st.sampled_from([*TIMES]))
def test_a_format_reads_what_it_writes(
    moment: datetime, parts: Sequence[str], mark: str, clock: str
) -> None:
    day = moment.strftime(mark.join(STRFTIME[part] for part in parts))
    written = f"{day} {moment.strftime(TIMES[clock])}"
    parse = make_timestamp_parser(f"{mark.join(parts)} {clock}", with_zone=False)
    assert parse(written) == moment
    assert make_date_parser(mark.join(parts))(day) == moment.date()


@fuzzed
@given(formats, texts)
def test_a_format_that_is_none_is_refused_and_a_text_that_is_none_fails_its_row(
    shape: str, text: str
) -> None:
    for make, kind in (
        (make_date_parser, date),
        (lambda chosen: make_timestamp_parser(chosen, with_zone=True), datetime),
    ):
        try:
            parse: Any = make(shape)  # type: ignore[operator]
        except CopySyntaxError as error:
            assert shape in error.message
            continue
        try:
            assert type(parse(text)) is kind
        except CellError as failure:
            assert failure.error.code in (1205, 1206)


@fuzzed
@example("٢٠٢٦-11-20")
@given(texts | moments.map(str))
def test_the_default_date_is_year_month_and_day_in_digits(text: str) -> None:
    try:
        read = make_date_parser(None)(text)
    except CellError:
        return
    found = re.match(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?![0-9])", text)
    assert found is not None
    assert read == date(*map(int, found.groups()))


@fuzzed
@given(st.lists(texts | moments.map(str), max_size=5), st.sampled_from(["date", "timestamp"]))
def test_any_date_is_what_is_right_and_null_otherwise(rows: list[str], kind: str) -> None:
    column, nobody = Column("v", kind), SimpleNamespace()
    strict, lenient = (
        make_converters([column], options, nobody, is_json=False)[0].convert(rows)  # type: ignore[arg-type]
        for options in (Conversions(), Conversions(accept_any_date=True))
    )
    assert lenient.errors == {}
    assert lenient.array.to_pylist() == strict.array.to_pylist()


def read_parquet(
    body: bytes, columns: Sequence[Column], **options: Any
) -> list[list[pyarrow.Array]]:
    reader = ParquetReader(
        SimpleNamespace(meta=SimpleNamespace(region_name="us-east-1")),
        columns,
        Parquet(serialize_to_json=True),
        Conversions(**options),
        "s3://b/k",
        SimpleNamespace(rows=[]),  # type: ignore[arg-type]
    )
    return list(reader.read(DataFile(S3Location("b", "k"), len(body)), io.BytesIO(body)))


def write_parquet(table: pa.Table, **options: Any) -> bytes:
    written = io.BytesIO()
    pyarrow.parquet.write_table(table, written, **options)
    return written.getvalue()


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words,
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
COLUMNS = {
    "int4": (pa.int32(), st.integers(-(2**31), 2**31 - 1)),
    "int8": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "float8": (pa.float64(), st.floats(allow_nan=False)),
    "bool": (pa.bool_(), st.booleans()),
    "varchar": (pa.string(), words),
    "bytea": (pa.binary(), st.binary(max_size=8)),
    "date": (pa.date32(), st.dates()),
    "timestamp": (pa.timestamp("us"), st.datetimes()),
}


@fuzzed
@given(st.data(), st.sampled_from([*COLUMNS]), st.sampled_from(["none", "snappy", "zstd"]))
def test_parquet_reads_what_was_written(data: st.DataObject, name: str, compression: str) -> None:
    kind, values = COLUMNS[name]
    rows = data.draw(st.lists(st.none() | values, min_size=1, max_size=6))
    body = write_parquet(pa.table({"v": pa.array(rows, kind)}), compression=compression)
    [[array]] = read_parquet(body, [Column("v", name)])
    assert array.to_pylist() == rows


@fuzzed
@given(st.lists(st.lists(words | st.none(), max_size=3), min_size=1, max_size=4))
def test_nested_parquet_becomes_the_json_of_its_values(rows: list[list[str | None]]) -> None:
    body = write_parquet(pa.table({"v": pa.array(rows, pa.list_(pa.string()))}))
    [[array]] = read_parquet(body, [Column("v", "jsonb", is_super=True)])
    assert [json.loads(text) for text in array.to_pylist()] == rows


@pytest.mark.parametrize(
    "values",
    [
        pa.array([float("nan")]),
        pa.array([[float("inf")]]),
        pa.array([2**31 - 1], pa.int32()).cast(pa.date32()),
        pa.array([2**62], pa.timestamp("us")),
    ],
)
def test_a_value_that_json_cannot_hold_is_refused_by_its_column(values: pa.Array) -> None:
    body = write_parquet(pa.table({"v": values}))
    with pytest.raises(CopyError, match="Spectrum Scan Error") as failure:
        read_parquet(body, [Column("v", "jsonb", is_super=True)])
    assert "Column v holds what JSON cannot" in (failure.value.detail or "")


def test_milliseconds_beyond_what_microseconds_can_count_are_refused() -> None:
    body = write_parquet(pa.table({"v": pa.array([2**62], pa.timestamp("ms"))}))
    with pytest.raises(CopyError) as failure:
        read_parquet(body, [Column("v", "timestamp")])
    assert "would result in out of bounds timestamp" in (failure.value.detail or "")


SOUND = pa.table(
    {
        "a": pa.array([1, 2, None], pa.int32()),
        "b": ["x", None, "yé"],
        "c": pa.array([b"a", b"\xff", None]),
        "d": [date(2026, 11, 20)] * 3,
        "e": [[1], [2], None],
        "f": [{"x": 1.5}] * 3,
    }
)
KINDS = [Column("a", "int4"), Column("b", "varchar", 9), Column("c", "varchar", 9)]
KINDS += [Column("d", "date"), *(Column(name, "jsonb", is_super=True) for name in "ef")]
BODIES = [write_parquet(SOUND), write_parquet(SOUND, compression="zstd", data_page_version="2.0")]


@fuzzed
@given(st.sampled_from(BODIES), st.integers(0, 5000), st.binary(min_size=1, max_size=4))
def test_damaged_parquet_is_whole_columns_or_refused(body: bytes, at: int, noise: bytes) -> None:
    at %= len(body)
    damaged = body[:at] + noise + body[at + len(noise) :]
    try:
        batches = read_parquet(damaged, KINDS, replacement_character="?")
    except CopyError as error:
        assert error.message == "Spectrum Scan Error"
        return
    for batch in batches:
        assert [len(array) for array in batch] == [len(batch[0])] * len(KINDS)


keys = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
entries = st.builds(
    ManifestEntry,
    keys.map(lambda key: S3Location("bucket", key)),
    st.booleans(),
    st.integers(0, 2**40),
)


@fuzzed
@given(st.lists(entries, max_size=4))
def test_a_manifest_reads_as_it_was_written(wanted: list[ManifestEntry]) -> None:
    written = [
        {
            "url": f"s3://bucket/{entry.location.key}",
            "mandatory": entry.mandatory,
            "meta": {"content_length": entry.content_length},
        }
        for entry in wanted
    ]
    assert parse_manifest(json.dumps({"entries": written}).encode(), needs_length=True) == wanted


def write_path(path: JsonPath) -> str:
    def write_step(step: str | int) -> str:
        if isinstance(step, int):
            return f"[{step}]"
        return "['{}']".format(step.replace("\\", "\\\\").replace("'", "\\'"))

    return "$" + "".join(map(write_step, path))


@fuzzed
@given(st.lists(words | st.integers(0, 3), max_size=5).map(tuple), words)
def test_a_path_leads_to_what_lies_at_its_end(path: JsonPath, found: str) -> None:
    document: Any = found
    for step in reversed(path):
        document = [None] * step + [document] if isinstance(step, int) else {step: document}
    assert parse_json_path(write_path(path)) == path
    assert map_by_path([path], [lambda value: value])(document) == [found]


@fuzzed
@given(st.text("$.['\\]a1*?@()\"", max_size=12).map("$".__add__))
def test_a_path_that_is_read_reads_the_same_when_written_anew(text: str) -> None:
    try:
        path = parse_json_path(text)
    except CopyError as error:
        assert "Invalid JSONPath format" in error.message
        return
    assert parse_json_path(write_path(path)) == path


# More digits than int() takes.
ENDLESS = "9" * 5000


@pytest.mark.parametrize(
    "sql",
    [
        f"COPY t FROM 's3://bucket/key' IAM_ROLE DEFAULT MAXERROR {ENDLESS}",
        f"UNLOAD ('SELECT 1') TO 's3://bucket/key' IAM_ROLE DEFAULT MAXFILESIZE {ENDLESS} MB",
        "UNLOAD ('SELECT 1') TO 's3://bucket/key' IAM_ROLE DEFAULT MAXFILESIZE 5.-1 MB",
        f"CREATE TABLE t (a VARCHAR({ENDLESS}))",
    ],
)
def test_a_number_without_end_is_a_syntax_error(sql: str) -> None:
    with pytest.raises(WireError) as raised:
        route(sql, Context())
    assert raised.value.sqlstate == "42601"


def test_an_index_without_end_is_no_path() -> None:
    with pytest.raises(CopyError, match="Invalid JSONPath format"):
        parse_json_path(f"$[{ENDLESS}]")
