"""Which files are one table, and which folders are its partitions.

Folders whose files are compatible (same format and compression, same depth) and whose columns are
similar become partitions of one table; else each folder is a table of its own
(https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from lochan.glue.crawler.classification import Classified, Layout
from lochan.glue.crawler.schema import Struct, merge_structs, similarity

SIMILAR = 0.7


@dataclass(frozen=True)
class File:
    """A classified file at its path below the include path."""

    path: tuple[str, ...]
    content: Classified


@dataclass(frozen=True)
class Partition:
    """A leaf folder: the folders' names below the table's, and its files."""

    path: tuple[str, ...]
    files: tuple[File, ...]


@dataclass(frozen=True)
class Dataset:
    """Files that are one table: its place below the include path, its columns, its partitions.

    The path names a folder, or one file where a file is a table by itself.
    """

    path: tuple[str, ...]
    layout: Layout
    schema: Struct
    partitions: tuple[Partition, ...]
    is_file: bool = False

    @property
    def depth(self) -> int:
        """How many folders lie between the table's and its files'."""
        return len(self.partitions[0].path)

    @property
    def files(self) -> tuple[File, ...]:
        """All files of the table, in listing order."""
        return tuple(file for partition in self.partitions for file in partition.files)


@dataclass
class _Folder:
    files: list[File] = field(default_factory=list)
    folders: dict[str, _Folder] = field(default_factory=dict)


@dataclass(frozen=True)
class Grouping:
    """How a crawler wants its files grouped.

    `combine_compatible` ignores whether columns are similar: TableGroupingPolicy
    CombineCompatibleSchemas. `table_depth` is how many folders below the include path the tables
    are, None to find it out.
    """

    combine_compatible: bool = False
    table_depth: int | None = None

    def allows_table(self, path: tuple[str, ...]) -> bool:
        """Tell whether folders below a path may be the partitions of a table there."""
        return self.table_depth is None or len(path) >= self.table_depth

    def combines(self, path: tuple[str, ...]) -> bool:
        """Tell whether the similarity of columns does not matter below a path."""
        return self.combine_compatible or (
            self.table_depth is not None and len(path) >= self.table_depth
        )


def group_files(files: Sequence[File], grouping: Grouping) -> list[Dataset]:
    """Group files into tables."""
    root = _Folder()
    for file in files:
        folder = root
        for name in file.path[:-1]:
            folder = folder.folders.setdefault(name, _Folder())
        folder.files.append(file)
    return _group(root, (), grouping)


def _group(folder: _Folder, path: tuple[str, ...], grouping: Grouping) -> list[Dataset]:
    children = {
        name: _group(child, (*path, name), grouping) for name, child in folder.folders.items()
    }
    combine = grouping.combines(path)
    own = _group_own_files(folder.files, path, combine)
    if not children:
        return own
    is_one_table = not own and grouping.allows_table(path)
    if is_one_table and (merged := _as_partitions(children, path, combine)):
        return [merged]
    return own + [dataset for datasets in children.values() for dataset in datasets]


def _group_own_files(files: list[File], path: tuple[str, ...], combine: bool) -> list[Dataset]:
    """Make one table of a folder's files, or one of each where they do not go together."""
    if not files:
        return []
    first = files[0].content
    if all(
        _fit(first.layout, first.schema, f.content.layout, f.content.schema, combine) for f in files
    ):
        schema = _merge(file.content.schema for file in files)
        return [Dataset(path, first.layout, schema, (Partition((), tuple(files)),))]
    return [
        Dataset(
            file.path, file.content.layout, file.content.schema, (Partition((), (file,)),), True
        )
        for file in files
    ]


def _as_partitions(
    children: Mapping[str, list[Dataset]], path: tuple[str, ...], combine: bool
) -> Dataset | None:
    """Make the folders partitions of one table, where each is one table and all go together."""
    singles = [datasets[0] for datasets in children.values()]
    if any(len(datasets) != 1 or datasets[0].is_file for datasets in children.values()):
        return None
    first = max(singles, key=lambda dataset: len(dataset.schema.fields))
    together = all(
        child.depth == first.depth
        and _fit(first.layout, first.schema, child.layout, child.schema, combine)
        for child in singles
    )
    if not together:
        return None
    partitions = tuple(
        replace(partition, path=(name, *partition.path))
        for name, datasets in children.items()
        for partition in datasets[0].partitions
    )
    return Dataset(path, first.layout, _merge(child.schema for child in singles), partitions)


def _fit(ours: Layout, schema: Struct, theirs: Layout, other: Struct, combine: bool) -> bool:
    return ours == theirs and (combine or similarity(schema, other) > SIMILAR)


def _merge(schemas: Iterable[Struct]) -> Struct:
    return reduce(merge_structs, schemas, Struct())


def partition_keys(dataset: Dataset) -> list[str]:
    """Name the partition keys: as folders `name=value` do, else partition_0, partition_1, ..."""
    keys = []
    for level in range(dataset.depth):
        names = {_hive_name(partition.path[level]) for partition in dataset.partitions}
        named = next(iter(names)) if len(names) == 1 else ""
        keys.append(named.lower() or f"partition_{level}")
    return keys


def partition_values(partition: Partition, keys: Sequence[str]) -> list[str]:
    """Return the values of a partition, in the order of the keys."""
    return [
        folder.partition("=")[2] if _hive_name(folder).lower() == key else folder
        for folder, key in zip(partition.path, keys, strict=True)
    ]


def _hive_name(folder: str) -> str:
    name, equals, _ = folder.partition("=")
    return name if equals else ""
