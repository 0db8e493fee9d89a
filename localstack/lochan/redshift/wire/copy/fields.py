"""The text of one record cut into fields, as Redshift does it for each text format.

https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from lochan.redshift.wire.copy.errors import FieldError
from lochan.redshift.wire.copy.statement import Csv, DelimitedText


def _drop_return(line: str) -> str:
    return line.removesuffix("\r")


@dataclass(frozen=True)
class Splitter:
    """Cuts a record's text into fields; None asks for the lines that the record goes on over.

    `closes` tells whether a further line can be the record's last, `trim` takes off the carriage
    return before a line feed where it is no data.
    """

    split: Callable[[str], list[str] | FieldError | None]
    closes: Callable[[str], bool]
    trim: Callable[[str], str] = _drop_return


def make_splitter(text_format: DelimitedText | Csv) -> Splitter:
    """Choose how records of this format are cut into fields."""
    if isinstance(text_format, Csv):
        quote = text_format.quote
        return Splitter(_make_csv_split(text_format), lambda line: line.count(quote) % 2 == 1)
    if text_format.escape or text_format.remove_quotes:
        return Splitter(
            _make_escaped_split(text_format),
            lambda line: not _ends_in_escape(_drop_plain_return(line)),
            _drop_plain_return if text_format.escape else _drop_return,
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


def _drop_plain_return(line: str) -> str:
    """Keep an escaped carriage return, which is data."""
    trimmed = line.removesuffix("\r")
    return line if _ends_in_escape(trimmed) and trimmed != line else trimmed


def _ends_in_escape(text: str) -> bool:
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def _unescape(value: str) -> str:
    """Resolve backslashes; the null string may be escaped or not, both are the same."""
    if value in ("\\N", "\\\\N"):
        return "\\N"
    return re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
