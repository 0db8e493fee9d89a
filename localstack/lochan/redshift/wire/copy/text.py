"""Text files cut into records, and records into fields, as Redshift does it.

https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lochan.redshift.wire.copy.errors import FieldError
from lochan.redshift.wire.copy.statement import Conversions, Csv, DelimitedText

MAX_ROW_BYTES = 4 << 20  # https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html

_DELIMITER_NOT_FOUND = FieldError(1214, "Delimiter not found")
_EXTRA_COLUMNS = FieldError(1202, "Extra column(s) found")
_ROW_TOO_LARGE = FieldError(1216, "Input row exceeds the maximum size of 4 MB")

_CODECS = {
    "UTF8": "utf-8",
    "UTF16": "utf-16",
    "UTF16LE": "utf-16-le",
    "UTF16BE": "utf-16-be",
}


class Record(NamedTuple):
    """One record: where it begins, its raw text, and its fields or why it has none."""

    line_number: int
    raw: str
    fields: Sequence[str | None] | FieldError


class RowTooLargeError(Exception):
    """A record that does not end within the largest row that Redshift takes."""

    def __init__(self, line_number: int, raw: str) -> None:
        super().__init__(_ROW_TOO_LARGE.reason)
        self.line_number = line_number
        self.raw = raw
        self.error = _ROW_TOO_LARGE


class WrongEncodingError(Exception):
    """A file that is not in the encoding that the statement states."""

    error = FieldError(1221, "File encoding is not the same as that specified in the COPY command")


@dataclass(frozen=True)
class Splitter:
    """Cuts a record's text into fields; None asks for the lines that the record goes on over.

    `closes` tells whether a further line can be the record's last.
    """

    split: Callable[[str], list[str] | FieldError | None]
    closes: Callable[[str], bool]


def read_records(
    chunks: Iterable[bytes], text_format: DelimitedText | Csv, options: Conversions, columns: int
) -> Iterator[Record]:
    """Read the records of one file, each with exactly `columns` fields or an error."""
    lines = _number_lines(read_lines(chunks, options.encoding), options)
    splitter = make_splitter(text_format)
    fit = _FieldCounter(columns, text_format, options).fit
    null_is_data = options.null_as == "\0"
    for line_number, line in lines:
        raw = line.removesuffix("\r")
        if not raw and options.ignore_blank_lines:
            continue
        if "\0" in raw and not null_is_data and (error := _find_stray_null(raw)):
            yield Record(line_number, raw, error)
            continue
        fields = splitter.split(raw)
        if fields is None:
            raw, fields = _complete_record(splitter, lines, line_number, line)
        yield Record(line_number, raw, fit(fields) if isinstance(fields, list) else fields)


def read_lines(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Cut a file into lines; bytes that are no UTF-8 stay in them as lone surrogates.

    Only a line feed ends a line: a carriage return before it is left to the record splitter,
    since inside quotes it is data.
    """
    rest = ""
    for text in decode_chunks(chunks, encoding):
        *lines, rest = (rest + text).split("\n")
        yield from lines
        if len(rest) > MAX_ROW_BYTES:
            raise RowTooLargeError(0, rest)
    if rest:
        yield rest


