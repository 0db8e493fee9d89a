"""Rows as the text that UNLOAD writes.

https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
"""

import re
from collections.abc import Sequence
from typing import Any

import pyarrow
import pyarrow.compute as compute

from lochan.redshift.wire.unload.statement import UnloadCsv, UnloadText

TextFormat = UnloadText | UnloadCsv


def header_line(names: Sequence[str], text_format: TextFormat) -> bytes:
    """Write the line of names that HEADER asks for."""
    row = pyarrow.RecordBatch.from_arrays(
        [pyarrow.array([name], pyarrow.string()) for name in names], list(names)
    )
    return text_lines(row, text_format, null_as="")


def text_lines(batch: pyarrow.RecordBatch, text_format: TextFormat, *, null_as: str) -> bytes:
    """Write rows of strings as lines."""
    fields = [_field_text(column, text_format, null_as) for column in batch.columns]
    lines: Any = compute.binary_join_element_wise(*fields, text_format.delimiter)
    return "".join(f"{line}\n" for line in lines.to_pylist()).encode()


def _field_text(column: pyarrow.Array, text_format: TextFormat, null_as: str) -> Any:
    if isinstance(text_format, UnloadCsv):
        return compute.fill_null(_quote_where_needed(column, text_format.delimiter), null_as)
    if text_format.escape:
        special = "\\\\\n\r" + ("\"'" if text_format.add_quotes else "")
        pattern = f"([{special}{re.escape(text_format.delimiter)}])"
        column = compute.replace_substring_regex(column, pattern, r"\\\1")
    if text_format.add_quotes:
        column = compute.binary_join_element_wise('"', column, '"', "")
    return compute.fill_null(column, null_as)


def _quote_where_needed(column: pyarrow.Array, delimiter: str) -> Any:
    needed = compute.match_substring_regex(column, f'["\r\n{re.escape(delimiter)}]')
    doubled = compute.replace_substring(column, '"', '""')
    quoted = compute.binary_join_element_wise('"', doubled, '"', "")
    return compute.if_else(needed, quoted, column)
