from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.books.cleaning import FileCleaner, Reject, TooManyRejects
from tasks.books.fields import Limits
from tasks.books.records import LONGEST_LINE_BYTES, UnreadableFile
from tasks.books.tables import BOOKS, RATINGS, USERS, Row, SourceTable, table_of

LIMITS = Limits(earliest_year=1450, latest_year=2005, youngest=5, oldest=100)


def clean(
    table: SourceTable, text: bytes, limit: int = 1000
) -> tuple[list[tuple[int, Row]], list[tuple[int, str, str]]]:
    """Clean a file; returns rows by line, and rejects."""
    rejects: list[Reject] = []
    cleaner = FileCleaner("s3://landing/file.csv", table, LIMITS, limit, rejects.append)
    rows = list(cleaner.clean([text]))
    assert cleaner.cleaned.rows == len(rows)
    assert cleaner.cleaned.rejected == len(rejects) == cleaner.cleaned.reasons.total()
    return rows, [(one.position, one.reason, one.record) for one in rejects]


def test_semicolons_backslashes_and_no_header() -> None:
    rows, rejects = clean(
        RATINGS,
        b'"43842";"0739432540";"0"\r\n"48821";"\\"8804501367\\"";"7"\r\n"1";"0739432540";"11"\r\n',
    )
    assert rows == [(1, (43842, "0739432540", 0)), (2, (48821, "8804501367", 7))]
    assert rejects == [(3, "rating is not a number from 0 to 10", '"1";"0739432540";"11"')]


def test_commas_doubled_quotes_and_a_header_in_another_order() -> None:
    rows, _ = clean(
        BOOKS,
        b"\xef\xbb\xbfYear,ISBN,Book-Author,Book-Title,Image-URL-S\n"
        b'2001,2005018,"Wright, R.","The ""Callan"" Case",http://x\n',
    )
    assert rows == [(2, ("0002005018", 'The "Callan" Case', "Wright, R.", 2001, None))]


def test_the_location_is_split_and_a_state_is_called_location_beside_a_country() -> None:
    whole, _ = clean(USERS, b"User-ID;Location;Age\n1;timmins, ontario, canada;NULL\n")
    parts, _ = clean(USERS, b"User-ID,Place,Location,Country,Age,,\n1,nyc, new york, usa,18,,\n")
    assert whole == [(2, (1, "timmins", "ontario", "canada", None))]
    assert parts == [(2, (1, "nyc", "new york", "usa", 18))]


def test_lines_are_utf_8_or_else_latin_1_each_by_itself() -> None:
    rows, _ = clean(
        USERS,
        "1;köln, nrw, germany;30\n".encode("latin-1") + "2;málaga, x, spain;40\n".encode(),
    )
    assert [row[1] for _, row in rows] == ["köln", "málaga"]


def test_a_record_broken_in_a_number_ends_there_and_the_rest_is_laid_aside() -> None:
    rows, rejects = clean(
        USERS,
        b"User-ID,Place,Location,Country,Age,,\r\n"
        b'91,toronto, ,,"NULL\n92""",,\r\n93,x,y,z,20,,\r\n',
    )
    assert rows == [(2, (91, "toronto", None, None, None)), (4, (93, "x", "y", "z", 20))]
    assert rejects == [(3, "the rest of a record that a newline broke", '92""",,')]


def test_a_stray_quote_behind_the_break_is_no_other_break() -> None:
    rows, rejects = clean(
        USERS,
        b"User-ID,Place,Location,Country,Age,,\r\n"
        b'4193,douglas, alaska,,"NULL\n4194""", alaska, usa";NULL\r\n',
    )
    assert rows == [(2, (4193, "douglas", "alaska", None, None))]
    assert rejects == [
        (3, "the rest of a record that a newline broke", '4194""", alaska, usa";NULL')
    ]


# Bytes 85 and 0C and U+2028 end lines for str.splitlines, and not in CSV.
@pytest.mark.parametrize("mark", [b"\x85", b"\x0c", "\u2028".encode()])
def test_a_quoted_text_keeps_what_only_unicode_calls_a_line_end(mark: bytes) -> None:
    rows, rejects = clean(
        BOOKS,
        b'ISBN;Title;Author;Year;Publisher\n"0195153448";"Wait' + mark + b'";"A";"2002";"B"\n',
    )
    assert [row[1][:4] for _, row in rows] == ["Wait"]
    assert rejects == []


