from __future__ import annotations

from dataclasses import replace

import pytest

from tasks.lake.request import LoadRequest, parse_path, parse_source, parse_target, read_mapped

REQUEST = LoadRequest("bucket", "raw/Trips 2026/", "auto", "lake", "trips")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("fare", ("fare",)),
        ("name.first", ("name", "first")),
        ("`a.b`.c", ("a.b", "c")),
        ("`tick``ed`", ("tick`ed",)),
        ("Fare (£)", ("Fare (£)",)),
    ],
)
def test_paths_are_read(text: str, path: tuple[str, ...]) -> None:
    assert parse_path(text) == path


def test_a_prefix_ends_with_a_slash_whether_it_is_written_or_not() -> None:
    assert parse_source("s3://bucket/a/b") == parse_source("s3://bucket/a/b/") == ("bucket", "a/b/")
    assert parse_source("s3://bucket") == ("bucket", "")
    assert parse_source("s3://bucket/größe 1/year=2026/") == ("bucket", "größe 1/year=2026/")


def test_a_table_without_schema_is_in_the_lake() -> None:
    assert parse_target("trips") == ("lake", "trips")
    assert parse_target("sales.trips") == ("sales", "trips")


def test_what_is_made_for_a_prefix_is_named_after_it() -> None:
    # The first eight digits of sha256("s3://bucket/raw/Trips 2026/"), by sha256sum.
    assert REQUEST.hash == "1cc5e6f5"
    assert REQUEST.slug == "raw-trips-2026-1cc5e6f5"
    long = replace(REQUEST, prefix="x" * 500 + "/")
    assert len(long.slug) == 49


def test_a_partition_key_fits_the_ledger_and_tells_apart() -> None:
    assert REQUEST.name_partition() == "lake.trips s3://bucket/raw/Trips 2026/"
    long = [replace(REQUEST, prefix="é" * 300 + f"{end}/").name_partition() for end in "ab"]
    assert len(set(long)) == 2
    assert REQUEST.name_partition("day=1/") == "lake.trips s3://bucket/raw/Trips 2026/day=1/"
    assert all(len(key.encode()) <= 256 for key in long)


def test_another_mapping_is_another_load_and_other_limits_are_not() -> None:
    mapped = replace(REQUEST, mapping=(read_mapped("a", "b", "INT"),))
    others = [mapped, replace(REQUEST, keys=("a",)), replace(REQUEST, table="t2")]
    assert len({one.identity for one in [REQUEST, *others]}) == 4
    assert replace(REQUEST, reject_limit=5, rules="Rules = []").identity == REQUEST.identity
