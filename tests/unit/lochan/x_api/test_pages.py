from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lochan.x_api.endpoints import BY_NAME
from lochan.x_api.pages import answer
from lochan.x_api.parameters import Request, read_request
from lochan.x_api.world import Fate, World, milliseconds

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = {"start_time": "2026-11-19T00:00:00Z", "end_time": "2026-11-20T00:00:00Z"}
RECENT = "/2/tweets/search/recent"
Page = dict[str, Any]


def search(world: World, endpoint: str, **parameters: str) -> Page:
    request = read_request(BY_NAME[endpoint], None, list(parameters.items()), now=NOW)
    return answer(world, request, NOW)


def follow(world: World, endpoint: str, **parameters: str) -> list[Page]:
    pages = [search(world, endpoint, **parameters)]
    while token := pages[-1]["meta"].get("next_token"):
        pages.append(search(world, endpoint, **parameters, next_token=token))
    return pages


@given(seed=st.integers(0, 1000), tweets=st.integers(1, 700), page_size=st.integers(10, 100))
@settings(max_examples=40, deadline=None)
def test_pages_of_any_size_cover_each_tweet_of_the_window_repeating_at_borders_alone(
    seed: int, tweets: int, page_size: int
) -> None:
    world = World(seed, tweets)
    size = str(page_size)
    pages = follow(world, "search_recent", query="loch", max_results=size, **DAY)
    listed: list[str] = []
    for page in pages:
        ids = [tweet["id"] for tweet in page.get("data", [])]
        assert len(ids) == page["meta"]["result_count"] <= page_size
        # At most the last tweet of the page before comes again.
        assert not set(ids[1:]) & set(listed)
        assert not listed or not ids or ids[0] not in listed[:-1]
        listed += ids[1:] if listed and ids and ids[0] == listed[-1] else ids
    start, end = (int(datetime.fromisoformat(text).timestamp() * 1000) for text in DAY.values())
    indices = range(world.first_index(end) - 1, world.first_index(start) - 1, -1)
    assert listed == [str(world.tweet_id(index)) for index in indices]
    assert len(listed) == tweets  # a day (UTC) holds as many as X_API_TWEETS says


def test_some_pages_repeat_a_tweet_and_some_are_empty() -> None:
    pages = follow(World(1, 2000), "search_recent", query="loch", max_results="50", **DAY)
    empty = [page for page in pages if "data" not in page]
    assert empty
    assert all(page["meta"] == {"result_count": 0, "next_token": page["meta"]["next_token"]}
               for page in empty)  # fmt: skip
    ids = [tweet["id"] for page in pages for tweet in page.get("data", [])]
    assert len(ids) > len(set(ids)) == 2000


def test_a_window_without_tweets_is_a_page_without_data() -> None:
    moment = {"start_time": "2026-11-19T00:00:00Z", "end_time": "2026-11-19T00:00:01Z"}
    assert search(World(1, 1), "search_recent", query="loch", **moment) == {
        "meta": {"result_count": 0}
    }


def test_tweets_of_a_page_are_newest_first_and_meta_names_its_ends() -> None:
    page = search(World(1), "search_recent", query="loch", **DAY)
    ids = [int(tweet["id"]) for tweet in page["data"]]
    assert ids == sorted(ids, reverse=True)
    assert page["meta"]["newest_id"] == str(ids[0])
    assert page["meta"]["oldest_id"] == str(ids[-1])
    assert page["meta"]["result_count"] == 10  # X's default


def test_overlapping_windows_share_tweets_whose_counts_grow() -> None:
    world = World(1, 400)
    fields = {"query": "loch", "max_results": "100", "tweet.fields": "public_metrics,text"}
    first = follow(world, "search_recent", **fields, **DAY)
    later = DAY | {"start_time": "2026-11-19T12:00:00Z", "end_time": "2026-11-20T06:00:00Z"}
    second = follow(world, "search_recent", **fields, **later)
    before = {tweet["id"]: tweet for page in first for tweet in page.get("data", [])}
    after = {tweet["id"]: tweet for page in second for tweet in page.get("data", [])}
    shared = before.keys() & after.keys()
    assert 195 <= len(shared) <= 205  # twelve hours of 400 a day
    assert all(before[key]["text"] == after[key]["text"] for key in shared)
    counts = [(before[key]["public_metrics"], after[key]["public_metrics"]) for key in shared]
    assert all(old[name] <= new[name] for old, new in counts for name in old)
    assert any(old["impression_count"] < new["impression_count"] for old, new in counts)


def test_since_and_until_id_are_exclusive() -> None:
    world = World(1, 400)
    ids = [tweet["id"] for tweet in search(world, "search_recent", query="l", **DAY)["data"]]
    between = search(world, "search_recent", query="l", until_id=ids[2], since_id=ids[6])
    assert [tweet["id"] for tweet in between["data"]] == ids[3:6]


def test_a_cursor_of_another_request_is_refused(make_api: Callable[..., Any]) -> None:
    api = make_api()
    token = api.get(RECENT, query="loch").json()["meta"]["next_token"]
    answer = api.get(RECENT, query="heron", next_token=token)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameters"] == {"next_token": [token]}


def test_a_cursor_keeps_its_list_while_new_tweets_arrive(make_api: Callable[..., Any]) -> None:
    api = make_api(world=World(1, 5000))
    first = api.get(RECENT, query="loch", max_results=10).json()
    api.moment += 3600
    token = first["meta"]["next_token"]
    second = api.get(RECENT, query="loch", max_results=10, next_token=token).json()
    assert second["meta"]["newest_id"] < first["meta"]["oldest_id"]
    assert api.get(RECENT, query="loch").json()["meta"]["newest_id"] > first["meta"]["newest_id"]


