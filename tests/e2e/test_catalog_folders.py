"""Folders of a prefix, one after the other; files that are odd, packed, or not all alike."""

from __future__ import annotations

import gzip
import io
import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.e2e.lake import counted, load, put, rows

if TYPE_CHECKING:
    from tests.e2e.conftest import Platform

pytestmark = pytest.mark.stack


def read_ledger(platform: Platform, table: str) -> list[tuple[str, int, int]]:
    """The loads of a table: the folder's last name, rows in, rows loaded, in their order."""
    found = platform.query(
        "SELECT partition_key, input_rows, loaded_rows FROM etl.loads "
        f"WHERE partition_key LIKE 'lake.{table} %' ORDER BY loaded_at, partition_key"
    )
    return [(key.rstrip("/").rpartition("/")[2], read, loaded) for key, read, loaded in found]


def test_only_folders_that_are_new_or_changed_are_loaded(platform: Platform) -> None:
    for day in ("01", "02"):
        prefix = put(
            platform, f"days/day={day}/a.csv", f"id,name,v\n{day},x,7\n9{day},y,7\n".encode()
        )
    source = {"source": prefix.rpartition("day=")[0], "target": "days"}
    assert load(platform, source, source) == ["4 4 0 0 False", "4 4 0 0 True"]
    put(platform, "days/day=03/a.csv", b"id,name,v\n03,new,7\n3,too,7\n")
    assert load(platform, source) == ["2 2 0 0 False"]
    # A column more of four: alike enough for one table, which has to be crawled anew.
    put(platform, "days/day=04/a.csv", b"id,name,v,fare\n04,wide,7,2.5\n4,too,7,3.5\n")
    put(platform, "days/day=01/a.csv", b"id,name,v\n01,changed,7\n1,too,7\n")
    assert load(platform, source) == ["4 4 0 0 False"]
    assert rows(platform, "days") == counted(
        [
            (1, "changed", 7, "01", None),
            (1, "too", 7, "01", None),
            (2, "x", 7, "02", None),
            (902, "y", 7, "02", None),
            (3, "new", 7, "03", None),
            (3, "too", 7, "03", None),
            (4, "wide", 7, "04", 2.5),
            (4, "too", 7, "04", 3.5),
        ]
    )
    assert read_ledger(platform, "days") == [
        ("day=01", 2, 2),
        ("day=02", 2, 2),
        ("day=03", 2, 2),
        ("day=01", 2, 2),
        ("day=04", 2, 2),
    ]


def test_a_line_that_is_no_record_is_laid_aside_with_its_place(platform: Platform) -> None:
    good = "".join(f"{number},name,{number / 4}\n" for number in range(40))
    body = f'id,name,v\n{good}90,x\n91,a,1,2\nid,name,v\n92,"open,3\n'
    prefix = put(platform, "odd lines+/a b.csv", body.encode())
    zipped = put(platform, "zipped/a.csv.gz", gzip.compress(f"id,name,v\n{good}1,2\n".encode()))
    results = load(
        platform,
        {"source": prefix, "target": "odd_lines"},
        {"source": zipped, "target": "zipped"},
        {"source": zipped, "target": "strict", "max_rejected_share": 0.01},
        {"source": zipped, "target": "semicolons", "delimiter": ";"},
    )
    assert results[:2] == ["44 40 4 0 False", "41 40 1 0 False"]
    file = f"s3://{platform.values['LANDING_BUCKET']}/odd lines+/a b.csv"
    ragged = "does not have the 3 fields of its file, with ','"
    assert platform.query(
        'SELECT file, "position", reason, record FROM etl.rejects '
        f"WHERE file = '{file}' ORDER BY \"position\""
    ) == [
        (file, "line 42", ragged, "90,x"),
        (file, "line 43", ragged, "91,a,1,2"),
        (file, "line 44", "the header again", "id,name,v"),
        (file, "line 45", "ends within a quoted field", '92,"open,3'),
    ]
    assert "1 of 41 records for lake.strict are unusable, the limit is 1000 and 1%" in results[2]
    assert "a.csv.gz, line 42: does not have the 3 fields" in results[2]
    assert "is CSV with ',' between the fields, not ';'" in results[3]


