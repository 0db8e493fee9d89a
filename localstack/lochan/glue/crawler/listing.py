"""What lies under an include path.

Exclusions: https://docs.aws.amazon.com/glue/latest/dg/define-crawler-choose-data-sources.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lochan.glue.crawler.errors import UnusableTarget
from lochan.glue.crawler.globs import translate_glob


@dataclass(frozen=True)
class StoredObject:
    """One object: its key, its path relative to the include path, its size in bytes."""

    bucket: str
    key: str
    path: tuple[str, ...]
    size: int


@dataclass(frozen=True)
class IncludePath:
    """An S3 target; the prefix ends in a slash unless it is the whole bucket or one object."""

    bucket: str
    prefix: str

    @property
    def name(self) -> str:
        """The last folder of the path, else the bucket: the name of a table of all below it."""
        return self.prefix.rstrip("/").rpartition("/")[2] or self.bucket

    @property
    def location(self) -> str:
        """The path as a table's location."""
        return f"s3://{self.bucket}/{self.prefix}"


def parse_include_path(path: str) -> IncludePath:
    """Parse s3://bucket/prefix; raises UnusableTarget for anything else."""
    parts = urlsplit(path)
    if parts.scheme not in ("s3", "s3a", "s3n") or not parts.netloc:
        raise UnusableTarget(f"The target path {path!r} is not of the form s3://bucket/prefix.")
    return IncludePath(parts.netloc, parts.path.lstrip("/"))


def list_objects(
    s3: Any, include: IncludePath, exclusions: Sequence[str]
) -> Iterator[StoredObject]:
    """List the objects with content, less the excluded ones, in key order."""
    excluded = [translate_glob(pattern) for pattern in exclusions]
    folder = (
        include.prefix
        if include.prefix.endswith("/") or not include.prefix
        else include.prefix + "/"
    )
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=include.bucket, Prefix=include.prefix
    )
    for page in pages:
        for item in page.get("Contents", []):
            relative = _relative_path(item["Key"], include.prefix, folder)
            if not item["Size"] or not relative or item["Key"].endswith("/"):
                continue
            if not any(pattern.fullmatch(relative) for pattern in excluded):
                yield StoredObject(
                    include.bucket, item["Key"], tuple(relative.split("/")), item["Size"]
                )


def _relative_path(key: str, prefix: str, folder: str) -> str:
    if key == prefix:
        return key.rpartition("/")[2]
    return key[len(folder) :] if key.startswith(folder) else ""
