import json
import logging
import pickle
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tasks.twitter.x_api import Page, Patience, XApi, parse_object
from tasks.twitter.x_errors import (
    BadRequest,
    BodyTooLarge,
    CursorLoop,
    Forbidden,
    RateLimitDeadline,
    Unauthorized,
    Unavailable,
    UsageCapExceeded,
    XApiError,
)

TOKEN = "AAAA-secret-token"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC).timestamp()
Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class Script:
    """X as a list of answers, and a clock that only sleeping moves."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []
        self.now = NOON

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def api(self, **options: Any) -> XApi:
        return XApi(
            "https://x.test/",
            TOKEN,
            credential_name="the secret arn:aws:secretsmanager:x",
            patience=Patience(**options),
            clock=lambda: self.now,
            sleep=self.sleep,
            transport=httpx.MockTransport(self),
        )


def page(*ids: str, token: str | None = None, **members: Any) -> httpx.Response:
    meta = {"result_count": len(ids)} | ({"next_token": token} if token else {})
    data = {"data": [{"id": tweet} for tweet in ids]} if ids else {}
    return httpx.Response(200, json=data | members | {"meta": meta})


def limited(reset: float) -> httpx.Response:
    return httpx.Response(429, headers={"x-rate-limit-reset": str(int(reset))}, json={})


def search(script: Script, **options: Any) -> list[Page]:
    return list(script.api(**options).fetch_pages("search_recent", {"query": "loch"}))


def test_pages_are_followed_from_token_to_token() -> None:
    script = Script([page("1", token="t1"), page("2", token="t2"), page("3")])
    pages = search(script)
    assert [(item.cursor, item.next_cursor, item.records) for item in pages] == [
        (None, "t1", 1), ("t1", "t2", 1), ("t2", None, 1),
    ]  # fmt: skip
    assert [request.url.params.get("next_token") for request in script.requests] == [
        None, "t1", "t2",
    ]  # fmt: skip
    first = script.requests[0].url
    assert first.path == "/2/tweets/search/recent"
    assert first.params["max_results"] == "100"
    assert "referenced_tweets.id" in first.params["expansions"].split(",")
    assert "note_tweet" in first.params["tweet.fields"].split(",")


def test_a_page_is_fetched_only_when_the_one_before_was_taken() -> None:
    script = Script([page("1", token="t1"), page("2")])
    pages = script.api().fetch_pages("search_recent", {"query": "loch"})
    next(pages)
    assert len(script.requests) == 1


def test_a_page_keeps_the_bytes_and_tells_where_it_came_from() -> None:
    body = b'{ "data" : [{"id":"1","text":"h\\u00e9ron"}] ,"meta":{} }\n'
    script = Script([httpx.Response(200, content=body)])
    [only] = search(script)
    assert only.body == body
    assert only.endpoint == "search_recent"
    assert only.identifier == "loch"
    assert only.retrieved_at == datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert only.url == "https://x.test/2/tweets/search/recent?query=loch&max_results=100"


def test_an_id_stands_in_the_path_and_others_take_pagination_token() -> None:
    script = Script([page("1", token="t1"), page("2")])
    list(script.api().fetch_pages("followers", {"id": "42"}))
    assert [request.url.path for request in script.requests] == ["/2/users/42/followers"] * 2
    assert "id" not in script.requests[0].url.params
    assert script.requests[0].url.params["max_results"] == "1000"
    assert script.requests[1].url.params["pagination_token"] == "t1"


def test_lookups_ask_for_no_page_size() -> None:
    script = Script([page("1")])
    list(script.api().fetch_pages("tweets", {"ids": "1,2"}))
    assert script.requests[0].url.params["ids"] == "1,2"
    assert "max_results" not in script.requests[0].url.params


def test_partial_errors_and_empty_pages_are_pages() -> None:
    lost = {"errors": [{"resource_id": "9", "title": "Not Found Error"}]}
    pages = search(Script([page(token="t1"), page("1", **lost)]))
    assert [(item.records, item.errors) for item in pages] == [(0, 0), (1, 1)]


def test_a_used_up_limit_is_waited_for_once_and_a_little_longer() -> None:
    script = Script([limited(NOON + 840), page("1")])
    assert len(search(script)) == 1
    assert len(script.slept) == 1
    assert 840.5 <= script.slept[0] <= 843


def test_a_reset_that_has_passed_costs_a_moment_alone() -> None:
    script = Script([limited(NOON - 5), page("1")])
    search(script)
    assert 0.5 <= script.slept[0] <= 3


def test_a_limit_beyond_the_deadline_saves_the_cursor() -> None:
    script = Script([page("1", token="t1"), limited(NOON + 900)])
    with pytest.raises(RateLimitDeadline) as caught:
        search(script, deadline_seconds=600)
    assert caught.value.cursor == "t1"
    assert caught.value.endpoint == "search_recent"
    assert caught.value.reset == datetime(2026, 11, 20, 12, 15, tzinfo=UTC)
    assert str(caught.value) == (
        "The X API's limit for search_recent is used up until 2026-11-20 12:15:00Z, later than "
        "this run may wait. Run it again after that: it goes on where it stopped."
    )
    assert script.slept == []
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.cursor) == (str(caught.value), "t1")


def test_pages_go_on_from_a_saved_cursor() -> None:
    script = Script([page("2")])
    pages = script.api().fetch_pages("search_recent", {"query": "loch"}, cursor="t1")
    assert [item.cursor for item in pages] == ["t1"]
    assert script.requests[0].url.params["next_token"] == "t1"


def test_a_used_up_month_is_not_waited_for() -> None:
    capped = {
        "title": "UsageCapExceeded",
        "detail": "Usage cap exceeded: Monthly product cap",
        "type": "https://api.twitter.com/2/problems/usage-capped",
    }
    script = Script([httpx.Response(429, json=capped)])
    with pytest.raises(UsageCapExceeded, match="Usage cap exceeded: Monthly product cap"):
        search(script)
    assert script.slept == []


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(500, text="oops"),
        httpx.Response(503, json={"title": "Service Unavailable"}),
        httpx.ConnectError("connection refused"),
        httpx.ReadError("connection reset by peer"),
        httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
        httpx.ReadTimeout("timed out"),
    ],
)
def test_trouble_that_passes_is_tried_again(trouble: Answer) -> None:
    script = Script([trouble, trouble, page("1")])
    assert [item.records for item in search(script)] == [1]
    assert len(script.slept) == 2
    assert 0 <= script.slept[0] <= 1  # full jitter: anything up to 1, 2, 4 ... seconds
    assert 0 <= script.slept[1] <= 2


def test_trouble_that_stays_is_one_sentence() -> None:
    script = Script([httpx.Response(503)] * 6)
    with pytest.raises(Unavailable) as caught:
        search(script)
    assert str(caught.value) == (
        "https://x.test/2/tweets/search/recent?query=loch&max_results=100 did not answer in 6 "
        "attempts: HTTP status 503. Run again later."
    )
    assert len(script.requests) == 6


def test_a_body_that_becomes_whole_is_taken() -> None:
    cut = httpx.Response(200, content=b'{"data":[{"id":"1"')
    assert [item.records for item in search(Script([cut, page("1")]))] == [1]


def test_a_body_that_stays_broken_is_handed_out_and_ends_the_pages() -> None:
    cut = httpx.Response(200, content=b'{"data":[{"id":"1"')
    script = Script([page("1", token="t1"), cut, cut, cut])
    pages = search(script)
    assert pages[1].body == b'{"data":[{"id":"1"'
    assert (pages[1].document, pages[1].next_cursor, pages[1].records) == (None, None, 0)
    assert len(script.requests) == 4


@pytest.mark.parametrize(
    ("status", "body", "error", "message"),
    [
        (400, {"errors": [{"message": "The `query` query parameter can not be empty"}]},
         BadRequest, "The X API refused a request to search_recent: The `query` query parameter "
         "can not be empty."),
        (401, {"title": "Unauthorized", "detail": "Unauthorized"}, Unauthorized,
         "The X API does not accept the bearer token in the secret arn:aws:secretsmanager:x "
         "(401 Unauthorized): store a valid token there."),
        (403, {"detail": "You must use a Project."}, Forbidden,
         "The bearer token in the secret arn:aws:secretsmanager:x may not read search_recent "
         "(403 Forbidden): You must use a Project. Use a token whose App has access to it, or "
         "leave this endpoint out."),
        (404, {"title": "Not Found"}, XApiError,
         "https://x.test/2/tweets/search/recent?query=loch&max_results=100 answered with HTTP "
         "status 404: Not Found. Check that the URL is the X API's."),
        (302, "moved", XApiError,
         "https://x.test/2/tweets/search/recent?query=loch&max_results=100 answered with HTTP "
         "status 302: no reason. Check that the URL is the X API's."),
    ],
)  # fmt: skip
def test_a_refusal_is_final_and_says_what_to_do(
    caplog: pytest.LogCaptureFixture, status: int, body: Any, error: type[Exception], message: str
) -> None:
    script = Script([httpx.Response(status, json=body)])
    with caplog.at_level(logging.DEBUG), pytest.raises(error) as caught:
        search(script)
    assert str(caught.value) == message
    assert len(script.requests) == 1
    assert script.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in caplog.text
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("token", ["", "  ", "two words", "schlüssel"])
def test_a_secret_without_a_token_is_refused_before_any_request(token: str) -> None:
    with pytest.raises(Unauthorized, match="the secret holds no bearer token"):
        XApi("https://x.test", token, credential_name="the secret")


def test_a_cursor_that_comes_back_ends_the_circle() -> None:
    script = Script([page("1", token="t1"), page("2", token="t2"), page("3", token="t1")])
    with pytest.raises(CursorLoop, match="led back to the cursor 't1'"):
        search(script)
    assert len(script.requests) == 3


def test_an_endless_body_is_cut_short() -> None:
    script = Script([httpx.Response(200, content=b"x" * 2000)])
    with pytest.raises(BodyTooLarge, match="answered with more than 1000 bytes"):
        search(script, largest_body_bytes=1000)


@pytest.mark.parametrize("body", [b"", b"[1]", b"null", b'"text"', b"\xff\xfe", b"{", b"<html>"])
def test_a_body_that_is_no_json_object_has_no_document(body: bytes) -> None:
    assert parse_object(body) is None


@pytest.mark.parametrize(
    "document",
    [{}, {"meta": None}, {"meta": []}, {"meta": {"next_token": 7}}, {"meta": {"next_token": ""}}],
)
def test_an_odd_meta_leads_nowhere(document: dict[str, Any]) -> None:
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    odd = Page("users", "7", None, json.dumps(document).encode(), moment, 200, "")
    assert odd.next_cursor is None
    assert (odd.records, odd.errors) == (0, 0)