def test_files_whose_columns_differ_are_one_table_where_a_person_says_so(
    platform: Platform,
) -> None:
    put(platform, "differ/one/a.csv", b"id,name,v\n1,x,1.5\n2,y,2.5\n")
    put(platform, "differ/two/b.csv", b"other,id,name\nz,3,q\nzz,4,r\n")
    source = {"source": "s3://{landing}/differ/", "target": "differ"}
    apart, together = load(platform, source, {**source, "combine": True})
    assert "holds 2 tables" in apart
    assert together == "4 4 0 0 False"
    found = platform.query("SELECT id, name, v, other FROM lake.differ ORDER BY 1")
    assert found == [
        (1, "x", 1.5, None),
        (2, "y", 2.5, None),
        (3, "q", None, "z"),
        (4, "r", None, "zz"),
    ]


def test_packed_json_and_nested_parquet_arrive(platform: Platform) -> None:
    for part in (1, 2):
        lines = "".join(json.dumps({"a": part * 10 + n, "s": {"x": [n]}}) + "\n" for n in range(3))
        put(platform, f"packed/{part}/a.json.gz", gzip.compress(lines.encode()))
    nested = pa.table(
        {
            "id": [1, 2],
            "m": pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int32())),
            "l": pa.array([[[1], [2]], []], pa.list_(pa.list_(pa.int64()))),
            "s": pa.array([{"x": {"y": [{"z": 1}]}}, {"x": None}]),
        }
    )
    sink = io.BytesIO()
    pq.write_table(nested, sink)
    parquet = put(platform, "nested/a.parquet", sink.getvalue())
    packed = {"source": "s3://{landing}/packed/", "target": "packed", "merge_keys": ["a"]}
    results = load(platform, packed, {"source": parquet, "target": "nested"})
    assert results == ["6 6 0 0 False", "2 2 0 0 False"]
    assert rows(platform, "nested", ("m", "l", "s_x_y")) == counted(
        [(1, '{"k": 1}', "[[1], [2]]", '[{"z": 1}]'), (2, None, "[]", None)]
    )
    put(platform, "packed/3/a.json.gz", gzip.compress(b'{"a": 10, "s": {"x": [7]}}\n'))
    assert load(platform, packed) == ["1 1 0 0 False"]
    assert rows(platform, "packed", ("s_x",)) == counted(
        [
            (10, "[7]", "3"),
            (11, "[1]", "1"),
            (12, "[2]", "1"),
            (20, "[0]", "2"),
            (21, "[1]", "2"),
            (22, "[2]", "2"),
        ]
    )


def test_rows_that_break_the_rules_beside_their_table_are_named(platform: Platform) -> None:
    names = "session id,car park,started at,updated at,hours,fare"
    good = "1,Walcot,2026-11-01 10:00:00,2026-11-01 11:00:00,1,1.6"
    bad = "2,Walcot,2026-11-01 10:00:00,2026-11-01 11:00:00,0,1.6"
    prefix = put(platform, "ruled/a.csv", f"{names}\n{good}\n{bad}\n".encode())
    source = {"source": prefix, "target": "parking_sessions", "merge_keys": ["session_id"]}
    (failed,) = load(platform, {**source, "target": "lake.parking_sessions"})
    assert "lake.parking_sessions breaks 1 of its rules, nothing is published." in failed
    assert 'ColumnValues "hours" > 0' in failed
    assert '1 rows break them, among them: {"session_id":2,' in failed
    assert read_ledger(platform, "parking_sessions") == []
    (loaded,) = load(platform, {**source, "rules": "Rules = [ RowCount > 1 ]"})
    assert loaded == "2 2 0 0 False"
