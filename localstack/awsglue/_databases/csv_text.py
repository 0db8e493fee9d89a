"""Record batches as CSV that COPY reads back exactly.

Strings are quoted where they need it: databases read bare fields faster. A null is a text that no
value can be: it is drawn anew for each write and not quoted.

https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html#copy-csv
"""

from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc

# What ends a field or a record, is escaped, or could be taken off a bare field.
_NEEDS_QUOTES = r'[",\r\n\\]|^\s|\s$'


def draw_null_text() -> str:
    """Return a text for nulls that is in no data."""
    return f"@NULL-{uuid4().hex}@"


def csv_lines(batch: pa.RecordBatch, null_text: str) -> bytes:
    """Return the rows as lines of CSV in UTF-8; timestamps in UTC, decimals in full."""
    # A line without anything would be no record.
    pattern = f"{_NEEDS_QUOTES}|^$" if batch.num_columns == 1 else _NEEDS_QUOTES
    fields = [pc.fill_null(_field_text(column, pattern), null_text) for column in batch.columns]
    lines: Any = pc.binary_join_element_wise(*fields, ",")
    return "".join(f"{line}\n" for line in lines.to_pylist()).encode()


def _field_text(column: pa.Array, needs_quotes: str) -> Any:
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        doubled = pc.replace_substring(column, '"', '""')
        quoted = pc.binary_join_element_wise('"', doubled, '"', "")
        return pc.if_else(pc.match_substring_regex(column, needs_quotes), quoted, column)
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us")).cast(pa.string())
    if pa.types.is_decimal(kind):
        return _decimal_text(column)
    return column.cast(pa.string())


def _decimal_text(column: pa.Array) -> pa.Array:
    text = column.cast(pa.string())
    if not pc.any(pc.match_substring(text, "E"), min_count=0).as_py():
        return text
    # Arrow writes small fractions as 1E-8, which Redshift takes for no decimal.
    plain = [None if value is None else f"{value:f}" for value in column.to_pylist()]
    return pa.array(plain, pa.string())
