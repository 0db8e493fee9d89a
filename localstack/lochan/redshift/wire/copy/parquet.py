"""Parquet files, mapped to columns by position, type for type, as Redshift's scanner does it.

https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-columnar.html
"""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import pyarrow
import pyarrow.compute
import pyarrow.parquet
from pyarrow import types

from lochan.redshift.wire.copy.arrow_types import arrow_type
from lochan.redshift.wire.copy.errors import (
    INTERNAL_ERROR,
    SPECTRUM_SCAN_CODE,
    CopyError,
    FieldError,
    spectrum_error,
)
from lochan.redshift.wire.copy.objects import DataFile, file_url, read_chunks
from lochan.redshift.wire.copy.rejections import RejectedRow, Rejections
from lochan.redshift.wire.copy.scalars import make_text_parser
from lochan.redshift.wire.copy.statement import Conversions, Parquet
from lochan.redshift.wire.copy.table import Column

_ROWS_A_BATCH = 65_536
_MEMORY_BYTES = 64 << 20
_MAX_SUPER_STRING_BYTES = 65_535
_LINE_UNKNOWN = -1  # what AWS writes for columnar files

_Check = Callable[[pyarrow.DataType], bool]
_ACCEPTED: dict[str, _Check] = {
    "int2": lambda t: t.bit_width <= 32 and types.is_signed_integer(t),
    "int4": lambda t: t.bit_width <= 32 and types.is_signed_integer(t),
    "int8": types.is_int64,
    "float4": types.is_float32,
    "float8": types.is_float64,
    "bool": types.is_boolean,
    "date": types.is_date32,
    "time": types.is_time,
    "timestamp": types.is_timestamp,
    "timestamptz": types.is_timestamp,
    "bytea": lambda t: types.is_binary(t) or types.is_large_binary(t),
}
_TYPE_NAMES = {
    "int2": "SMALLINT",
    "int4": "INT",
    "int8": "BIGINT",
    "float4": "FLOAT",
    "float8": "DOUBLE",
    "bool": "BOOLEAN",
    "bpchar": "CHAR",
    "bytea": "VARBYTE",
    "timestamptz": "TIMESTAMPTZ",
}
_PHYSICAL_NAMES = {
    "BOOLEAN": "boolean",
    "INT32": "int32",
    "INT64": "int64",
    "INT96": "int96",
    "FLOAT": "float",
    "DOUBLE": "double",
    "BYTE_ARRAY": "byte_array",
    "FIXED_LEN_BYTE_ARRAY": "fixed_len_byte_array",
}


