"""COPY carried out: from S3 through Arrow into PostgreSQL's binary COPY, in one stream.

https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

import pgpq
import pyarrow
from pgpq.encoders import StringEncoderBuilder
from pgpq.schema import Jsonb

from lochan.redshift.wire.backend_protocol import Backend, BackendError
from lochan.redshift.wire.copy import json_documents
from lochan.redshift.wire.copy.arrow_types import arrow_type
from lochan.redshift.wire.copy.batches import Arrays, BatchMaker
from lochan.redshift.wire.copy.conversions import make_converters
from lochan.redshift.wire.copy.errors import INTERNAL_ERROR, LOAD_CODE, CopyError, internal_error
from lochan.redshift.wire.copy.lines import LineSource
from lochan.redshift.wire.copy.objects import DataFile, find_files, read_chunks, read_object
from lochan.redshift.wire.copy.parquet import ParquetReader
from lochan.redshift.wire.copy.prefetch import open_in_turn
from lochan.redshift.wire.copy.quoting import quote_identifier
from lochan.redshift.wire.copy.rejections import (
    LoadAbortedError,
    Rejections,
    load_failed,
    log_rejections,
)
from lochan.redshift.wire.copy.statement import (
    AutoMapping,
    CopyStatement,
    Csv,
    DelimitedText,
    Json,
    JsonPathsFile,
    Parquet,
    WholeDocument,
)
from lochan.redshift.wire.copy.table import Column, TargetTable, choose_columns, describe_table
from lochan.redshift.wire.copy.text import RecordReader
from lochan.redshift.wire.copy.whole_blocks import make_block_parser

ReadFile = Callable[[DataFile, IO[bytes]], Iterator[Arrays]]
Render = Callable[[Any], str | None]


@dataclass(frozen=True)
class CopyResult:
    """What a COPY loaded, and the INFO messages that the client is told."""

    rows_loaded: int
    notices: tuple[str, ...] = ()


def execute_copy(
    statement: CopyStatement, backend: Backend, *, s3_client_factory: Callable[[str | None], Any]
) -> CopyResult:
    """Load what a statement names inside the client's transaction; raises CopyError.

    Bad rows are written to stl_load_errors over a side connection whether the load fails or not.
    """
    started = datetime.now(UTC)
    table = describe_table(backend, statement.table)
    rejections = Rejections(statement.load)
    load = _Load(statement, backend, s3_client_factory(statement.region), table, rejections)
    try:
        rows = load.run()
    except LoadAbortedError:
        raise load_failed(table) from None
    except BackendError as error:
        raise CopyError(error.sqlstate, error.message, error.detail, error.hint) from error
    finally:
        if rejections.rows:
            log_rejections(backend, table, rejections.rows, started)
    return CopyResult(rows, _make_notices(table, rows, rejections.count))


def _make_notices(table: TargetTable, rows: int, rejected: int) -> tuple[str, ...]:
    begin = f"Load into table '{table.name}' completed, "
    loaded = f"{begin}{rows} record(s) loaded successfully."
    if not rejected:
        return (loaded,)
    return (
        loaded,
        f"{begin}{rejected} record(s) could not be loaded.  "
        "Check 'stl_load_errors' system table for details.",
    )


class _Load:
    """One COPY under way."""

    def __init__(
        self,
        statement: CopyStatement,
        backend: Backend,
        s3: Any,
        table: TargetTable,
        rejections: Rejections,
    ) -> None:
        self._statement = statement
        self._backend = backend
        self._s3 = s3
        self._table = table
        self._rejections = rejections
        self._columns = choose_columns(
            table, statement.columns, explicit_ids=statement.conversions.explicit_ids
        )

    def run(self) -> int:
        """Find the files and load them; tells how many rows went in, none with NOLOAD."""
        files = find_files(
            self._s3,
            self._statement.source,
            needs_length=isinstance(self._statement.format, Parquet),
        )
        read = self._choose_reader()
        with open_in_turn(self._s3, files) as opened:
            return self._store(batch for file, body in opened for batch in read(file, body))

    def _store(self, batches: Iterator[Arrays]) -> int:
        if self._statement.load.no_load:
            for _ in batches:
                pass
            return 0
        names = ", ".join(quote_identifier(column.name) for column in self._columns)
        sql = f"COPY {self._table.sql_name} ({names}) FROM STDIN (FORMAT binary)"
        return self._backend.copy_in(sql, _encode(self._columns, batches)).rows

    def _choose_reader(self) -> ReadFile:
        """Choose how this format is read, and refuse what it cannot be read into."""
        match self._statement.format:
            case Parquet() as parquet:
                return ParquetReader(
                    self._s3,
                    self._columns,
                    parquet,
                    self._statement.conversions,
                    self._statement.source.location.uri,
                    self._rejections,
                ).read
            case Json() as json_format:
                return self._make_json_reader(json_format)
            case DelimitedText() | Csv() as text_format:
                return self._make_text_reader(text_format)

    def _make_text_reader(self, text_format: DelimitedText | Csv) -> ReadFile:
        options = self._statement.conversions
        batches = self._make_batch_maker(is_json=False)
        parse = make_block_parser(text_format, len(self._columns))
        reader = RecordReader(text_format, options, len(self._columns))

        def read(file: DataFile, body: IO[bytes]) -> Iterator[Arrays]:
            source = LineSource(self._read_chunks(file, body), options.encoding)
            return batches.from_blocks(
                file.location.uri, source, options.ignore_header, parse, reader
            )

        return read

    def _make_json_reader(self, json_format: Json) -> ReadFile:
        mapping = self._map_documents(json_format)
        batches = self._make_batch_maker(is_json=True)

        def read(file: DataFile, body: IO[bytes]) -> Iterator[Arrays]:
            records = json_documents.read_documents(
                self._read_chunks(file, body), self._statement.conversions, mapping
            )
            return batches.from_records(file.location.uri, records)

        return read

    def _make_batch_maker(self, *, is_json: bool) -> BatchMaker:
        converters = make_converters(
            self._columns, self._statement.conversions, self._backend, is_json=is_json
        )
        return BatchMaker(self._columns, converters, self._rejections)

    def _read_chunks(self, file: DataFile, body: IO[bytes]) -> Iterator[bytes]:
        return read_chunks(body, file, self._statement.compression)

    def _map_documents(self, json_format: Json) -> json_documents.DocumentMapping:
        render = [_choose_render(column) for column in self._columns]
        match json_format.mapping:
            case WholeDocument():
                return json_documents.map_whole(self._only_super_column())
            case JsonPathsFile() as paths_file:
                paths = self._read_paths(paths_file)
                if paths is not None:
                    return json_documents.map_by_path(paths, render)
                mapping = AutoMapping()
            case AutoMapping() as mapping:
                pass
        return json_documents.map_by_name([c.name for c in self._columns], render, mapping)

    def _only_super_column(self) -> Render:
        if len(self._columns) != 1 or not self._columns[0].is_super:
            raise CopyError(
                INTERNAL_ERROR, "JSON 'noshred' needs a single column, of the SUPER data type"
            )
        return json_documents.render_super

    def _read_paths(self, paths_file: JsonPathsFile) -> list[json_documents.JsonPath] | None:
        paths = json_documents.parse_json_paths(read_object(self._s3, paths_file.location))
        if paths is not None and len(paths) != len(self._columns):
            raise internal_error(
                "Number of jsonpaths and the number of columns should match. "
                f"JSONPath size: {len(paths)}, "
                f"Number of columns in table or column list: {len(self._columns)}",
                LOAD_CODE,
            )
        return paths


def _choose_render(column: Column) -> Render:
    return json_documents.render_super if column.is_super else json_documents.render_text


def _encode(columns: Sequence[Column], batches: Iterator[Arrays]) -> Iterator[bytes]:
    """Write batches in PostgreSQL's binary format.

    https://www.postgresql.org/docs/18/sql-copy.html#SQL-COPY-BINARY-FORMAT
    """
    schema = pyarrow.schema(
        [(str(position), arrow_type(column)) for position, column in enumerate(columns)]
    )
    encoder = pgpq.ArrowToPostgresBinaryEncoder.new_with_encoders(
        schema,
        {
            field.name: _choose_encoder(column, field)
            for column, field in zip(columns, schema, strict=True)
        },
    )
    yield encoder.write_header()
    for arrays in batches:
        yield encoder.write_batch(pyarrow.RecordBatch.from_arrays(arrays, schema=schema))
    yield encoder.finish()


def _choose_encoder(column: Column, field: pyarrow.Field) -> Any:
    if column.type_name == "jsonb":
        return StringEncoderBuilder.new_with_output(field, Jsonb())
    return pgpq.ArrowToPostgresBinaryEncoder.infer_encoder(field)
