"""What a format gets and gives: files to parse, a frame to write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import DataFrame, DataFrameReader, DataFrameWriter, SparkSession
from pyspark.sql import types as spark

# Which file a row comes from, as Spark spells it, when a source has asked for it.
FILE_COLUMN = "__awsglue_file"


@dataclass(frozen=True)
class ReadRequest:
    """Files to parse; declared is the schema that a table gives them."""

    session: SparkSession
    roots: tuple[str, ...]
    options: Mapping[str, Any]
    declared: spark.StructType | None = None
    with_file: bool = False

    def reader(self) -> DataFrameReader:
        """Return a reader that takes the roots as they are, with all that is below folders."""
        # Spark's own key for paths that are no patterns: a key of S3 may hold brackets.
        return self.session.read.option("recursiveFileLookup", "true").option(
            "__globPaths__", "false"
        )

    def text(self, whole: bool) -> DataFrame:
        """Return the files as text, by line or whole."""
        return self.reader().text(list(self.roots), wholetext=whole)


@dataclass(frozen=True)
class Parsed:
    """Records, and the error records of what could not be parsed."""

    frame: DataFrame
    errors: DataFrame | None = None


@dataclass(frozen=True)
class WriteRequest:
    """A frame to add to a folder."""

    frame: DataFrame
    path: str
    options: Mapping[str, Any]
    partition_keys: tuple[str, ...] = ()
    compression: str | None = None

    def writer(self, frame: DataFrame) -> "DataFrameWriter":
        """Return a writer that adds files and overwrites none, as Glue's sinks do."""
        writer = frame.write.mode("append")
        writer = writer.option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
        if self.partition_keys:
            writer = writer.partitionBy(*self.partition_keys)
        return (
            writer if self.compression is None else writer.option("compression", self.compression)
        )


@dataclass(frozen=True)
class Format:
    """A format: how it is read and written, and which options it knows."""

    read: Callable[[ReadRequest], Parsed]
    write: Callable[[WriteRequest], None]
    read_options: frozenset[str] = field(default_factory=frozenset)
    write_options: frozenset[str] = field(default_factory=frozenset)
