"""Parquet: columns and rows as the footer states them."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from lochan.glue.crawler.samples import Sample
from lochan.glue.crawler.schema import Array, Scalar, Struct, Type, spell

MAGIC = b"PAR1"
_SCALARS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("boolean", ("is_boolean",)),
    ("tinyint", ("is_int8",)),
    ("smallint", ("is_int16", "is_uint8")),
    ("int", ("is_int32", "is_uint16")),
    ("bigint", ("is_int64", "is_uint32", "is_uint64", "is_time")),
    ("float", ("is_float32", "is_float16")),
    ("double", ("is_float64",)),
    ("date", ("is_date",)),
    ("timestamp", ("is_timestamp",)),
    ("string", ("is_string", "is_large_string")),
    ("binary", ("is_binary", "is_large_binary", "is_fixed_size_binary")),
)


@dataclass(frozen=True)
class Footer:
    """The columns and the number of rows."""

    schema: Struct
    rows: int


def read_footer(sample: Sample) -> Footer | None:
    """Read the footer; None when the file is not Parquet, or is cut off."""
    if not sample.raw.startswith(MAGIC):
        return None
    try:
        file = pq.ParquetFile(sample.open())
        columns = {column.name: spell_arrow(column.type) for column in file.schema_arrow}
    except (pa.ArrowException, OSError, UnicodeDecodeError):  # the footer itself is damaged
        return None
    return Footer(Struct(columns), file.metadata.num_rows)


def spell_arrow(kind: pa.DataType) -> Type:
    """Translate an Arrow type to Hive's."""
    if pa.types.is_decimal(kind):
        return Scalar(f"decimal({kind.precision},{kind.scale})")
    if pa.types.is_dictionary(kind):
        return spell_arrow(kind.value_type)
    if pa.types.is_map(kind):
        key, item = spell(spell_arrow(kind.key_type)), spell(spell_arrow(kind.item_type))
        return Scalar(f"map<{key},{item}>")
    if pa.types.is_struct(kind):
        return Struct({item.name: spell_arrow(item.type) for item in kind})
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return Array(spell_arrow(kind.value_type))
    return Scalar(_scalar_name(kind))


def _scalar_name(kind: pa.DataType) -> str:
    for name, tests in _SCALARS:
        if any(getattr(pa.types, test)(kind) for test in tests):
            return name
    return "string"