def decode_chunks(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Decode a file piece by piece; raises WrongEncodingError where UTF-16 is not that."""
    errors = "surrogateescape" if encoding == "UTF8" else "strict"
    decoder = codecs.getincrementaldecoder(_CODECS[encoding])(errors)
    try:
        for chunk in chunks:
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise WrongEncodingError(str(error)) from error


def _number_lines(lines: Iterator[str], options: Conversions) -> Iterator[tuple[int, str]]:
    numbered = enumerate(lines, start=1)
    for _ in range(options.ignore_header):
        if next(numbered, None) is None:
            break
    return numbered


def _complete_record(
    splitter: Splitter, lines: Iterator[tuple[int, str]], line_number: int, line: str
) -> tuple[str, list[str] | FieldError]:
    """Cut a record that spans lines, taking those up to its last."""
    fields: list[str] | FieldError | None = None
    text = line
    while fields is None:
        further = _take_lines(lines, splitter.closes, line_number)
        if not further:
            return text, FieldError(1214, "Invalid quote formatting for CSV", len(text))
        line = "\n".join([line, *further])
        text = line.removesuffix("\r")
        fields = splitter.split(text)
    return text, fields


def _take_lines(
    lines: Iterator[tuple[int, str]], closes: Callable[[str], bool], line_number: int
) -> list[str]:
    taken: list[str] = []
    size = 0
    for _, line in lines:
        taken.append(line)
        size += len(line) + 1
        if size > MAX_ROW_BYTES:
            raise RowTooLargeError(line_number, taken[0])
        if closes(line):
            break
    return taken


def _find_stray_null(text: str) -> FieldError | None:
    """NUL ends a record, so nothing but the line's end may follow it; NULL AS '\\0' lifts this."""
    position = text.index("\0") + 1
    if position == len(text):
        return None
    code = text[position].encode("utf-8", "surrogateescape")[0]
    return FieldError(
        1216, f"Missing newline: Unexpected character {code:#04x} found at location {position}"
    )


class _FieldCounter:
    """Brings the fields of each record to the number of columns, or says why it cannot."""

    def __init__(
        self, columns: int, text_format: DelimitedText | Csv, options: Conversions
    ) -> None:
        self._columns = columns
        self._fill = options.fill_record
        # Files with a delimiter after the last field, as dbgen writes them, load in this format.
        self._drop_empty_end = isinstance(text_format, DelimitedText)

    def fit(self, fields: list[str]) -> list[str] | FieldError:
        missing = self._columns - len(fields)
        if missing == 0:
            return fields
        if missing > 0:
            return fields + [""] * missing if self._fill else _DELIMITER_NOT_FOUND
        if missing == -1 and self._drop_empty_end and fields[-1] == "":
            return fields[:-1]
        return _EXTRA_COLUMNS


def make_splitter(text_format: DelimitedText | Csv) -> Splitter:
    """Choose how records of this format are cut into fields."""
    if isinstance(text_format, Csv):
        quote = text_format.quote
        return Splitter(_make_csv_split(text_format), lambda line: line.count(quote) % 2 == 1)
    if text_format.escape or text_format.remove_quotes:
        return Splitter(
            _make_escaped_split(text_format),
            lambda line: not _ends_in_escape(line.removesuffix("\r")),
        )
    delimiter = text_format.delimiter
    return Splitter(lambda text: text.split(delimiter), lambda _line: True)


def _make_csv_split(text_format: Csv) -> Callable[[str], list[str] | FieldError | None]:
    """Cut CSV: blanks around a quoted field do not count, a quote inside a bare field is wrong."""
    delimiter, quote = text_format.delimiter, text_format.quote
    d, q = re.escape(delimiter), re.escape(quote)
    blanks = f"[{re.escape(''.join({' ', chr(9)} - {delimiter, quote}))}]*"
    end = rf"(?={d}|\Z)"
    field = re.compile(rf"{blanks}{q}((?:[^{q}]|{q}{q})*+){q}{blanks}{end}|([^{d}{q}]*+){end}")
    unfinished = re.compile(rf"{blanks}{q}(?:[^{q}]|{q}{q})*+\Z")
    doubled = quote * 2

    def split(text: str) -> list[str] | FieldError | None:
        if quote not in text:
            return text.split(delimiter)
        fields: list[str] = []
        position = 0
        while position <= len(text):
            match = field.match(text, position)
            if match is None:
                if unfinished.match(text, position):
                    return None
                return FieldError(1214, "Invalid quote formatting for CSV", position)
            quoted, bare = match.groups()
            fields.append(bare if quoted is None else quoted.replace(doubled, quote))
            position = match.end() + 1
        return fields

    return split


def _make_escaped_split(
    text_format: DelimitedText,
) -> Callable[[str], list[str] | FieldError | None]:
    """Cut delimited text with ESCAPE, REMOVEQUOTES or both."""
    delimiter = text_format.delimiter
    d = re.escape(delimiter)
    end = rf"(?={d}|\Z)"
    plain = rf"(?:\\.|[^\\{d}])*+" if text_format.escape else rf"[^{d}]*+"
    inner = r"(?:\\.|[^\\])*?" if text_format.escape else r".*?"
    bare = re.compile(rf"({plain}){end}", re.DOTALL)
    quoted = re.compile(rf"""(['"])({inner})\1{end}""", re.DOTALL)
    read_value = _unescape if text_format.escape else str
    special = ("\\" if text_format.escape else "") + ("'\"" if text_format.remove_quotes else "")

    def split(text: str) -> list[str] | FieldError | None:
        if not any(character in text for character in special):
            return text.split(delimiter)
        if text_format.escape and _ends_in_escape(text):
            return None
        fields: list[str] = []
        position = 0
        while position <= len(text):
            has_quote = text_format.remove_quotes and text[position : position + 1] in ("'", '"')
            match = (quoted if has_quote else bare).match(text, position)
            if match is None:
                return FieldError(1214, "Delimiter not found", position)
            fields.append(read_value(match[2] if has_quote else match[1]))
            position = match.end() + 1
        return fields

    return split


def _ends_in_escape(text: str) -> bool:
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def _unescape(value: str) -> str:
    """Resolve backslashes; the null string may be escaped or not, both are the same."""
    if value in ("\\N", "\\\\N"):
        return "\\N"
    return re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
