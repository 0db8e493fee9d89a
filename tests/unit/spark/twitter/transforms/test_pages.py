from __future__ import annotations

from collections.abc import Callable

import pytest
from pyspark.sql import DataFrame, Row

pytestmark = pytest.mark.spark
Split = Callable[..., DataFrame]
AssertTable = Callable[[DataFrame, str], None]


def test_every_part_of_a_page_gives_records(split: Split, assert_table: AssertTable) -> None:
    page = (
        '{"data": [{"id": "1"}, {"id": "2"}], "includes": {"tweets": [{"id": "3"}],'
        ' "users": [{"id": "4"}], "media": [{"media_key": "5"}]}, "errors": [{"title": "gone"}]}'
    )
    assert_table(
        split(page),
        """
        kind  | position           | raw
        tweet | data[0]            | {"id":"1"}
        tweet | data[1]            | {"id":"2"}
        tweet | includes.tweets[0] | {"id":"3"}
        user  | includes.users[0]  | {"id":"4"}
        error | errors[0]          | {"title":"gone"}
        """,
    )


def test_data_is_of_the_endpoints_kind(split: Split, assert_table: AssertTable) -> None:
    assert_table(
        split('{"data": [{"id": "1"}]}', kind="follower", subject_id="9"),
        """
        kind     | subject_id | position
        follower | 9          | data[0]
        """,
    )


# Every case is a page of its own in one plan; None where the page is sound but empty.
PAGES = [
    ('{"data": [{"id": "1"', "the page is not whole JSON: it is cut off, or other text follows it"),
    (
        '{"data": []} {"data": []}',
        "the page is not whole JSON: it is cut off, or other text follows it",
    ),
    ("", "the page is not a JSON object"),
    ("<html>502</html>", "the page is not a JSON object"),
    ('[{"id": "1"}]', "the page is not a JSON object"),
    ("null", "the page is not a JSON object"),
    ('{"data": {"id": "1"}}', "data, includes or errors of the page is not a list of records"),
    (
        '{"data": [], "includes": 3}',
        "data, includes or errors of the page is not a list of records",
    ),
    (
        '{"id": "1", "text": "a tweet"}',
        "the page has no data, no errors and no result count: no page of this endpoint",
    ),
    ("{}", "the page has no data, no errors and no result count: no page of this endpoint"),
    ('{"meta": {"result_count": 0}}', None),
    (
        '{"id": "1", "text": "flat", "meta": {"next_token": "t"}}',
        "the page has no data, no errors and no result count: no page of this endpoint",
    ),
    ('{"data": []}', None),
]


@pytest.fixture(scope="module")
def page_rows(split: Split) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for row in split(*(text for text, _ in PAGES)).collect():
        rows.setdefault(row.file, []).append(row)
    return rows


@pytest.mark.parametrize("case", range(len(PAGES)))
def test_a_page_without_records_is_one_row(page_rows: dict[str, list[Row]], case: int) -> None:
    text, reason = PAGES[case]
    [row] = page_rows[f"page-{case}"]
    assert row.page_reason == reason
    assert (row.position, row.kind, row.raw) == (None, None, text if reason else None)
