from collections.abc import Callable
from typing import Any

import pytest

RECENT = "/2/tweets/search/recent"
MakeApi = Callable[..., Any]


# What the service answers, seen in the wild (public issue threads quote the bodies):
# xdevplatform/search-tweets-python#91, redouane59/twittered#118, plhery/node-twitter-api-v2#597
@pytest.mark.parametrize(
    ("path", "parameters", "name", "values", "message"),
    [
        (RECENT, {}, "query", [], "The `query` query parameter can not be empty"),
        (RECENT, {"query": "l", "max_results": 9}, "max_results", ["9"],
         "The `max_results` query parameter value [9] is not between 10 and 100"),
        (RECENT, {"query": "l", "max_results": 101}, "max_results", ["101"],
         "The `max_results` query parameter value [101] is not between 10 and 100"),
        ("/2/tweets/search/all", {"query": "l", "max_results": 501}, "max_results", ["501"],
         "The `max_results` query parameter value [501] is not between 10 and 500"),
        ("/2/users/1/tweets", {"max_results": 4}, "max_results", ["4"],
         "The `max_results` query parameter value [4] is not between 5 and 100"),
        ("/2/users/1/followers", {"max_results": 1001}, "max_results", ["1001"],
         "The `max_results` query parameter value [1001] is not between 1 and 1000"),
        (RECENT, {"query": "l", "max_results": "ten"}, "max_results", ["ten"],
         "The `max_results` query parameter value [ten] is not a valid integer"),
        ("/2/users/1/followers", {"previous_token": "x"}, "previous_token", ["x"],
         "The query parameter [previous_token] is not one of "
         "[max_results,pagination_token,expansions,tweet.fields,user.fields]"),
        (RECENT, {"query": "l", "poll__fields": "id,votes"}, "poll.fields", ["id,votes"],
         "The `poll.fields` query parameter value [votes] is not one of "
         "[duration_minutes,end_datetime,id,options,voting_status]"),
        (RECENT, {"query": "l", "place__fields": "dummy"}, "place.fields", ["dummy"],
         "The `place.fields` query parameter value [dummy] is not one of "
         "[contained_within,country,country_code,full_name,geo,id,name,place_type]"),
        ("/2/users", {"ids": "1", "expansions": "author_id"}, "expansions", ["author_id"],
         "The `expansions` query parameter value [author_id] is not one of "
         "[affiliation.user_id,most_recent_tweet_id,pinned_tweet_id]"),
        ("/2/tweets/1.2", {}, "id", ["1.2"],
         "The `id` query parameter value [1.2] does not match ^[0-9]{1,19}$"),
        ("/2/tweets", {"ids": "1,x"}, "ids", ["1,x"],
         "The `ids` query parameter value [x] does not match ^[0-9]{1,19}$"),
        ("/2/tweets", {}, "ids", [], "The `ids` query parameter can not be empty"),
        ("/2/users/by", {"usernames": "way_too_long_name"}, "usernames", ["way_too_long_name"],
         "The `usernames` query parameter value [way_too_long_name] does not match "
         "^[A-Za-z0-9_]{1,15}$"),
        (RECENT, {"query": "l", "start_time": "2026-11-13T11:59:00Z"}, "start_time",
         ["2026-11-13T11:59:00Z"], "Invalid 'start_time':'2026-11-13T11:59Z'. "
         "'start_time' must be on or after 2026-11-13T12:00Z"),
        (RECENT, {"query": "l", "end_time": "2026-11-20T11:59:55Z"}, "end_time",
         ["2026-11-20T11:59:55Z"], "Invalid 'end_time':'2026-11-20T11:59Z'. "
         "'end_time' must be a minimum of 10 seconds prior to the request time."),
        (RECENT, {"query": "l", "start_time": "2026-11-19T02:00:00Z",
                  "end_time": "2026-11-19T01:00:00Z"}, "start_time", ["2026-11-19T02:00:00Z"],
         "Invalid 'start_time':'2026-11-19T02:00Z'. 'start_time' must be before 'end_time'"),
        (RECENT, {"query": "l", "start_time": "yesterday"}, "start_time", ["yesterday"],
         "The `start_time` query parameter value [yesterday] is not a valid RFC3339 date-time, "
         "such as 2026-01-31T23:59:59Z"),
        (RECENT, {"query": "l", "since_id": "abc"}, "since_id", ["abc"],
         "The `since_id` query parameter value [abc] does not match ^[0-9]{1,19}$"),
        (RECENT, {"query": "l", "sort_order": "best"}, "sort_order", ["best"],
         "The `sort_order` query parameter value [best] is not one of [recency,relevancy]"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_refused_in_the_words_of_x(
    make_api: MakeApi, path: str, parameters: dict[str, Any], name: str, values: list[str],
    message: str,
) -> None:  # fmt: skip
    answer = make_api().get(path, **parameters)
    assert answer.status_code == 400
    assert answer.json() == {
        "errors": [{"parameters": {name: values}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": "https://api.twitter.com/2/problems/invalid-request",
    }


def test_all_objections_come_at_once(make_api: MakeApi) -> None:
    body = make_api().get(RECENT, max_results=5, colour="blue").json()
    assert [list(error["parameters"]) for error in body["errors"]] == [
        ["colour"], ["query"], ["max_results"],
    ]  # fmt: skip


def test_a_parameter_given_twice_is_refused(make_api: MakeApi) -> None:
    body = make_api().get(f"{RECENT}?query=a&query=b").json()
    assert body["errors"][0] == {
        "parameters": {"query": ["a", "b"]},
        "message": "Duplicate parameters are not allowed: the `query` query parameter",
    }


def test_a_lookup_takes_a_hundred_ids_and_not_one_more(make_api: MakeApi) -> None:
    api = make_api()
    assert api.get("/2/tweets", ids=",".join(["20"] * 100)).status_code == 200
    refused = api.get("/2/tweets", ids=",".join(["20"] * 101)).json()
    assert refused["errors"][0]["message"] == (
        "The number of values in the `ids` query parameter list [101] is not between 1 and 100"
    )


def test_the_archive_may_be_older_than_seven_days(make_api: MakeApi) -> None:
    times = {"start_time": "2025-01-01T00:00:00Z", "end_time": "2025-01-01T06:00:00+00:00"}
    answer = make_api().get("/2/tweets/search/all", query="l", **times)
    assert answer.status_code == 200
    assert answer.json()["meta"]["result_count"] == 10


@pytest.mark.parametrize(("path", "longest"), [(RECENT, 512), ("/2/tweets/search/all", 1024)])
def test_a_query_has_a_longest_length(make_api: MakeApi, path: str, longest: int) -> None:
    api = make_api(limits={"search_all": 10})
    assert api.get(path, query="l" * longest).status_code == 200
    assert api.get(path, query="l" * (longest + 1)).status_code == 400
