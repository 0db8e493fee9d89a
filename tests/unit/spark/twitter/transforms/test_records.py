from __future__ import annotations

from collections.abc import Callable

import pytest
from pyspark.sql import DataFrame

from spark.twitter.transforms.records import flatten_rejects

pytestmark = pytest.mark.spark
Records = Callable[..., DataFrame]
AssertTable = Callable[[DataFrame, str], None]

TWEET = {"id": "1", "author_id": "7", "text": "t", "created_at": "2026-11-19T12:00:00.000Z"}
USER = {"id": "1", "username": "a"}


# Every case stands in one page, at the position of its index: one Spark plan serves them all.
TWEET_CASES = [
    ({"id": None}, "id is missing"),
    ({"id": "x1"}, "id is not a number: x1"),
    ({"author_id": None}, "author_id is missing"),
    ({"text": None}, "text is missing"),
    ({"created_at": None}, "created_at is missing"),
    ({"created_at": "19/11/2026"}, "created_at does not parse as a timestamp: 19/11/2026"),
    ({"created_at": "1970-01-01T00:00:00.000Z"}, "created_at lies before X existed"),
    ({"created_at": "2026-11-22T10:00:00Z"}, "created_at lies after the record was retrieved"),
    ({"created_at": "2026-11-21T09:00:00Z"}, None),  # within the clocks' skew
    ({"conversation_id": "abc"}, "conversation_id is not a number: abc"),
    ({"public_metrics": "many"}, "the record is no tweet object"),
    ({"public_metrics": {"like_count": "x"}}, "the record is no tweet object"),
    ({"text": "é" * 32768}, "text has 65536 bytes, its column holds 65535"),
    ({"lang": "x" * 33}, "lang has 33 bytes, its column holds 32"),
    ({}, None),
]
USER_CASES = [
    ({"id": None}, "id is missing"),
    ({"username": None}, "username is missing"),
    ({"created_at": "long ago"}, "created_at does not parse as a timestamp: long ago"),
    ({"pinned_tweet_id": "p"}, "pinned_tweet_id is not a number: p"),
    ({"verified": "yes"}, "the record is no user object"),
    ({}, None),
]
NO_OBJECTS = [3, "text", None, []]


def reasons_by_position(frame: DataFrame) -> dict[str, str]:
    return {row.position: row.reason for row in flatten_rejects(frame).collect()}


@pytest.fixture(scope="module")
def tweet_reasons(records: Records) -> dict[str, str]:
    return reasons_by_position(records({"data": [TWEET | change for change, _ in TWEET_CASES]}))


@pytest.fixture(scope="module")
def user_reasons(records: Records) -> dict[str, str]:
    page = {"data": [USER | change for change, _ in USER_CASES]}
    return reasons_by_position(records(page, kind="user"))


@pytest.mark.parametrize("case", range(len(TWEET_CASES)))
def test_a_tweet_is_refused_with_its_reason(tweet_reasons: dict[str, str], case: int) -> None:
    assert tweet_reasons.get(f"data[{case}]") == TWEET_CASES[case][1]


@pytest.mark.parametrize("case", range(len(USER_CASES)))
def test_a_user_is_refused_with_its_reason(user_reasons: dict[str, str], case: int) -> None:
    assert user_reasons.get(f"data[{case}]") == USER_CASES[case][1]


def test_a_record_that_is_no_object_is_refused(records: Records) -> None:
    found = reasons_by_position(records({"data": NO_OBJECTS}))
    assert found == {f"data[{index}]": "the record is no tweet object" for index in range(4)}


def test_a_reject_names_table_file_position_and_raw_record(
    records: Records, assert_table: AssertTable
) -> None:
    frame = records({"data": [TWEET, {"text": "no id"}]}, '{"cut')
    assert_table(
        flatten_rejects(frame).selectExpr("*", "left(reason, 26) AS start"),
        """
        table_name | file   | position | start                      | record
        tweets     | page-0 | data[1]  | id is missing              | {"text":"no id"}
        pages      | page-1 | -        | the page is not whole JSON | {"cut
        """,
    )


def test_one_bad_record_does_not_spoil_its_page(records: Records) -> None:
    frame = records({"data": [TWEET, {"id": "x"}]})
    assert frame.where("tweet IS NOT NULL").selectExpr("tweet.tweet_id").collect() == [(1,)]


def test_an_unusable_entity_is_refused_without_its_tweet(
    records: Records, assert_table: AssertTable
) -> None:
    entities = {
        "hashtags": [{"tag": "a"}, {"start": 1}],
        "mentions": [{"username": "b", "id": "?"}],
    }
    frame = records({"data": [TWEET | {"entities": entities, "referenced_tweets": [{"id": "5"}]}]})
    assert frame.where("tweet IS NOT NULL").count() == 1
    assert_table(
        flatten_rejects(frame),
        """
        table_name        | position                     | reason                | record
        tweet_hashtags    | data[0].entities.hashtags[1] | tag is missing        | {}
        tweet_mentions    | data[0].entities.mentions[0] | id is not a number: ? | {"username":"b","id":"?"}
        referenced_tweets | data[0].referenced_tweets[0] | type is missing       | {"id":"5"}
        """,  # noqa: E501
    )


def test_entities_of_a_refused_tweet_go_with_it(records: Records) -> None:
    tweet = {"id": "1", "entities": {"hashtags": [{"start": 1}]}}
    assert reasons_by_position(records({"data": [tweet]})) == {"data[0]": "author_id is missing"}


def test_a_follower_without_id_is_refused_in_both_its_tables(
    records: Records, assert_table: AssertTable
) -> None:
    frame = records({"data": [{"username": "a"}]}, kind="follower", subject_id="9")
    assert_table(
        flatten_rejects(frame),
        """
        table_name     | reason
        users          | id is missing
        user_followers | id is missing
        """,
    )


def test_followers_of_nobody_are_refused_but_remain_users(
    records: Records, assert_table: AssertTable
) -> None:
    frame = records({"data": [USER]}, kind="follower", subject_id="cats lang:en")
    assert frame.where("user IS NOT NULL").count() == 1
    assert_table(
        flatten_rejects(frame),
        """
        table_name     | reason
        user_followers | the completion marker does not name the user whose page this is
        """,
    )
