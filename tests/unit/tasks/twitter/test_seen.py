import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tasks.twitter.seen import Seen
from tasks.twitter.x_api import Page

MOMENT = datetime(2026, 11, 20, tzinfo=UTC)


def see(*documents: Any) -> Seen:
    seen = Seen()
    for document in documents:
        body = json.dumps(document).encode()
        seen.add(Page("search_recent", "loch", None, body, MOMENT, 200, ""))
    return seen


def tweet(number: int, author: int, *references: int) -> dict[str, Any]:
    listed = [{"type": "quoted", "id": str(reference)} for reference in references]
    return {"id": str(number), "author_id": str(author), "referenced_tweets": listed}


def test_missing_tweets_are_those_neither_shown_nor_lost_newest_first() -> None:
    seen = see(
        {
            "data": [tweet(10, 1, 9), tweet(11, 1, 100), tweet(12, 1, 5), tweet(13, 1, 4)],
            "includes": {"tweets": [tweet(9, 2, 3)]},
            "errors": [{"resource_id": "4", "title": "Not Found Error"}],
        },
        {"data": [tweet(5, 3)]},
    )
    assert seen.missing_tweets() == ["100", "3"]


def test_authors_without_a_profile_come_first() -> None:
    users = {"users": [{"id": "1"}, {"id": "20"}]}
    seen = see({"data": [tweet(10, 20), tweet(11, 3), tweet(12, 1)], "includes": users})
    assert seen.authors() == ["3", "1", "20"]


def test_authors_of_included_tweets_are_authors_too() -> None:
    assert see({"includes": {"tweets": [tweet(9, 7)]}}).authors() == ["7"]


def test_the_busiest_authors_are_counted_by_tweet_not_by_page() -> None:
    first = {"data": [tweet(10, 1), tweet(11, 2)]}
    again = {"data": [tweet(11, 2), tweet(12, 1), tweet(11, 2)]}
    assert see(first, again).busiest_authors() == ["1", "2"]


def test_a_single_tweet_as_data_is_seen() -> None:
    assert see({"data": tweet(10, 1, 9)}).missing_tweets() == ["9"]


@pytest.mark.parametrize(
    "document",
    [
        [1, 2],
        "text",
        {"data": "text", "includes": [], "errors": {}},
        {"data": [None, 7, {"id": 10}, {"id": "x"}, {"tweet_count": 1}], "includes": {"users": 1}},
        {"data": [{"id": "10", "author_id": 5, "referenced_tweets": [{"id": "٣"}, {}]}]},
        {"id": "10", "text": "a flattened tweet", "author_id": "1"},
    ],
)
def test_malformed_pages_are_passed_over(document: Any) -> None:
    seen = see(document)
    assert (seen.missing_tweets(), seen.authors(), seen.busiest_authors()) == ([], [], [])
