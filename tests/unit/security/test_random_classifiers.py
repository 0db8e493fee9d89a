"""Random files before a crawler's own classifiers, held against how the files were written."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lochan.glue.crawler.csv_format import infer_csv
from lochan.glue.crawler.custom_classifiers import read_csv_rules
from lochan.glue.crawler.json_format import infer_json
from lochan.glue.crawler.json_paths import (
    InvalidJsonPath,
    Step,
    follow_json_path,
    parse_json_path,
)
from lochan.glue.crawler.schema import spell
from tests.unit.security.fuzzing import fuzzed
from tests.unit.security.test_untrusted_input import sample_of

DELIMITERS = [",", ";", "|", "\t", "\u0001", "~"]
names = st.text("abcdefghij", min_size=1, max_size=5)
numbers = st.integers(-(10**9), 10**9).map(str)
# Words begin with a letter, or a quote would open a cell where none does.
words = st.text("abc ,;|'\"é~", max_size=6).map("w".__add__)
tables = st.lists(names, min_size=2, max_size=4, unique=True).flatmap(
    lambda header: st.tuples(
        st.just(header),
        st.lists(
            st.tuples(*(numbers if index % 2 else words for index in range(len(header)))),
            min_size=2,
            max_size=6,
        ),
    )
)


@fuzzed
@given(tables, st.sampled_from(DELIMITERS), st.sampled_from(['"', "'"]), st.booleans())
def test_csv_classifier_finds_the_columns_that_were_written(
    table: tuple[list[str], list[tuple[str, ...]]], delimiter: str, quote: str, headed: bool
) -> None:
    header, rows = table
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, quotechar=quote, lineterminator="\n")
    writer.writerows([header, *rows] if headed else rows)
    definition = {
        "Delimiter": delimiter,
        "QuoteSymbol": quote,
        "ContainsHeader": "PRESENT" if headed else "ABSENT",
        "Header": [] if headed else header,
    }
    found = infer_csv(written.getvalue().encode(), whole=True, rules=read_csv_rules(definition))
    assert found is not None
    assert {name: spell(kind) for name, kind in found.schema.fields.items()} == {
        name: "bigint" if index % 2 else "string" for index, name in enumerate(header)
    }
    assert (found.delimiter, found.records) == (delimiter, len(rows))


characters = st.sampled_from('",;|\t é\\~a\n\r')
definitions = st.fixed_dictionaries(
    {"Delimiter": characters, "QuoteSymbol": characters},
    optional={
        "ContainsHeader": st.sampled_from(["UNKNOWN", "PRESENT", "ABSENT"]),
        "Header": st.lists(names, max_size=3),
        "AllowSingleColumn": st.booleans(),
        "CustomDatatypeConfigured": st.booleans(),
        "CustomDatatypes": st.lists(st.sampled_from(["LONG", "STRING", "date"]), max_size=3),
    },
).filter(lambda definition: definition["Delimiter"] != definition["QuoteSymbol"])


@fuzzed
@given(st.text("a1,;|'\"\n\r \\é\0\t\ufeff", max_size=40), definitions, st.booleans())
def test_csv_classifier_knows_a_file_by_its_rules_or_not_at_all(
    text: str, definition: dict[str, Any], whole: bool
) -> None:
    rules = read_csv_rules(definition)
    found = infer_csv(text.encode(), whole=whole, rules=rules)
    if found is not None:
        assert rules.fits(len(found.schema.fields))
        assert found.delimiter == definition["Delimiter"]
        assert found.records >= 1


steps = st.lists(
    st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="'"), min_size=1, max_size=5
    )
    | st.integers(0, 2),
    max_size=4,
).filter(lambda path: "*" not in path)


def write_path(path: list[Step]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f"['{step}']" for step in path)


@fuzzed
@example(["a*"], {"x": 1})
@given(steps, st.dictionaries(names, st.integers(), min_size=1, max_size=3))
def test_json_classifier_finds_the_record_at_the_end_of_its_path(
    path: list[Step], record: dict[str, int]
) -> None:
    document: Any = record
    for step in reversed(path):
        document = [{}] * step + [document] if isinstance(step, int) else {step: document}
    parsed = parse_json_path(write_path(path))
    assert parsed == tuple(path)
    assert list(follow_json_path(parsed, document)) == [record]
    found = infer_json(sample_of(json.dumps([document]).encode()), (0, *parsed))
    assert found is not None
    assert {*found.schema.fields} == {*record}
    assert found.records == 1


@fuzzed
@given(st.text("$.['\"]a1*?@()", max_size=12).map("$".__add__))
def test_json_path_is_read_whole_or_refused(text: str) -> None:
    try:
        parsed = parse_json_path(text)
    except InvalidJsonPath as error:
        assert repr(text) in str(error)
        return
    assert all(str(step) in text for step in parsed)


def test_an_index_without_end_is_no_path() -> None:
    with pytest.raises(InvalidJsonPath, match="cannot be read"):
        parse_json_path("$[" + "9" * 5000 + "]")
