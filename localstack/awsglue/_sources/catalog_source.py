"""A table of the Data Catalog as a source: its partitions, its types, its format."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as spark

from awsglue._formats import delta
from awsglue._formats.contract import FILE_COLUMN, Parsed, ReadRequest
from awsglue._formats.registry import format_named
from awsglue._nested import NamedColumn, conform, null_column, select_named, top_column
from awsglue._refusals import not_implemented, refuse_unknown_options
from awsglue._schema import choice_depth
from awsglue._sources.catalog import CatalogTable, Partition, get_partitions
from awsglue._sources.listing import SourceFile
from awsglue._sources.selection import FILE_OPTIONS, Selection, select_files

_OPTIONS = (FILE_OPTIONS - {"paths", "path"}) | {"catalogPartitionPredicate", "useCatalogSchema"}
_LABEL = "__awsglue_label"
_SCHEME = re.compile(r"^[A-Za-z0-9+.-]+:/+")


class CatalogSource:
    """One table; of a partitioned one, the partitions that both predicates select."""

    def __init__(
        self,
        session: SparkSession,
        table: CatalogTable,
        push_down_predicate: str,
        options: Mapping[str, Any],
        transformation_ctx: str,
    ) -> None:
        refuse_unknown_options("from_catalog", dict(options), frozenset(_OPTIONS))
        self._session = session
        self._table = table
        self._predicate = push_down_predicate
        self._options = options
        self._transformation_ctx = transformation_ctx
        self._format_options: dict[str, Any] = {}

    def set_format(self, format: str | None, options: Mapping[str, Any]) -> None:
        """Add format options; the format itself is the table's."""
        self._format_options = dict(options)

    def read(self) -> Parsed:
        """Return the table's records, with its columns in its order and its partition keys last."""
        table = self._table
        if table.format == delta.NAME:
            return Parsed(self._read_delta(table))
        partitions = self._partitions(table)
        selection = self._select(table, partitions)
        if not selection.files:
            return Parsed(self._session.createDataFrame([], table.schema))
        parsed = self._parse(table, selection)
        frame = _in_table_types(parsed.frame, table.columns)
        if partitions is not None:
            frame = _with_partition_values(frame, table, partitions, selection.files)
        return Parsed(frame, parsed.errors)

    def _read_delta(self, table: CatalogTable) -> DataFrame:
        if "catalogPartitionPredicate" in self._options:
            raise not_implemented("format 'delta'", "the option 'catalogPartitionPredicate'")
        frame = delta.read_table(self._session, [table.location], self._format_options)
        return frame.where(self._predicate) if self._predicate else frame

    def _partitions(self, table: CatalogTable) -> list[Partition] | None:
        if not table.partition_keys.fields:
            return None
        partitions = get_partitions(table, self._options.get("catalogPartitionPredicate", ""))
        return _matching(self._session, table, partitions, self._predicate)

    def _select(self, table: CatalogTable, partitions: list[Partition] | None) -> Selection:
        paths = [table.location] if partitions is None else [p.location for p in partitions]
        source = f"{table.database}.{table.name}"
        return select_files(self._session, paths, self._options, self._transformation_ctx, source)

    def _parse(self, table: CatalogTable, selection: Selection) -> Parsed:
        chosen = format_named(table.format)
        options = {**table.format_options(), **self._format_options}
        is_csv = table.format == "csv"
        return chosen.read(
            ReadRequest(
                self._session,
                selection.roots,
                options,
                declared=table.columns if is_csv else None,
                with_file=bool(table.partition_keys.fields),
            )
        )


def _matching(
    session: SparkSession, table: CatalogTable, partitions: Sequence[Partition], predicate: str
) -> list[Partition]:
    """Return the partitions whose typed values satisfy the predicate, as Spark SQL."""
    if not predicate or not partitions:
        return list(partitions)
    rows = [(str(position), partition.values) for position, partition in enumerate(partitions)]
    values = _typed_values(session, rows, table.partition_keys)
    try:
        matching = values.where(predicate).select(_LABEL).collect()
    except AnalysisException as error:
        raise ValueError(
            f"push_down_predicate {predicate!r} does not fit the partition keys "
            f"{table.partition_keys.names} of {table.database}.{table.name}: {error}"
        ) from error
    return [partitions[position] for position in sorted(int(row[0]) for row in matching)]


