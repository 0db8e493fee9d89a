from __future__ import annotations

import pytest

from lochan.glue.crawler.errors import UnusableTarget
from lochan.glue.crawler.listing import (
    IncludePath,
    list_objects,
    parse_include_path,
)


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
