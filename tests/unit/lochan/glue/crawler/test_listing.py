from __future__ import annotations

import pytest

from lochan.glue.crawler.errors import UnusableTarget
from lochan.glue.crawler.listing import (
    IncludePath,
    list_objects,
    parse_include_path,
    translate_glob,
)


# Rows from "Include and exclude patterns", define-crawler-choose-data-sources.html.
@pytest.mark.parametrize(
    ("pattern", "path", "excluded"),
    [
        ("*.csv", "a.csv", True),
        ("*.csv", "f/a.csv", False),
        ("*.*", "a.b", True),
        ("*.{csv,avro}", "x.avro", True),
        ("*.{csv,avro}", "x.json", False),
        ("foo.?", "foo.a", True),
        ("foo.?", "foo.ab", False),
        ("*/*", "a/b", True),
        ("*/*", "a/b/c", False),
        ("myfolder/**", "myfolder/a/b", True),
        ("**/_*", "a/b/_complete.json", True),
        ("dept[0-9]/*", "dept7/a", True),
        ("dept[!0-9]/*", "dept7/a", False),
        ("a\\*b", "a*b", True),
        ("a\\*b", "axb", False),
    ],
)
def test_exclusion_globs(pattern: str, path: str, excluded: bool) -> None:
    assert bool(translate_glob(pattern).fullmatch(path)) is excluded


def test_listing_leaves_out_folders_empty_and_excluded_objects(lake) -> None:
    for key, body in [
        ("data/", ""),
        ("data/a.json", "{}"),
        ("data/empty.json", ""),
        ("data/x/_m.json", "{}"),
        ("database/b.json", "{}"),
    ]:
        lake.put(key, body)
    found = list_objects(lake.s3, parse_include_path("s3://lake/data"), ["**/_*"])
    assert [(o.key, o.path) for o in found] == [("data/a.json", ("a.json",))]


def test_an_include_path_may_be_one_object(lake) -> None:
    lake.put("data/a.json", "{}")
    (found,) = list_objects(lake.s3, parse_include_path("s3://lake/data/a.json"), [])
    assert found.path == ("a.json",)


def test_the_name_of_a_target_is_its_last_folder_or_its_bucket() -> None:
    assert IncludePath("lake", "a/b/").name == "b"
    assert IncludePath("lake", "").name == "lake"


@pytest.mark.parametrize("path", ["lake/data", "http://lake/data", "s3:///data"])
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(UnusableTarget, match="is not of the form s3://bucket/prefix"):
        parse_include_path(path)
