"""Delimited text: which delimiter, is there a header, what are the columns.

https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html#classifier-built-in says what makes a
header; that headerless columns are named col0, col1, ... is read off genuine tables.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass

from lochan.glue.crawler.samples import MOST_RECORDS
from lochan.glue.crawler.schema import Scalar, Struct, Type, merge

DELIMITERS = (",", "|", "\t", ";", "\u0001")
LONGEST_NAME = 150
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_NAME = re.compile(r"[^\x00-\x1f]+")


@dataclass(frozen=True)
class CsvContent:
    """The columns of the sampled rows, the delimiter, and whether the first row names them."""

    schema: Struct
    delimiter: str
    has_header: bool
    records: int


def infer_csv(content: bytes, *, whole: bool) -> CsvContent | None:
    """Infer the columns; None when no delimiter gives at least two columns and two rows."""
    text = content.decode("utf-8", errors="replace").lstrip("\ufeff")
    if "\x00" in text:
        return None
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if not whole and len(lines) > 1:
        lines = lines[:-1]  # the last line may be cut
    candidates = [found for d in DELIMITERS if (found := _split(lines[: MOST_RECORDS + 1], d))]
    if not candidates:
        return None
    delimiter, rows = max(candidates, key=lambda found: (len(found[1]), len(found[1][0])))
    return _describe(delimiter, rows, len(lines))


def _split(lines: list[str], delimiter: str) -> tuple[str, list[list[str]]] | None:
    """Split into rows of the commonest width; None when that is under two columns or two rows."""
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return None
    if not rows:
        return None
    width, count = Counter(map(len, rows)).most_common(1)[0]
    if width < 2 or count < 2 or count * 2 < len(rows):
        return None
    return delimiter, [row for row in rows if len(row) == width]


def _describe(delimiter: str, rows: list[list[str]], records: int) -> CsvContent:
    header = _is_header(rows[0], rows[1:])
    body = rows[1:] if header else rows
    names = [name.lower() for name in rows[0]] if header else []
    columns = {
        _unique(names[i] if header and names[i] else f"col{i}", names[:i]): _column_type(body, i)
        for i in range(len(rows[0]))
    }
    return CsvContent(Struct(columns), delimiter, header, max(records - header, 1))


def _is_header(first: list[str], rest: list[list[str]]) -> bool:
    named = all(_NAME.fullmatch(cell) and len(cell) < LONGEST_NAME for cell in first[:-1])
    last = not first[-1] or bool(_NAME.fullmatch(first[-1]) and len(first[-1]) < LONGEST_NAME)
    words = all(_cell_type(cell) in (None, Scalar("string")) for cell in first)
    typed = any(_cell_type(cell) not in (None, Scalar("string")) for row in rest for cell in row)
    return named and last and words and typed


def _column_type(rows: list[list[str]], index: int) -> Type | None:
    merged: Type | None = None
    for row in rows:
        merged = merge(merged, _cell_type(row[index]))
    return merged


def _cell_type(cell: str) -> Type | None:
    text = cell.strip()
    if not text:
        return None
    if _INTEGER.fullmatch(text):
        return Scalar("bigint")
    if _NUMBER.fullmatch(text):
        return Scalar("double")
    return Scalar("boolean") if text.lower() in ("true", "false") else Scalar("string")


def _unique(name: str, earlier: list[str]) -> str:
    return f"{name}_{earlier.count(name)}" if name in earlier else name
