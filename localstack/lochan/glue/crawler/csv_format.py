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
class CsvRules:
    """What is known of files before they are read; the defaults are the built-in classifier's.

    `header` is UNKNOWN, PRESENT or ABSENT; `names` and `types` (Hive's) of the columns are empty
    where they are to be found out.
    """

    delimiters: tuple[str, ...] = DELIMITERS
    quote: str = '"'
    header: str = "UNKNOWN"
    names: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    trims_values: bool = True
    allows_single_column: bool = False

    @property
    def fewest_rows(self) -> int:
        """How many rows it takes to be sure: a header cannot be told from one row alone."""
        return 2 if self.header == "UNKNOWN" else 1

    def fits(self, width: int) -> bool:
        """Tell whether rows of so many columns can be what the rules describe."""
        widths = {len(stated) for stated in (self.names, self.types) if stated}
        return width >= (1 if self.allows_single_column else 2) and widths <= {width}


BUILT_IN = CsvRules()


@dataclass(frozen=True)
class CsvContent:
    """The columns of the sampled rows, the delimiter, and whether the first row names them."""

    schema: Struct
    delimiter: str
    has_header: bool
    records: int
    is_quoted: bool = False


@dataclass(frozen=True)
class _Candidate:
    """Rows of one width, as one delimiter splits the lines."""

    delimiter: str
    rows: list[list[str]]


def infer_csv(content: bytes, *, whole: bool, rules: CsvRules = BUILT_IN) -> CsvContent | None:
    """Infer the columns; None when no delimiter gives the columns and rows that it takes."""
    text = content.decode("utf-8", errors="replace").lstrip("\ufeff")
    if "\x00" in text:
        return None
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if not whole and len(lines) > 1:
        lines = lines[:-1]  # the last line may be cut
    sampled = lines[: MOST_RECORDS + 1]
    candidates = [found for d in rules.delimiters if (found := _split(sampled, d, rules))]
    if not candidates:
        return None
    best = max(candidates, key=lambda found: (len(found.rows), len(found.rows[0])))
    header = _has_header(best.rows, rules)
    return CsvContent(
        schema=Struct(_columns(best.rows, header, rules)),
        delimiter=best.delimiter,
        has_header=header,
        records=max(len(lines) - header, 1),
        is_quoted=_has_quotes(sampled, best.delimiter, rules.quote),
    )


def _split(lines: list[str], delimiter: str, rules: CsvRules) -> _Candidate | None:
    """Split into rows of the commonest width; None when they are too few or too narrow."""
    try:
        reader = csv.reader(lines, delimiter=delimiter, quotechar=rules.quote)
        rows = [row for row in reader if row]
    except csv.Error:
        return None
    if not rows:
        return None
    width, count = Counter(map(len, rows)).most_common(1)[0]
    if not rules.fits(width) or count < rules.fewest_rows or count * 2 < len(rows):
        return None
    return _Candidate(delimiter, [row for row in rows if len(row) == width])


def _has_header(rows: list[list[str]], rules: CsvRules) -> bool:
    if rules.header != "UNKNOWN":
        return rules.header == "PRESENT"
    if rules.names and [cell.strip().lower() for cell in rows[0]] == [*map(str.lower, rules.names)]:
        return True
    return _is_header(rows[0], rows[1:])


def _columns(rows: list[list[str]], header: bool, rules: CsvRules) -> dict[str, Type | None]:
    names = [name.lower() for name in rules.names or (rows[0] if header else ())]
    body = rows[1:] if header else rows
    columns: dict[str, Type | None] = {}
    for index in range(len(rows[0])):
        name = names[index] if names and names[index] else f"col{index}"
        stated = Scalar(rules.types[index]) if rules.types else None
        columns[_unique(name, names[:index])] = stated or _column_type(body, index, rules)
    return columns


def _is_header(first: list[str], rest: list[list[str]]) -> bool:
    named = all(_NAME.fullmatch(cell) and len(cell) < LONGEST_NAME for cell in first[:-1])
    last = not first[-1] or bool(_NAME.fullmatch(first[-1]) and len(first[-1]) < LONGEST_NAME)
    words = all(_cell_type(cell.strip()) in (None, Scalar("string")) for cell in first)
    typed = any(
        _cell_type(cell.strip()) not in (None, Scalar("string")) for row in rest for cell in row
    )
    return named and last and words and typed


def _column_type(rows: list[list[str]], index: int, rules: CsvRules) -> Type | None:
    merged: Type | None = None
    for row in rows:
        merged = merge(merged, _cell_type(row[index].strip() if rules.trims_values else row[index]))
    return merged


def _cell_type(text: str) -> Type | None:
    if not text:
        return None
    if _INTEGER.fullmatch(text):
        return Scalar("bigint")
    if _NUMBER.fullmatch(text):
        return Scalar("double")
    return Scalar("boolean") if text.lower() in ("true", "false") else Scalar("string")


def _has_quotes(lines: list[str], delimiter: str, quote: str) -> bool:
    """Tell whether some cell begins with the quote symbol."""
    return any(line.startswith(quote) or delimiter + quote in line for line in lines)


def _unique(name: str, earlier: list[str]) -> str:
    return f"{name}_{earlier.count(name)}" if name in earlier else name
