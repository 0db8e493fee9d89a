from __future__ import annotations

from dataclasses import replace

from tasks.lake.folders import compare, split_folders
from tasks.lake.request import LoadRequest
from tasks.processed import StoredObject
from tasks.warehouse import LoadResult

REQUEST = LoadRequest("bucket", "raw/", "auto", "lake", "t")
FIRST, SECOND = StoredObject("raw/day=1/a", "e1", 1), StoredObject("raw/day=2/a", "e2", 1)


def test_each_folder_is_a_load_of_its_own() -> None:
    one, two = split_folders(REQUEST, [SECOND, FIRST])
    assert (one.path, one.objects) == ("day=1/", (FIRST,))
    assert two.partition_key == "lake.t s3://bucket/raw/day=2/"
    assert one.load_id != two.load_id


def test_what_lies_at_several_depths_is_one_folder() -> None:
    loose = StoredObject("raw/b", "e3", 1)
    (whole,) = split_folders(REQUEST, [FIRST, loose])
    assert (whole.path, len(whole.objects)) == ("", 2)
    assert whole.partition_key == "lake.t s3://bucket/raw/"
    (direct,) = split_folders(REQUEST, [loose])
    assert direct.path == ""


def test_a_folder_is_left_when_it_is_new_or_changed_or_asked_for_otherwise() -> None:
    folders = split_folders(REQUEST, [FIRST, SECOND])
    current = {
        folder.partition_key: LoadResult(folder.load_id, 5, 3, 1, 1, skipped=True)
        for folder in folders
    }
    done = compare(folders, current)
    assert done.pending == ()
    assert done.loaded == LoadResult(folders[1].load_id, 10, 6, 2, 2, skipped=True)
    changed = split_folders(REQUEST, [FIRST, replace(SECOND, etag="e9")])
    found = compare(changed, current)
    assert [folder.path for folder in found.pending] == ["day=2/"]
    assert not found.is_addition
    more = split_folders(REQUEST, [FIRST, SECOND, StoredObject("raw/day=3/a", "e3", 1)])
    added = compare(more, current)
    assert [folder.path for folder in added.pending] == ["day=3/"]
    assert added.is_addition
    otherwise = split_folders(replace(REQUEST, keys=("id",)), [FIRST, SECOND])
    assert len(compare(otherwise, current).pending) == 2
    assert not compare(folders, {}).is_addition
