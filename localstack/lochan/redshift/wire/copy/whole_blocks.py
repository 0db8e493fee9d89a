"""Blocks of text parsed whole by Arrow, where nothing in them needs the record reader's care.

The rules that differ between Arrow's parser and Redshift's are all about quotes, carriage returns,
NUL and blank lines. A block in which they could matter, or that Arrow refuses, is answered with
None and goes to the record reader, which also finds out what is wrong with it.
"""

import re
from collections.abc import Callable

import pyarrow
import pyarrow.csv

from lochan.redshift.wire.copy.statement import Csv, DelimitedText

BlockParser = Callable[[str], list[pyarrow.Array] | None]


def make_block_parser(text_format: DelimitedText | Csv, columns: int) -> BlockParser:
    """Make the parser of this format; it gives each column's texts as an array of strings."""
    is_plain = _make_check(text_format)
    read = _make_reader(text_format, columns)
    ends_in_delimiter = isinstance(text_format, DelimitedText)

    def parse(block: str) -> list[pyarrow.Array] | None:
        if "\r" in block:
            block = block.replace("\r\n", "\n").removesuffix("\r")
        if not block or not is_plain(block):
            return None
        extra = ends_in_delimiter and _count_fields(block, text_format.delimiter) == columns + 1
        try:
            return read(block.encode() + b"\n", extra)
        except (pyarrow.ArrowInvalid, UnicodeEncodeError):
            return None

    return parse


def _count_fields(block: str, delimiter: str) -> int:
    return block[: block.find("\n") % (len(block) + 1)].count(delimiter) + 1


def _make_check(text_format: DelimitedText | Csv) -> Callable[[str], bool]:
    """Make the test whether a block means the same to Arrow and to Redshift."""
    special = "\0\r"
    if isinstance(text_format, DelimitedText):
        special += "\\" * text_format.escape + "'\"" * text_format.remove_quotes
    has_special = re.compile(f"[{re.escape(special)}]").search
    has_blank_line = re.compile(r"\A\n|\n\n|\n\Z").search

    def is_plain(block: str) -> bool:
        if has_special(block) or has_blank_line(block):
            return False
        return not isinstance(text_format, Csv) or _is_well_quoted(block, text_format)

    return is_plain


def _is_well_quoted(block: str, text_format: Csv) -> bool:
    """Tell whether quotes stand only around whole fields, doubled inside, all closed."""
    if text_format.quote not in block:
        return True
    d, q = re.escape(text_format.delimiter), re.escape(text_format.quote)
    field = rf"(?:{q}(?:[^{q}]|{q}{q})*+{q}|[^{d}{q}\n]*+)"
    return re.fullmatch(rf"{field}(?:[{d}\n]{field})*+", block) is not None


def _make_reader(
    text_format: DelimitedText | Csv, columns: int
) -> Callable[[bytes, bool], list[pyarrow.Array] | None]:
    quote = text_format.quote if isinstance(text_format, Csv) else False
    parse_options = pyarrow.csv.ParseOptions(
        delimiter=text_format.delimiter,
        quote_char=quote,
        newlines_in_values=True,
        ignore_empty_lines=False,
    )
    names = [str(position) for position in range(columns + 1)]
    convert_options = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pyarrow.string()), null_values=[]
    )

    def read(block: bytes, extra: bool) -> list[pyarrow.Array] | None:
        read_options = pyarrow.csv.ReadOptions(
            column_names=names if extra else names[:-1],
            block_size=len(block) + 1,
            use_threads=False,
        )
        table = pyarrow.csv.read_csv(
            pyarrow.BufferReader(block), read_options, parse_options, convert_options
        )
        arrays = [column.combine_chunks() for column in table.columns]
        if not extra:
            return arrays
        *arrays, end = arrays
        return arrays if pyarrow.compute.all(pyarrow.compute.equal(end, "")).as_py() else None

    return read
