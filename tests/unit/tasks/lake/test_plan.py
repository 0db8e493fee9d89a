from __future__ import annotations

from dataclasses import replace

import pytest

from tasks.lake.folders import Found, compare, split_folders
from tasks.lake.plan import LoadPlan, describe_for_job, describe_plan, make_plan
from tasks.lake.request import LoadRequest, read_mapped
from tasks.lake.source import CsvLayout, Source
from tasks.processed import StoredObject
from tasks.warehouse import LoadResult
from warehouse.lake.tables import PresentColumn, TableConflict
from warehouse.lake.types import parse_type

OBJECTS = [StoredObject("raw/b=x/a.csv", "e1", 1200), StoredObject("raw/b=x/b.csv", "e2", 34)]
REQUEST = LoadRequest("bucket", "raw/", "auto", "lake", "t")
SOURCE = Source(
    "landing",
    "lake_t",
    "csv",
    (("a", "int"), ("b", "string")),
    ("b",),
    CsvLayout(",", '"', True),
    "s3://bucket/raw/",
)


def plan(request: LoadRequest = REQUEST, there: dict[str, str] | None = None) -> LoadPlan:
    present = None
    if there is not None:
        present = {name: PresentColumn(name, parse_type(kind)) for name, kind in there.items()}
    return make_plan(request, found(request), SOURCE, present)


def found(request: LoadRequest = REQUEST) -> Found:
    return compare(split_folders(request, OBJECTS), {})


def test_a_plan_says_what_will_be_done() -> None:
    assert describe_plan(plan()) == [
        "read 2 objects, 1,234 bytes of csv below s3://bucket/raw/",
        "create lake.t with 2 columns and lochan_load_id",
        "replace the rows that earlier loads of these folders brought",
        "bear at most 1,000 unusable rows, and 10% of all",
    ]
    request = replace(
        REQUEST, mapping=(read_mapped("a", None, "BIGINT"),), keys=("a",), reject_limit=0
    )
    assert describe_plan(plan(request, {"a": "int"})) == [
        "read 2 objects, 1,234 bytes of csv below s3://bucket/raw/",
        "change lake.t: widen a INTEGER -> BIGINT, add lochan_load_id CHAR(64)",
        "leave out b",
        "merge by a: the newest row wins, by this load",
        "bear at most 0 unusable rows, and 10% of all",
    ]


def test_the_job_is_told_everything_that_it_needs() -> None:
    role = "arn:aws:iam::000000000000:role/copy"
    document = describe_for_job(plan(), ("landing", "redshift_dev_etl_incoming"), role)
    incoming = plan().publication.incoming_table
    assert document == {
        "table": "lake.t",
        "source": {
            "database": "landing",
            "table": "lake_t",
            "format": "csv",
            "partition_keys": ["b"],
            "predicate": "",
        },
        "folders": [
            {"uri": "s3://bucket/raw/b=x/", "load_id": plan().folders[0].load_id, "values": ["x"]}
        ],
        "csv": {
            "delimiter": ",",
            "quote": '"',
            "has_header": True,
            "columns": ["a"],
        },
        "target": {"database": "landing", "table": "redshift_dev_etl_incoming"},
        "columns": [
            {
                "path": ["a"],
                "source_type": "int",
                "name": "a",
                "type": "integer",
                "arguments": [],
                "stated": False,
            },
            {
                "path": ["b"],
                "source_type": "string",
                "name": "b",
                "type": "varchar",
                "arguments": [256],
                "stated": False,
            },
        ],
        "keys": [],
        "rules": "",
        "bytes": 1234,
        "reject_limit": 1000,
        "max_rejected_share": 0.1,
        "preactions": f'LOCK TABLE "etl"."{incoming}";DELETE FROM "etl"."{incoming}"',
        "copy_role_arn": role,
    }


def test_only_the_folders_that_are_left_are_read() -> None:
    folders = split_folders(REQUEST, [*OBJECTS, StoredObject("raw/b=it's/a.csv", "e3", 5)])
    loaded = LoadResult(folders[1].load_id, 2, 2, 0, 0, skipped=True)
    rest = compare(folders, {folders[1].partition_key: loaded})
    made = make_plan(REQUEST, rest, SOURCE, None)
    assert describe_plan(made)[:2] == [
        "read 1 objects, 5 bytes of csv below s3://bucket/raw/",
        "load 1 folders; 1 more are loaded as they are",
    ]
    document = describe_for_job(made, ("landing", "incoming"), "role")
    assert document["source"]["predicate"] == r"(`b` = 'it\'s')"


def test_the_same_objects_for_the_same_table_are_the_same_load() -> None:
    assert plan().load_id == plan().load_id
    other = make_plan(REQUEST, compare(split_folders(REQUEST, OBJECTS[:1]), {}), SOURCE, None)
    assert other.load_id != plan().load_id
    assert plan(replace(REQUEST, table="t2")).load_id != plan().load_id


@pytest.mark.parametrize("named", [{"keys": ("x",)}, {"keys": ("a",), "newest_by": "x"}])
def test_keys_have_to_be_columns_that_are_loaded(named: dict[str, object]) -> None:
    with pytest.raises(TableConflict, match=r"x is to be a key .* none of the columns .* a, b"):
        plan(replace(REQUEST, **named))  # type: ignore[arg-type]


def test_a_nested_value_is_no_key() -> None:
    nested = replace(SOURCE, columns=(("a", "array<int>"),))
    with pytest.raises(TableConflict, match="a is SUPER, which Redshift cannot compare"):
        make_plan(replace(REQUEST, keys=("a",)), found(), nested, None)
