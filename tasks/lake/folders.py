"""The folders of a prefix: each is loaded as one, and again when its objects change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tasks.lake.request import LoadRequest
from tasks.processed import StoredObject, hash_load
from tasks.warehouse import LoadResult
from warehouse.lake.loading import DATASET


@dataclass(frozen=True)
class Folder:
    """A folder to load: its path below the prefix, its objects, and its names in the ledger."""

    path: str
    objects: tuple[StoredObject, ...]
    partition_key: str
    load_id: str


@dataclass(frozen=True)
class Found:
    """What a prefix has and what of it is loaded: the folders that are left, and the counts."""

    folders: tuple[Folder, ...]
    pending: tuple[Folder, ...]
    loaded: LoadResult
    # Whether the ledger knows none of the folders that are left, but others of the prefix.
    is_addition: bool


def split_folders(request: LoadRequest, objects: Iterable[StoredObject]) -> list[Folder]:
    """Split the objects by the folders that they lie in, in their order.

    Objects that lie at several depths are one folder, the prefix itself: so are those that lie
    directly below it.
    """
    grouped: defaultdict[str, list[StoredObject]] = defaultdict(list)
    for stored in objects:
        folder, slash, _ = stored.key.removeprefix(request.prefix).rpartition("/")
        grouped[folder + slash].append(stored)
    if len({path.count("/") for path in grouped}) > 1:
        grouped = defaultdict(list, {"": [one for some in grouped.values() for one in some]})
    return [_make_folder(request, path, grouped[path]) for path in sorted(grouped)]


def compare(folders: Sequence[Folder], current: Mapping[str, LoadResult]) -> Found:
    """Tell which folders are left; `current` are the newest loads of them by partition key."""
    pending = tuple(
        one
        for one in folders
        if (found := current.get(one.partition_key)) is None or found.load_id != one.load_id
    )
    is_addition = bool(current) and not any(one.partition_key in current for one in pending)
    return Found(tuple(folders), pending, sum_results(current.values(), skipped=True), is_addition)


def sum_results(results: Iterable[LoadResult], *, skipped: bool) -> LoadResult:
    """Add up what became of folders; the load's name is that of the last one."""
    listed = list(results)
    return LoadResult(
        listed[-1].load_id if listed else "",
        sum(one.input_rows for one in listed),
        sum(one.loaded_rows for one in listed),
        sum(one.rejected_rows for one in listed),
        sum(one.duplicate_rows for one in listed),
        skipped=skipped,
    )


def _make_folder(request: LoadRequest, path: str, objects: Sequence[StoredObject]) -> Folder:
    load_id = hash_load(DATASET, request.identity, objects)
    return Folder(path, tuple(objects), request.name_partition(path), load_id)