def test_expansions_fill_includes_and_lost_objects_are_listed_as_errors(
    make_api: Callable[..., Any],
    everything: dict[str, str],
    tweet_faults: Callable[[Page], list[str]],
    user_faults: Callable[[Page], list[str]],
) -> None:
    api = make_api(world=World(1, 500))
    pages = api.all_pages(RECENT, query="loch", max_results=100, **DAY, **everything)
    includes: dict[str, dict[str, Page]] = {}
    for page in pages:
        for kind, objects in page.get("includes", {}).items():
            keys = [item.get("id") or item["media_key"] for item in objects]
            assert len(set(keys)) == len(keys)
            includes.setdefault(kind, {}).update(zip(keys, objects, strict=True))
    assert set(includes) == {"users", "tweets", "media", "places", "polls"}
    tweets = [tweet for page in pages for tweet in page.get("data", [])]
    assert [tweet_faults(tweet) for tweet in tweets if tweet_faults(tweet)] == []
    assert [user_faults(user) for user in includes["users"].values() if user_faults(user)] == []
    assert {tweet["author_id"] for tweet in tweets} <= includes["users"].keys()
    lost = {error["resource_id"]: error for page in pages for error in page.get("errors", [])}
    referenced = {item["id"] for tweet in tweets for item in tweet.get("referenced_tweets", [])}
    absent = referenced - includes["tweets"].keys()
    assert absent & lost.keys()  # deleted and protected
    assert absent - lost.keys()  # simply not included: to be looked up
    assert {error["title"] for error in lost.values()} == {
        "Not Found Error", "Authorization Error", "Forbidden",
    }  # fmt: skip


def test_without_fields_only_the_default_fields_are_shown(make_api: Callable[..., Any]) -> None:
    page = make_api().get(RECENT, query="loch").json()
    assert set(page) == {"data", "meta"}
    assert set(page["data"][0]) == {"id", "text", "edit_history_tweet_ids"}


def test_a_timeline_holds_one_authors_tweets_and_leaves_out_what_is_excluded(
    make_api: Callable[..., Any], everything: dict[str, str]
) -> None:
    api = make_api(world=World(1, 2000))
    path = f"/2/users/{World(1, 2000).user_id(0)}/tweets"
    whole = api.get(path, max_results=100, **everything).json()
    assert {tweet["author_id"] for tweet in whole["data"]} == {"12000000"}
    own = api.get(path, max_results=100, exclude="retweets,replies", **everything).json()
    kinds = {item["type"] for tweet in own["data"] for item in tweet.get("referenced_tweets", [])}
    assert kinds <= {"quoted"}


def test_followers_are_paged_both_ways(make_api: Callable[..., Any]) -> None:
    api = make_api()
    path = "/2/users/12000000/followers"
    count = World().follower_count(0)
    assert count > 20
    pages = api.all_pages(path, max_results=20)
    ids = [user["id"] for page in pages for user in page["data"]]
    assert len(set(ids)) == len(ids) == count
    back = api.get(path, max_results=20, pagination_token=pages[1]["meta"]["previous_token"])
    assert back.json()["data"] == pages[0]["data"]


def test_lookups_answer_with_what_there_is_and_list_the_rest(make_api: Callable[..., Any]) -> None:
    world, api = World(), make_api()
    index = world.first_index(milliseconds(NOW)) - 10
    alive = str(world.tweet_id(index))
    deleted = str(world.tweet_id(index, Fate.DELETED))
    protected = str(world.tweet_id(index, Fate.PROTECTED))
    tomorrow = str(world.tweet_id(index + 400))
    body = api.get("/2/tweets", ids=f"{alive},{deleted},{protected},{tomorrow},20").json()
    assert [tweet["id"] for tweet in body["data"]] == [alive]
    assert {error["value"]: error["title"] for error in body["errors"]} == {
        deleted: "Not Found Error",
        protected: "Authorization Error",
        tomorrow: "Not Found Error",
        "20": "Not Found Error",
    }
    assert api.get(f"/2/tweets/{alive}").json()["data"]["id"] == alive
    # https://docs.x.com/x-api/fundamentals/response-codes-and-errors: 200, and no data
    missing = api.get(f"/2/tweets/{deleted}")
    assert missing.status_code == 200
    assert missing.json() == {
        "errors": [
            {
                "value": deleted,
                "detail": f"Could not find tweet with id: [{deleted}].",
                "title": "Not Found Error",
                "resource_type": "tweet",
                "parameter": "id",
                "resource_id": deleted,
                "type": "https://api.twitter.com/2/problems/resource-not-found",
            }
        ]
    }


def test_users_are_found_by_id_and_by_name(make_api: Callable[..., Any]) -> None:
    world, api = World(), make_api()
    suspended = world.username(world.users)
    by_name = api.get("/2/users/by", usernames=f"HERON0,{suspended},nobody").json()
    assert [user["username"] for user in by_name["data"]] == ["heron0"]
    assert [error["detail"] for error in by_name["errors"]] == [
        f"User has been suspended: [{suspended}].",
        "Could not find user with usernames: [nobody].",
    ]
    assert api.get("/2/users/12000000").json()["data"]["username"] == "heron0"
    assert api.get("/2/users/by/username/heron0").json()["data"]["id"] == "12000000"
    assert api.get("/2/users", ids="12000000").json()["data"][0]["id"] == "12000000"


def test_a_large_window_costs_no_more_than_its_page() -> None:
    # 200,000 tweets a day: a page deep in the list is made without those before it.
    world = World(1, 200_000)
    start, end = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 19, tzinfo=UTC)
    request = Request(BY_NAME["search_all"], query="l", page_size=500, start=start, end=end)
    page = answer(world, request, NOW)
    assert page["meta"]["result_count"] == 500
    assert page["meta"]["next_token"]
