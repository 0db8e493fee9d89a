from __future__ import annotations

import gzip
import re
from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from spark.lake.lines import match_open_quote, order_fields, read_lines, show_path
from spark.lake.plan import CsvLayout, Folder, LoadColumn, LoadPlan, TargetType
from tests.unit.spark.lake.test_rows import PLAN

TEXT = TargetType("varchar", (256,))
LAYOUT = CsvLayout(",", '"', True, ("id", "name"))
COLUMNS = tuple(LoadColumn((name,), name, TEXT) for name in ("id", "name", "day"))


def plan(tmp_path: Path, *days: str) -> LoadPlan:
    folders = tuple(Folder(f"file:{tmp_path}/day={day}/", f"load {day}", (day,)) for day in days)
    return replace(PLAN, columns=COLUMNS, partition_keys=("day",), folders=folders)


def write(tmp_path: Path, name: str, body: bytes) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(body)


def read(
    spark: SparkSession, planned: LoadPlan, layout: CsvLayout = LAYOUT
) -> list[tuple[object, ...]]:
    """Fields, load, name of the file, position, reason and record."""
    rows = read_lines(spark, planned, layout).collect()
    return sorted((*row[:4], row[4].rpartition("/")[2], *row[5:]) for row in rows)


def test_a_line_is_a_record_or_keeps_its_text_and_its_place(
    spark: SparkSession, tmp_path: Path
) -> None:
    body = '\ufeffid,name\r\n1,"a, ""b"""\r\n\r\n2\r\n3,x,y\r\n4,"open\r\nid,Name\r\n5,\r\n'
    write(tmp_path, "day=ä 1+%/a b.csv", body.encode())
    ragged = "does not have the 2 fields of its file, with ','"
    place = ("ä 1+%", "load ä 1+%", "a b.csv")
    assert read(spark, plan(tmp_path, "ä 1+%")) == [
        ("1", 'a, "b"', *place, "line 2", None, '1,"a, ""b"""'),
        ("2", None, *place, "line 4", ragged, "2"),
        ("3", "x", *place, "line 5", ragged, "3,x,y"),
        ("4", "open", *place, "line 6", "ends within a quoted field", '4,"open'),
        ("5", None, *place, "line 8", None, "5,"),
        ("id", "Name", *place, "line 7", "the header again", "id,Name"),
    ]


def test_lines_are_numbered_across_the_parts_of_a_file(spark: SparkSession, tmp_path: Path) -> None:
    lines = [f"{number:04d},name" for number in range(1, 2000)]
    body = "\n".join(["id,name", *lines, ""]).encode()
    write(tmp_path, "day=1/long.csv", body)
    write(tmp_path, "day=1/zipped.csv.gz", gzip.compress(b"id,name\n9999,gz\n"))
    session = spark.newSession()
    session.conf.set("spark.sql.files.maxPartitionBytes", "4096")
    found = read(session, plan(tmp_path, "1"))
    numbers = [(row[0], row[5]) for row in found]
    assert numbers == [
        *((f"{number:04d}", f"line {number + 1}") for number in range(1, 2000)),
        ("9999", "line 2"),
    ]


def test_fields_go_where_the_header_of_their_file_says(spark: SparkSession, tmp_path: Path) -> None:
    write(tmp_path, "day=1/a.csv", b"id,name\n1,x\n")
    write(tmp_path, "day=2/b.csv", b"Name,ID\ny,2\n")
    write(tmp_path, "day=2/c.csv", b"id\n3\n4,z\n")
    found = [row[:3] + row[4:7] for row in read(spark, plan(tmp_path, "1", "2"))]
    assert found == [
        ("1", "x", "1", "a.csv", "line 2", None),
        ("2", "y", "2", "b.csv", "line 2", None),
        ("3", None, "2", "c.csv", "line 2", None),
        ("4", None, "2", "c.csv", "line 3", "does not have the 1 fields of its file, with ','"),
    ]


def test_without_a_header_every_line_is_a_record(spark: SparkSession, tmp_path: Path) -> None:
    write(tmp_path, "day=1/a.csv", b"1|x\n2|y\n")
    layout = CsvLayout("|", '"', False, ("id", "name"))
    found = [row[:2] for row in read(spark, plan(tmp_path, "1"), layout)]
    assert found == [("1", "x"), ("2", "y")]


@pytest.mark.parametrize(
    ("header", "order"),
    [
        (["a", "b", "c"], (0, 1, 2)),
        (["c", "a", "b"], (2, 0, 1)),
        (["b"], (1,)),
        # Crawlers mend such names: the columns are in their order.
        (["a", "b", "b"], (0, 1, 2)),
        (["a", "", "x"], (0, 1, 2)),
    ],
)
def test_a_header_orders_fields_where_it_has_the_names(
    header: list[str], order: tuple[int, ...]
) -> None:
    assert order_fields(header, ("A", "b", "c")) == order


@pytest.mark.parametrize(
    ("line", "is_open"),
    [
        ('1,"open', True),
        ('"a","b', True),
        ('"a, ""b"",c', True),
        ('1,"a, ""b"""', False),
        ('"x,"""', False),
        ('12" pipe,3', False),
        ('1,""', False),
        ("", False),
    ],
)
def test_a_quote_that_nothing_closes_is_found(line: str, is_open: bool) -> None:
    assert (re.search(match_open_quote(LAYOUT), line) is not None) is is_open


def test_files_are_shown_as_s3_names_them() -> None:
    assert show_path("s3a://bucket/a%20b/c%25+.csv") == "s3://bucket/a b/c%+.csv"