def test_a_record_broken_in_a_text_goes_on() -> None:
    rows, rejects = clean(
        BOOKS,
        b"ISBN;Title;Author;Year;Publisher\n"
        b'"0195153448";"Classical\nMythology";"Mark Morford";"2002";"Oxford"\n',
    )
    assert rows == [(2, ("0195153448", "Classical Mythology", "Mark Morford", 2002, "Oxford"))]
    assert rejects == []


def test_a_stray_quote_breaks_no_more_than_its_own_line() -> None:
    good = [b"%d,0195153448,5" % number for number in range(2, 40)]
    rows, rejects = clean(RATINGS, b'1,"0195153448,5\n' + b"\n".join(good) + b"\n")
    assert [row[0] for _, row in rows] == list(range(2, 40))
    assert rejects == [(1, "2 cells instead of 3", '1,"0195153448,5')]


def test_a_header_in_the_middle_is_laid_aside() -> None:
    rows, rejects = clean(
        RATINGS, b"User-ID,ISBN,Book-Rating\n1,0195153448,5\nUser-ID,ISBN,Book-Rating\n"
    )
    assert len(rows) == 1
    assert rejects == [(3, "the header again", "User-ID,ISBN,Book-Rating")]


def test_a_nul_byte_is_laid_aside_as_text() -> None:
    assert clean(RATINGS, b"1,0195153448,5\n2,01951\x0053448,5\n")[1] == [
        (2, "a NUL byte in the record", "2,01951\\053448,5")
    ]


def test_blank_lines_and_empty_files_are_nothing() -> None:
    assert clean(RATINGS, b"") == ([], [])
    assert clean(RATINGS, b"\n\r\n1,0195153448,5\n\n") == ([(3, (1, "0195153448", 5))], [])


@pytest.mark.parametrize("text", [b"a:b:c\nd:e:f\n", b'{"isbn": 1}\n', b"PK\x03\x04\x00\x00"])
def test_a_wrong_delimiter_is_refused_with_a_sentence(text: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"file\.csv does not hold ratings"):
        clean(RATINGS, text)


def test_a_file_without_line_ends_is_refused_before_memory_is_full() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 65536

    cleaner = FileCleaner("s3://landing/file.csv", RATINGS, LIMITS, 1000, lambda _: None)
    with pytest.raises(UnreadableFile, match=f"line 1 has more than {LONGEST_LINE_BYTES} bytes"):
        next(cleaner.clean(endless()))


def test_too_many_rejects_stop_the_cleaning() -> None:
    text = b"User-ID,ISBN,Book-Rating\n" + b"1,x,5\n" * 10
    assert len(clean(RATINGS, text, limit=10)[1]) == 10
    with pytest.raises(TooManyRejects, match=r"more than 9 .* line 11 \(10 times isbn is no ISBN"):
        clean(RATINGS, text, limit=9)


@given(st.binary(max_size=400), st.integers(1, 7))
def test_every_record_of_any_bytes_is_a_row_or_a_reject(body: bytes, cut: int) -> None:
    rejects: list[Reject] = []
    cleaner = FileCleaner("f", RATINGS, LIMITS, 1000, rejects.append)
    text = b"User-ID,ISBN,Book-Rating\n" + body
    rows = list(cleaner.clean(text[at : at + cut] for at in range(0, len(text), cut)))
    lines = [line for line in text.split(b"\n")[1:] if line.decode("latin-1").strip()]
    assert len(rows) + len(rejects) <= len(lines)
    assert bool(rows or rejects) == bool(lines)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("x/BX-Book-Ratings.csv", RATINGS),
        ("x/BX-Books1.csv", BOOKS),
        ("x/BX-Users2.csv", USERS),
        ("users/notes.txt", None),
    ],
)
def test_a_files_name_tells_what_it_holds(name: str, table: SourceTable | None) -> None:
    assert table_of(name) is table