def _typed_values(
    session: SparkSession, rows: Sequence[tuple[str, tuple[str, ...]]], keys: spark.StructType
) -> DataFrame:
    """Return labelled partition values in the types of their keys."""
    text = [spark.StructField(name, spark.StringType()) for name in (_LABEL, *keys.names)]
    flat = [(label, *map(_null_of_hive, values)) for label, values in rows]
    frame = session.createDataFrame(flat, spark.StructType(text))
    typed = [top_column(key.name).cast(key.dataType).alias(key.name) for key in keys.fields]
    return frame.select(_LABEL, *typed)


def _null_of_hive(value: str) -> str | None:
    return None if value == "__HIVE_DEFAULT_PARTITION__" else value


def _in_table_types(frame: DataFrame, columns: spark.StructType) -> DataFrame:
    """Return the table's columns, in its types; a choice stays one where data have both types."""
    found = {field.name.lower(): field for field in frame.schema.fields}
    named: list[NamedColumn] = []
    for wanted in columns.fields:
        present = found.get(wanted.name.lower())
        named.append(_in_table_type(present, wanted))
    if FILE_COLUMN.lower() in found:
        named.append((found[FILE_COLUMN.lower()], top_column(FILE_COLUMN)))
    return select_named(frame, named)


def _in_table_type(present: spark.StructField | None, wanted: spark.StructField) -> NamedColumn:
    if present is None:
        return wanted, null_column(wanted.dataType)
    column = top_column(present.name)
    if choice_depth(present) is not None:
        return spark.StructField(wanted.name, present.dataType, True, present.metadata), column
    return wanted, conform(column, present.dataType, wanted.dataType)


def _with_partition_values(
    frame: DataFrame,
    table: CatalogTable,
    partitions: Sequence[Partition],
    files: Sequence[SourceFile],
) -> DataFrame:
    """Return the frame with the partition keys, by the folder that each row's file lies in.

    Folders need not be named key=value: a partition is where the catalog says that it is.
    """
    keys = table.partition_keys
    rows = _values_by_folder(frame.sparkSession, partitions, files)
    values = F.broadcast(_typed_values(frame.sparkSession, rows, keys))
    fields = [f for f in frame.schema.fields if f.name not in (FILE_COLUMN, *keys.names)]
    labelled = frame.select(
        *[top_column(field.name) for field in fields],
        F.regexp_replace(_without_scheme(F.col(FILE_COLUMN)), "/[^/]*$", "").alias(_LABEL),
    )
    joined = labelled.join(values, _LABEL)
    return select_named(
        joined, [(field, top_column(field.name)) for field in (*fields, *keys.fields)]
    )


def _values_by_folder(
    session: SparkSession, partitions: Sequence[Partition], files: Sequence[SourceFile]
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the partition values by folder as Spark spells it: URL-encoded, without scheme."""
    jvm: Any = session._jvm
    by_location = {p.location.rstrip("/"): p.values for p in partitions}
    rows = {}
    for folder in dict.fromkeys(file.uri.rsplit("/", 1)[0] for file in files):
        spelled = jvm.org.apache.hadoop.fs.Path(folder).toUri().toString()
        rows[_SCHEME.sub("", spelled)] = by_location[_location_of(folder, by_location)]
    return list(rows.items())


def _location_of(folder: str, locations: Mapping[str, Any]) -> str:
    """Return the longest location that the folder is or lies below."""
    parts = folder.split("/")
    for length in range(len(parts), 0, -1):
        if (candidate := "/".join(parts[:length])) in locations:
            return candidate
    raise RuntimeError(f"awsglue: {folder} is in none of the partitions that were listed.")


def _without_scheme(uri: Column) -> Column:
    return F.regexp_replace(uri, _SCHEME.pattern, "")
