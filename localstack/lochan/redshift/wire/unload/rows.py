"""The rows of a query as Arrow batches, from PostgreSQL's COPY TO STDOUT.

Types come from the query's description, never from the text of the rows.
"""

import io
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow
import pyarrow.compute
import pyarrow.csv

from lochan.redshift.wire.backend_protocol import Backend, ResultColumn
from lochan.redshift.wire.copy.errors import FEATURE_NOT_SUPPORTED, CopyError
from lochan.redshift.wire.sql.names import quote_identifier
from lochan.types import UnknownType, find_oid

_HEADER = 4  # VARHDRSZ, which PostgreSQL adds to lengths and precisions
_LARGEST_PRECISION = 38
# A row has to fit into a block.
_BLOCK_BYTES = 16 << 20
_ARROW: dict[str, pyarrow.DataType] = {
    "smallint": pyarrow.int16(),
    "integer": pyarrow.int32(),
    "bigint": pyarrow.int64(),
    "real": pyarrow.float32(),
    "double precision": pyarrow.float64(),
    "boolean": pyarrow.bool_(),
    "character": pyarrow.string(),
    "character varying": pyarrow.string(),
    "super": pyarrow.string(),
    "varbyte": pyarrow.binary(),
    "date": pyarrow.date32(),
    "timestamp": pyarrow.timestamp("us"),
    "timestamptz": pyarrow.timestamp("us", "UTC"),
}


@dataclass(frozen=True)
class UnloadColumn:
    """A column of the result: its Redshift type, and the Arrow type that holds its values."""

    name: str
    redshift: str
    arrow: pyarrow.DataType


def describe_query(backend: Backend, query: str, *, exact: bool) -> tuple[UnloadColumn, ...]:
    """Return the columns of a query of PostgreSQL's; `exact` also finds out decimals' scales.

    Raises CopyError for a type that no file can hold.
    """
    found = backend.describe(f"SELECT * FROM ({query}\n) AS unloaded LIMIT 0")
    return tuple(_describe(backend, query, column, exact=exact) for column in found)


def _describe(backend: Backend, query: str, column: ResultColumn, *, exact: bool) -> UnloadColumn:
    try:
        name = find_oid(column.type_oid).redshift
    except UnknownType:
        raise _unsupported(column.name, f"the type with OID {column.type_oid}") from None
    if name == "decimal":
        arrow = _decimal_type(backend, query, column) if exact else pyarrow.string()
        return UnloadColumn(column.name, name, arrow)
    if name not in _ARROW:
        if exact:
            raise _unsupported(column.name, name)
        return UnloadColumn(column.name, name, pyarrow.string())
    return UnloadColumn(column.name, name, _ARROW[name])


def _decimal_type(backend: Backend, query: str, column: ResultColumn) -> pyarrow.DataType:
    """Return precision and scale; of an expression without them, a scale that holds all values."""
    if column.type_modifier >= _HEADER:
        modifier = column.type_modifier - _HEADER
        return pyarrow.decimal128(modifier >> 16 & 0xFFFF, modifier & 0x7FF)
    largest = f"SELECT max(pg_catalog.scale({quote_identifier(column.name)}))"
    scale = backend.execute(f"{largest} FROM ({query}\n) AS unloaded")[0][0]
    return pyarrow.decimal128(_LARGEST_PRECISION, int(scale or 0))


def _unsupported(column: str, kind: str) -> CopyError:
    return CopyError(
        FEATURE_NOT_SUPPORTED, f'UNLOAD of column "{column}" is not supported: it is {kind}'
    )


def read_batches(
    backend: Backend, query: str, columns: tuple[UnloadColumn, ...], *, as_text: bool
) -> Generator[pyarrow.RecordBatch, None, None]:
    """Run the query and yield its rows; as text, or in the columns' own types."""
    chunks = backend.copy_out(f"COPY ({query}\n) TO STDOUT (FORMAT csv, NULL '', FORCE_QUOTE *)")
    # Names need not be distinct in a result, and have to be for the parser.
    names = [str(position) for position in range(len(columns))]
    types = [pyarrow.string() if as_text else _parsed_type(column) for column in columns]
    stream: Any = io.BufferedReader(_Chunks(iter(chunks)), 1 << 20)
    try:
        reader = _open(stream, names, types)
        if reader is None:
            return
        for batch in reader:
            yield _finish(batch, columns, as_text=as_text)
    except pyarrow.ArrowInvalid as error:
        raise CopyError("XX000", f"A value of the query does not fit its type: {error}") from error
    finally:
        # The connection answers nothing else before its COPY has ended.
        for _ in chunks:
            pass


def _open(stream: Any, names: list[str], types: list[pyarrow.DataType]) -> Any:
    if not stream.peek(1):
        return None
    return pyarrow.csv.open_csv(
        stream,
        read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=_BLOCK_BYTES),
        # The only column's NULL is an empty line.
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict(zip(names, types, strict=True)),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )


def _parsed_type(column: UnloadColumn) -> pyarrow.DataType:
    return pyarrow.string() if column.redshift == "varbyte" else column.arrow


def _finish(
    batch: pyarrow.RecordBatch, columns: tuple[UnloadColumn, ...], *, as_text: bool
) -> pyarrow.RecordBatch:
    arrays = [
        _finish_bytes(array, as_text=as_text) if column.redshift == "varbyte" else array
        for array, column in zip(batch.columns, columns, strict=True)
    ]
    return pyarrow.RecordBatch.from_arrays(arrays, [column.name for column in columns])


def _finish_bytes(array: pyarrow.Array, *, as_text: bool) -> pyarrow.Array:
    """Return hexadecimal digits as Redshift writes them, or the bytes that they stand for."""
    digits = pyarrow.compute.utf8_slice_codeunits(array, 2)
    if as_text:
        return digits
    values = [None if text is None else bytes.fromhex(text) for text in digits.to_pylist()]
    return pyarrow.array(values, pyarrow.binary())


class _Chunks(io.RawIOBase):
    """Chunks of bytes as a stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = chunk
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)
