"""Which files are under a path: S3 through boto3, every other file system through Hadoop."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
from pyspark.sql import SparkSession

# Objects that S3 cannot hand out before they are restored.
ARCHIVED_CLASSES = ("GLACIER", "DEEP_ARCHIVE")
_S3_SCHEMES = frozenset({"s3", "s3a", "s3n"})


@dataclass(frozen=True)
class SourceFile:
    """A file as it was listed."""

    uri: str
    modified_ms: int
    size_bytes: int
    storage_class: str = "STANDARD"


def list_files(session: SparkSession, path: str) -> list[SourceFile]:
    """Return all files at or below a path, by URI; none when nothing is there.

    Names that begin with a dot or an underscore are no data, as everywhere in Hadoop.
    """
    is_s3 = urlsplit(path).scheme in _S3_SCHEMES
    files = _list_s3(path) if is_s3 else _list_hadoop(session, path)
    visible = (file for file in files if _is_data(file.uri[len(path) :] or file.uri))
    return sorted(visible, key=lambda file: file.uri)


def _is_data(relative: str) -> bool:
    names = [name for name in relative.split("/") if name]
    # A folder such as `_year=2020` is a partition all the same.
    return not any(name.startswith((".", "_")) and "=" not in name for name in names) and not (
        relative.endswith("/")
    )


def _list_s3(path: str) -> Iterator[SourceFile]:
    parts = urlsplit(path)
    prefix = path.split(parts.netloc, 1)[1].lstrip("/")
    pages = (
        boto3.client("s3")
        .get_paginator("list_objects_v2")
        .paginate(Bucket=parts.netloc, Prefix=prefix)
    )
    for page in pages:
        for found in page.get("Contents", []):
            if _is_below(found["Key"], prefix):
                yield _s3_file(f"{parts.scheme}://{parts.netloc}", found)


def _is_below(key: str, prefix: str) -> bool:
    """Tell a folder's objects from those of a sibling whose name merely begins alike."""
    return not prefix or prefix.endswith("/") or key == prefix or key[len(prefix)] == "/"


def _s3_file(bucket: str, found: Mapping[str, Any]) -> SourceFile:
    return SourceFile(
        uri=f"{bucket}/{found['Key']}",
        modified_ms=int(found["LastModified"].timestamp() * 1000),
        size_bytes=found["Size"],
        storage_class=found.get("StorageClass", "STANDARD"),
    )


def _list_hadoop(session: SparkSession, path: str) -> Iterator[SourceFile]:
    jvm: Any = session._jvm
    folder = jvm.org.apache.hadoop.fs.Path(path)
    system = folder.getFileSystem(session._jsparkSession.sessionState().newHadoopConf())
    if not system.exists(folder):
        return
    found = system.listFiles(folder, True)
    while found.hasNext():
        status = found.next()
        yield SourceFile(
            uri=_as_asked(path, status.getPath().toString()),
            modified_ms=status.getModificationTime(),
            size_bytes=status.getLen(),
        )


def _as_asked(path: str, uri: str) -> str:
    """Return the URI with as many slashes after its scheme as the path that was asked for."""
    scheme = urlsplit(path).scheme
    if not scheme:
        return re.sub(r"^[a-z0-9]+:/*", "/", uri)
    return re.sub(r"^([a-z0-9]+:)/*", rf"\1{_slashes(path)}", uri)


def _slashes(path: str) -> str:
    after = path.split(":", 1)[1]
    return after[: len(after) - len(after.lstrip("/"))]
