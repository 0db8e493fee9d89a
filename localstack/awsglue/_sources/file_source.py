"""Files under paths: the source that from_options reads."""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import types as spark

from awsglue._formats import delta
from awsglue._formats.contract import FILE_COLUMN, Parsed, ReadRequest
from awsglue._formats.registry import format_named
from awsglue._nested import top_column
from awsglue._refusals import not_implemented, refuse_unknown_options
from awsglue._sources.selection import FILE_OPTIONS, Selection, select_files


class FileSource:
    """Files of one format under one or more paths."""

    def __init__(
        self,
        session: SparkSession,
        options: Mapping[str, Any],
        transformation_ctx: str,
        format: str | None = None,
    ) -> None:
        known = FILE_OPTIONS | {"attachFilename", "attachTimestamp"} | delta.READ_OPTIONS
        refuse_unknown_options("create_dynamic_frame from s3", dict(options), frozenset(known))
        if "attachTimestamp" in options:
            raise not_implemented("create_dynamic_frame from s3", "the option 'attachTimestamp'")
        self._session = session
        self._options = options
        self._transformation_ctx = transformation_ctx
        self._format, self._format_options = format, dict[str, Any]()

    def set_format(self, format: str | None, options: Mapping[str, Any]) -> None:
        """Choose the format; the connection may have chosen it already."""
        self._format = format or self._format
        self._format_options = dict(options)

    def read(self) -> Parsed:
        """Return the records of the files that are new to the bookmark, or of a Delta table."""
        if str(self._format).lower() == delta.NAME:
            return self._read_delta()
        for option in delta.READ_OPTIONS & set(self._options):
            raise not_implemented(f"format {self._format!r}", f"the option {option!r}")
        chosen = format_named(self._format)
        refuse_unknown_options(
            f"format {self._format!r}", self._format_options, chosen.read_options
        )
        selection = self._select()
        if not selection.files:
            return Parsed(self._session.createDataFrame([], spark.StructType([])))
        attached = self._options.get("attachFilename")
        parsed = chosen.read(
            ReadRequest(
                self._session, selection.roots, self._format_options, with_file=bool(attached)
            )
        )
        return _with_filename(parsed, str(attached)) if attached else parsed

    def _read_delta(self) -> Parsed:
        if "attachFilename" in self._options:
            raise not_implemented("format 'delta'", "the option 'attachFilename'")
        given = {n: value for n, value in self._options.items() if n in delta.READ_OPTIONS}
        options = {**given, **self._format_options}
        return Parsed(delta.read_table(self._session, _paths(self._options), options))

    def _select(self) -> Selection:
        paths = _paths(self._options)
        return select_files(
            self._session, paths, self._options, self._transformation_ctx, "|".join(sorted(paths))
        )


def _paths(options: Mapping[str, Any]) -> list[str]:
    paths = options.get("paths", options.get("path"))
    if not paths:
        raise ValueError(
            "create_dynamic_frame from s3: connection_options must have 'paths', a list of "
            "s3:// URIs."
        )
    return [paths] if isinstance(paths, str) else list(paths)


def _with_filename(parsed: Parsed, name: str) -> Parsed:
    renamed = parsed.frame.withColumn(name, top_column(FILE_COLUMN)).drop(FILE_COLUMN)
    return Parsed(renamed, parsed.errors)
