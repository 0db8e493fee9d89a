"""Which of the listed files a source reads: recursion, exclusions, storage classes, bookmarks.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-s3-home.html
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import SparkSession

from awsglue import _bookmarks
from awsglue._refusals import as_flag, not_implemented
from awsglue._sources.globs import translate_glob
from awsglue._sources.listing import ARCHIVED_CLASSES, SourceFile, list_files

# What shapes tasks, listing or retries on AWS and cannot change which records are read.
_HARMLESS = frozenset(
    {
        "groupFiles", "groupSize", "useS3ListImplementation", "maxFilesInBand", "isFailFast",
        "optimizePerformance", "mergeSchema", "useSparkDataSource",
    }
)  # fmt: skip
_SELECTING = frozenset(
    {
        "paths",
        "path",
        "recurse",
        "exclusions",
        "compressionType",
        "maxBand",
        "excludeStorageClasses",
    }
)
FILE_OPTIONS = _SELECTING | _HARMLESS

_EXTENSIONS = {"gzip": ".gz", "gz": ".gz", "bzip2": ".bz2", "snappy": ".snappy", "lz4": ".lz4"}


@dataclass(frozen=True)
class Selection:
    """The files to read, and the fewest paths that name them: folders where all is read."""

    files: tuple[SourceFile, ...]
    roots: tuple[str, ...]


def select_files(
    session: SparkSession,
    paths: Sequence[str],
    options: Mapping[str, Any],
    transformation_ctx: str,
    source: str,
) -> Selection:
    """Return the files under the paths that the options and the bookmark leave to read."""
    listed: list[SourceFile] = []
    chosen: list[SourceFile] = []
    for path in paths:
        found = list_files(session, path)
        listed.extend(found)
        chosen.extend(_within_options(path, found, options))
    new = _bookmarks.select_new_files(transformation_ctx, source, chosen, _band_ms(options))
    _check_compression(new, options.get("compressionType"))
    is_everything = len(new) == len(listed)
    roots = list(paths) if is_everything else [file.uri for file in new]
    return Selection(tuple(new), tuple(dict.fromkeys(roots)))


def _within_options(
    path: str, found: Sequence[SourceFile], options: Mapping[str, Any]
) -> list[SourceFile]:
    recurse = as_flag(options.get("recurse", False))
    excluded = [translate_glob(glob) for glob in _exclusions(options)]
    archived = options.get("excludeStorageClasses", ARCHIVED_CLASSES)
    return [
        file
        for file in found
        if (recurse or _is_direct(path, file.uri))
        and file.storage_class not in archived
        and not any(_is_excluded(pattern, path, file.uri) for pattern in excluded)
    ]


def _is_direct(path: str, uri: str) -> bool:
    return "/" not in uri[len(path) :].strip("/")


def _is_excluded(pattern: re.Pattern[str], path: str, uri: str) -> bool:
    """Tell whether a pattern, written in full or relative to the path, names the file."""
    return bool(pattern.fullmatch(uri) or pattern.fullmatch(uri[len(path) :].lstrip("/")))


def _exclusions(options: Mapping[str, Any]) -> list[str]:
    """Return the globs, which Glue wants as a JSON list in a string."""
    exclusions = options.get("exclusions") or []
    return list(json.loads(exclusions)) if isinstance(exclusions, str) else list(exclusions)


def _band_ms(options: Mapping[str, Any]) -> int:
    return int(options.get("maxBand", _bookmarks.DEFAULT_BAND_MS))


def _check_compression(files: Sequence[SourceFile], compression: str | None) -> None:
    """Refuse files whose names do not show their compression: Spark goes by the name."""
    if not compression or str(compression).lower() in ("none", "uncompressed"):
        return
    extension = _EXTENSIONS.get(str(compression).lower())
    if extension is None:
        raise not_implemented("connection_options", f"compressionType {compression!r}")
    for file in files:
        if not file.uri.endswith(extension):
            raise not_implemented(
                "connection_options",
                f"compressionType {compression!r} and the file {file.uri}",
                f"Give compressed files the extension {extension}.",
            )
