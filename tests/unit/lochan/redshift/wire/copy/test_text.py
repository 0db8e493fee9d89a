"""Records against Python's own csv module, and Arrow's parser against the record reader."""

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lochan.redshift.wire.copy.errors import FieldError
from lochan.redshift.wire.copy.lines import MAX_ROW_BYTES, LineSource, RowTooLargeError
from lochan.redshift.wire.copy.statement import Conversions, Csv, DelimitedText
from lochan.redshift.wire.copy.text import Record, RecordReader
from lochan.redshift.wire.copy.whole_blocks import make_block_parser

values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
tricky = st.text(st.sampled_from("a ,\"\n\r|\\'é"), max_size=6)


def chunked(body: bytes, size: int) -> Iterator[bytes]:
    return (body[begin : begin + size] for begin in range(0, len(body), size))


def read(
    body: bytes,
    text_format: DelimitedText | Csv,
    columns: int,
    *,
    chunk: int = 1 << 20,
    options: Conversions = Conversions(),  # noqa: B008
) -> list[Record]:
    source = LineSource(chunked(body, chunk), "UTF8")
    reader = RecordReader(text_format, options, columns)
    records: list[Record] = []
    line_number = 1
    while (block := source.take_block()) is not None:
        records.extend(reader.read(block, line_number, source))
        line_number = source.next_line_number
    return records


@settings(deadline=None)
@given(
    st.lists(st.lists(values | tricky, min_size=3, max_size=3)),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    st.integers(1, 30),
)
def test_csv_reads_what_python_writes(
    rows: list[list[str]], end: str, quoting: int, chunk: int
) -> None:
    # Python 3.11 quotes a carriage return only where its own lines end in one.
    assume(
        end == "\r\n"
        or quoting == csv.QUOTE_ALL
        or not any("\r" in text for row in rows for text in row)
    )
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator=end, quoting=quoting).writerows(rows)
    records = read(buffer.getvalue().encode(), Csv(), 3, chunk=chunk)
    # Blanks around a quoted field do not count in Redshift; csv.writer writes none there.
    assert [record.fields for record in records] == rows


@settings(deadline=None)
@given(st.lists(st.lists(tricky, min_size=2, max_size=2)), st.integers(1, 30))
def test_escaped_text_reads_what_was_escaped(rows: list[list[str]], chunk: int) -> None:
    def escape(text: str) -> str:
        return "".join(f"\\{c}" if c in "\\|\n\r" else c for c in text)

    body = "".join("|".join(map(escape, row)) + "\n" for row in rows).encode()
    records = read(body, DelimitedText(escape=True), 2, chunk=chunk)
    assert [record.fields for record in records] == rows


@settings(deadline=None)
@given(
    st.lists(st.lists(values | tricky, min_size=1, max_size=3), max_size=6),
    st.sampled_from(
        [
            Csv(),
            Csv(";", "'"),
            DelimitedText(),
            DelimitedText(","),
            DelimitedText(escape=True),
            DelimitedText(remove_quotes=True),
        ]
    ),
    st.integers(1, 3),
    st.booleans(),
)
def test_whole_blocks_and_records_agree(
    rows: list[list[str]], text_format: DelimitedText | Csv, columns: int, blank_lines: bool
) -> None:
    block = "\n".join(text_format.delimiter.join(row) for row in rows)
    options = Conversions(ignore_blank_lines=blank_lines)
    arrays = make_block_parser(text_format, columns)(block)
    if arrays is None:
        return
    records = read(f"{block}\n".encode(), text_format, columns, options=options)
    assert [record.fields for record in records] == [
        list(row) for row in zip(*(array.to_pylist() for array in arrays), strict=True)
    ]


@pytest.mark.parametrize(
    ("block", "text_format"),
    [
        ('1,"a"\n2,b', Csv()),
        ('"a,\nb",""""\n,', Csv()),
        ("1|a\n2|b", DelimitedText()),
        ("1|a|\n2|b|", DelimitedText()),
        ("1|a\r\n2|b\r", DelimitedText()),
    ],
)
def test_ordinary_blocks_are_parsed_whole(block: str, text_format: DelimitedText | Csv) -> None:
    assert make_block_parser(text_format, 2)(block) is not None


@pytest.mark.parametrize(
    ("block", "text_format"),
    [
        ('1, "a"', Csv()),
        ('1,a"b', Csv()),
        ('1,"a', Csv()),
        ("1,a,b", Csv()),
        ("1,a\rb", Csv()),
        ("1|a||\n", DelimitedText()),
        ("1|a|\n2|b|c", DelimitedText()),
        ("1|\\N", DelimitedText(escape=True)),
        ("1|'a'", DelimitedText(remove_quotes=True)),
        ("1|\0", DelimitedText()),
        ("1|a\n\n2|b", DelimitedText()),
    ],
)
def test_blocks_that_need_care_are_left_to_the_reader(
    block: str, text_format: DelimitedText | Csv
) -> None:
    assert make_block_parser(text_format, 2)(block) is None


def test_lines_are_numbered_over_blocks_and_records_of_several_lines() -> None:
    body = b'a\n"b\nb"\nc\n"d\n\nd"\ne'
    records = read(body, Csv(), 1, chunk=4)
    assert [(record.line_number, record.fields) for record in records] == [
        (1, ["a"]),
        (2, ["b\nb"]),
        (4, ["c"]),
        (5, ["d\n\nd"]),
        (8, ["e"]),
    ]


def test_a_stray_quote_spoils_only_its_own_row() -> None:
    records = read(b'a"b\n"c\nc"\nd\n', Csv(), 1, chunk=5)
    assert [
        record.fields.code if isinstance(record.fields, FieldError) else record.fields
        for record in records
    ] == [1214, ["c\nc"], ["d"]]


@pytest.mark.parametrize("begin", [b"", b'"'])
def test_row_without_end_is_refused_before_it_fills_memory(begin: bytes) -> None:
    def endless() -> Iterator[bytes]:
        yield begin
        for _ in range(MAX_ROW_BYTES // 1024 * 3):
            yield b"x" * 1000 + (b"\n" if begin else b"x")

    source = LineSource(endless(), "UTF8")
    reader = RecordReader(Csv(), Conversions(), 1)
    with pytest.raises(RowTooLargeError):
        while (block := source.take_block()) is not None:
            for record in reader.read(block, 1, source):
                assert record