class ParquetReader:
    """Reads the files of one COPY as columns of the table's types."""

    def __init__(
        self,
        s3: Any,
        columns: Sequence[Column],
        data_format: Parquet,
        options: Conversions,
        source_uri: str,
        rejections: Rejections,
    ) -> None:
        self._s3 = s3
        self._columns = columns
        self._options = options
        self._source_uri = source_uri
        self._rejections = rejections
        self._check_super_columns(data_format)

    def read(self, file: DataFile, body: IO[bytes]) -> Iterator[list[pyarrow.Array]]:
        """Yield one file batch by batch; it lies in memory while small and on disk otherwise."""
        with tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES) as spool:
            for chunk in read_chunks(body, file, None):
                spool.write(chunk)
            spool.seek(0)
            parquet = self._open(file, spool)
            self._check_schema(file, parquet)
            for batch in self._scan(file, parquet):
                yield self._cast(file, batch)

    def _check_super_columns(self, data_format: Parquet) -> None:
        if any(column.is_super for column in self._columns) and not data_format.serialize_to_json:
            raise CopyError(
                INTERNAL_ERROR, "SUPER column in COPY query requires SERIALIZETOJSON option"
            )

    def _open(self, file: DataFile, spool: IO[bytes]) -> pyarrow.parquet.ParquetFile:
        try:
            parquet = pyarrow.parquet.ParquetFile(spool, coerce_int96_timestamp_unit="us")
            _read_paths(parquet)
        except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
            raise self._fail(
                file, f"File '{file_url(self._s3, file.location)}' has an invalid version number"
            ) from error
        return parquet

    def _scan(
        self, file: DataFile, parquet: pyarrow.parquet.ParquetFile
    ) -> Iterator[pyarrow.RecordBatch]:
        try:
            yield from parquet.iter_batches(_ROWS_A_BATCH)
        except (pyarrow.ArrowException, OSError) as error:
            raise self._fail(
                file, f"File '{file_url(self._s3, file.location)}' cannot be read: {error}"
            ) from error

    def _check_schema(self, file: DataFile, parquet: pyarrow.parquet.ParquetFile) -> None:
        """Compare columns by position: their number first, then each one's type."""
        schema = parquet.schema_arrow
        missing = len(self._columns) - len(schema)
        if missing < 0 or (missing and not self._options.fill_record):
            raise self._fail(
                file,
                "Unmatched number of columns between table and file. "
                f"Table columns: {len(self._columns)}, Data columns: {len(schema)}, "
                f"File name: {file_url(self._s3, file.location)}",
            )
        for position, column in enumerate(self._columns[: len(schema)]):
            if not _accepts(column, schema.field(position).type):
                raise self._fail(file, self._mismatch(file, column, parquet, position), column)

    def _mismatch(
        self,
        file: DataFile,
        column: Column,
        parquet: pyarrow.parquet.ParquetFile,
        position: int,
    ) -> str:
        return (
            f"File '{file_url(self._s3, file.location)}' has an incompatible Parquet schema for "
            f"column '{self._source_uri}.{column.name}'. Column type: {_type_name(column)}, "
            f"Parquet schema:\n{_parquet_type(parquet, position)}"
        )

    def _cast(self, file: DataFile, batch: pyarrow.RecordBatch) -> list[pyarrow.Array]:
        arrays = []
        for position, column in enumerate(self._columns):
            if position < batch.num_columns:
                array = self._cast_column(file, column, _decode(batch.column(position)))
            else:
                array = self._fill(column, batch.num_rows)
            if column.not_null and array.null_count:
                raise self._fail(
                    file, f"NULL value in column {column.name}, which is NOT NULL", column, 1213
                )
            arrays.append(array)
        return arrays

    def _fill(self, column: Column, rows: int) -> pyarrow.Array:
        """FILLRECORD gives a column that the file does not have NULL."""
        return pyarrow.nulls(rows, arrow_type(column))

    def _cast_column(self, file: DataFile, column: Column, array: pyarrow.Array) -> pyarrow.Array:
        if column.is_super:
            return self._serialize(file, column, array)
        if _is_text(column):
            return self._check_text(file, column, array)
        if column.type_name == "bytea":
            self._check_length(file, column, array)
        try:
            # Nanoseconds beyond microseconds are cut off: neither Redshift nor PostgreSQL has them.
            return array.cast(arrow_type(column), safe=getattr(array.type, "unit", None) != "ns")
        except pyarrow.ArrowInvalid as error:
            raise self._fail(file, f"Column {column.name}: {error}", column) from error

    def _check_text(self, file: DataFile, column: Column, array: pyarrow.Array) -> pyarrow.Array:
        compute = pyarrow.compute
        try:
            texts = array.cast(pyarrow.string())
        except pyarrow.ArrowInvalid:
            texts = self._repair(file, column, array)
        if compute.any(compute.match_substring(texts, "\0"), min_count=0).as_py():
            raise self._fail(file, f"Column {column.name} holds the character NUL", column)
        self._check_length(file, column, texts)
        return texts

    def _check_length(self, file: DataFile, column: Column, array: pyarrow.Array) -> None:
        longest = pyarrow.compute.max(pyarrow.compute.binary_length(array)).as_py() or 0
        if column.length is not None and longest > column.length:
            raise self._fail(
                file,
                f"The length of the data column {column.name} is longer than the length defined in "
                f"the table. Table: {column.length}, Data: {longest}, "
                f"File name: {file_url(self._s3, file.location)}",
                column,
            )

    def _repair(self, file: DataFile, column: Column, array: pyarrow.Array) -> pyarrow.Array:
        """Replace bytes that are no UTF-8, which ACCEPTINVCHARS allows."""
        replacement = self._options.replacement_character
        if replacement is None:
            raise self._fail(
                file,
                f"String contains invalid or unsupported UTF8 codepoints in column {column.name}",
                column,
                1220,
            )
        parse = make_text_parser(None, is_char=False, replacement=replacement, truncate=False)
        values = array.cast(pyarrow.binary()).to_pylist()
        return pyarrow.array(
            [
                None if value is None else parse(value.decode(errors="surrogateescape"))
                for value in values
            ],
            pyarrow.string(),
        )

    def _serialize(self, file: DataFile, column: Column, array: pyarrow.Array) -> pyarrow.Array:
        """SERIALIZETOJSON: values of any type become JSON, strings JSON strings."""
        try:
            values = array.to_pylist()
            texts = [None if value is None else to_json(value) for value in values]
        except (ValueError, OverflowError) as error:  # not a number, a year beyond 9999
            raise self._fail(
                file, f"Column {column.name} holds what JSON cannot: {error}", column, 1224
            ) from error
        for value in values:
            if isinstance(value, str) and len(value.encode()) > _MAX_SUPER_STRING_BYTES:
                raise self._fail(
                    file,
                    f"String value exceeds the max size of {_MAX_SUPER_STRING_BYTES} bytes",
                    column,
                    1224,
                )
        return pyarrow.array(texts, pyarrow.string())

    def _fail(
        self,
        file: DataFile,
        context: str,
        column: Column | None = None,
        code: int = SPECTRUM_SCAN_CODE,
    ) -> CopyError:
        """Note the error for stl_load_errors, its line unknown, and make its CopyError."""
        error = FieldError(code, f"Spectrum Scan Error. {context}")
        self._rejections.rows.append(
            RejectedRow(file.location.uri, _LINE_UNKNOWN, error, column=column)
        )
        return spectrum_error(context, code)


