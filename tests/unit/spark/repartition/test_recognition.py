"""Rejected readings are known again in their files, whatever Glue made of their numbers."""

from __future__ import annotations

from typing import Any

import pytest

from spark.rejects import number_lines
from spark.repartition.recognition import identify_line, recognition
from spark.repartition.request import EventTime, Shape

HOW = recognition(
    Shape({"id": "string", "x": "double"}, "id", None),
    EventTime("t", "auto", "UTC", "2000-01-01T00:00:00Z", 15),
)


@pytest.mark.parametrize(
    ("line", "record"),
    [
        # As Spark's to_json writes the fields that were read as text; null is left out.
        ('{"id": "a", "t": 7, "x": [1]}', '{"id":"a","t":"7.0"}'),
        ('{"t": 1761368400000, "id": null}', '{"t":"1.7613684E12"}'),
        ('{"id": true, "t": ""}', '{"id":"true","t":""}'),
        ('{"id": "a", "t": {"x": 1}}', '{"id":"a","t":"{\\"x\\": 1}"}'),
        (' {"id": "a", "t\r', '{"id": "a", "t'),
        ("[1]", "[1]"),
    ],
)
def test_a_reading_is_known_again_by_the_fields_that_it_was_judged_by(
    line: str, record: str
) -> None:
    assert identify_line(("id", "t"), line) == identify_line(("id", "t"), record)


def test_other_readings_are_others() -> None:
    seen = [
        identify_line(("id", "t"), line)
        for line in ('{"id": "a", "t": 7}', '{"id": "a"}', '{"id": "a", "t": 8}', "{", "7")
    ]
    assert len(set(seen)) == 5


def number(record: str, *lines: str) -> Any:
    reject: dict[str, Any] = {"record": record, "position": None}
    number_lines(lines, [reject], HOW)
    return reject["position"]


def test_lines_with_other_ids_are_passed_over() -> None:
    lines = (
        '{"id": "b", "t": "soon"}',
        '{"id": "a", "t": "late"}',
        '{"site": {"id": "s"}, "id" : "a", "t": "soon"}',
    )
    assert number('{"id":"a","t":"soon"}', *lines) == "3"


@pytest.mark.parametrize("written", ["7", '"\\u0037"'])
def test_ids_that_are_no_plain_text_are_found(written: str) -> None:
    line = f'{{"t": "soon", "id": {written}}}'
    assert number('{"id":"7","t":"soon"}', '{"id": "8"}', line) == "2"


def test_ids_of_other_things_hide_nothing() -> None:
    other = '{"site": {"id": "s"}, "t": "soon"'
    assert number('{"t":"soon"}', other + ', "id": "b"}', other + "}") == "2"
    assert number('{"id":"7","t":"soon"}', other + "}", other + ', "id": 7}') == "2"


def test_a_line_that_is_no_record_is_found_as_it_stands() -> None:
    assert number('{"id": "a", "t', '{"id": "a"}', '{"id": "a", "t') == "2"
    assert number("plain", '{"id": "a"}', "plain\r") == "2"
