"""Bytes in, records out, a line at a time: a file may be larger than memory.

A line is UTF-8 or else Latin-1. Two forms of quoting are read: doubled quotes, as RFC 4180 has
them, and backslashes, as MySQL exports them. A record that a newline broke is put together from
its lines where that gives the number of cells that the file has; a stray quote breaks no more
than its own line.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST_LINE_BYTES = 1 << 20
_MOST_LINES_OF_A_RECORD = 5
_BYTE_ORDER_MARK = "\ufeff"


class UnreadableFile(Exception):
    """A file is no CSV of the table that it should hold; the text names it and says why."""


@dataclass(frozen=True)
class Line:
    """A line of the file, counted from 1, without its end."""

    number: int
    text: str


@dataclass(frozen=True)
class Record:
    """Cells, and the lines that they were read from."""

    lines: tuple[Line, ...]
    cells: list[str]

    @property
    def number(self) -> int:
        """The number of its first line."""
        return self.lines[0].number

    @property
    def raw(self) -> str:
        """The record as it stands in the file."""
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True)
class Dialect:
    """How a file separates and quotes cells; a semicolon comes with MySQL's backslashes."""

    delimiter: str

    @property
    def escape(self) -> str | None:
        """The character before a quote that does not close its cell."""
        return "\\" if self.delimiter == ";" else None

    def split(self, text: str) -> list[str] | None:
        """Split a record into cells; None where it is none."""
        if '"' not in text:
            return None if "\n" in text else text.split(self.delimiter)
        lines = _split_at_newlines(text)
        cells, read = self._read_first(lines)
        return cells if read == len(lines) else None

    def is_open(self, text: str) -> bool:
        """Tell whether a cell is still open at the end of a text."""
        if '"' not in text:
            return False
        # A reader in an open cell asks for another line.
        lines = [*_split_at_newlines(text), ""]
        _, read = self._read_first(lines)
        return read == len(lines)

    def _read_first(self, lines: list[str]) -> tuple[list[str] | None, int]:
        """Read one record; return its cells, none where it has a form error, and its lines."""
        reader = csv.reader(lines, delimiter=self.delimiter, escapechar=self.escape)
        try:
            return next(reader), reader.line_num
        except csv.Error:
            return None, 0


def split_lines(chunks: Iterable[bytes], name: str) -> Iterator[Line]:
    """Split a file into its lines; raises UnreadableFile for one that has no line ends."""
    rest = b""
    number = 0
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            number += 1
            yield _decode(number, line)
        if len(rest) > LONGEST_LINE_BYTES:
            raise UnreadableFile(
                f"{name} is no CSV: line {number + 1} has more than {LONGEST_LINE_BYTES} bytes."
            )
    if rest:
        yield _decode(number + 1, rest)


def read_records(lines: Iterable[Line], dialect: Dialect, width: int) -> Iterator[Record]:
    """Read the records of a file whose records have `width` cells; blank lines are none."""
    source = iter(lines)
    ahead: deque[Line] = deque()
    while True:
        line = ahead.popleft() if ahead else next(source, None)
        if line is None:
            return
        if not line.text.strip():
            continue
        yield (
            _join_lines(line, source, ahead, dialect, width) if dialect.is_open(line.text) else None
        ) or Record((line,), dialect.split(line.text) or [line.text])


def _join_lines(
    first: Line, source: Iterator[Line], ahead: deque[Line], dialect: Dialect, width: int
) -> Record | None:
    """Put a broken record together; None where its lines do not give a whole one."""
    joined = [first]
    while len(joined) < _MOST_LINES_OF_A_RECORD:
        position = len(joined) - 1
        if position == len(ahead):
            line = next(source, None)
            if line is None:
                return None
            ahead.append(line)
        joined.append(ahead[position])
        text = "\n".join(line.text for line in joined)
        if not dialect.is_open(text):
            cells = dialect.split(text)
            if cells is None or len(cells) != width:
                return None
            for _ in joined[1:]:
                ahead.popleft()
            return Record(tuple(joined), cells)
    return None


def _split_at_newlines(text: str) -> list[str]:
    """Split after each newline, and nowhere else: str.splitlines knows ten more line ends."""
    return list(io.StringIO(text, newline="\n"))


def _decode(number: int, line: bytes) -> Line:
    line = line.removesuffix(b"\r")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    return Line(number, text.removeprefix(_BYTE_ORDER_MARK) if number == 1 else text)