def to_json(value: Any) -> str:
    """Write a Parquet value as JSON: decimals in full, dates and times in ISO form."""
    return json.dumps(value, ensure_ascii=False, default=_encode, allow_nan=False)


def _encode(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return str(value)


def _read_paths(parquet: pyarrow.parquet.ParquetFile) -> list[str]:
    """Name every leaf; raises UnicodeDecodeError where a name is no text."""
    return [parquet.schema.column(index).path for index in range(len(parquet.schema))]


def _decode(array: pyarrow.Array) -> pyarrow.Array:
    return array.dictionary_decode() if types.is_dictionary(array.type) else array


def _is_text(column: Column) -> bool:
    return column.type_name in ("varchar", "bpchar", "text") and not column.is_super


def _accepts(column: Column, file_type: pyarrow.DataType) -> bool:
    """Tell whether a file's type goes into a column: the scanner converts nothing."""
    if types.is_dictionary(file_type):
        file_type = file_type.value_type
    if column.is_super:
        return True
    if _is_text(column):
        return _holds_text(file_type)
    if column.type_name == "numeric":
        return types.is_decimal(file_type) and (file_type.precision, file_type.scale) == (
            column.length,
            column.scale,
        )
    arrow_type(column)  # refuses types that COPY cannot load
    return (types.is_primitive(file_type) and _ACCEPTED[column.type_name](file_type)) or (
        column.type_name == "bytea" and _ACCEPTED["bytea"](file_type)
    )


def _holds_text(file_type: pyarrow.DataType) -> bool:
    return any(
        check(file_type)
        for check in (
            types.is_string,
            types.is_large_string,
            types.is_binary,
            types.is_large_binary,
        )
    )


def _type_name(column: Column) -> str:
    if column.type_name == "numeric":
        return f"DECIMAL({column.length}, {column.scale})"
    return _TYPE_NAMES.get(column.type_name, column.type_name.upper())


def _parquet_type(parquet: pyarrow.parquet.ParquetFile, position: int) -> str:
    """Describe a column of the file as the scanner does, from its first leaf."""
    name = parquet.schema_arrow.field(position).name
    for index, path in enumerate(_read_paths(parquet)):
        if path.split(".")[0] == name:
            leaf = parquet.schema.column(index)
            repetition = "optional" if leaf.max_definition_level else "required"
            physical = _PHYSICAL_NAMES[leaf.physical_type]
            levels = f"[i:{position} d:{leaf.max_definition_level} r:{leaf.max_repetition_level}]"
            return f"{repetition} {physical} {name} {levels}"
    return f"group {name}"
