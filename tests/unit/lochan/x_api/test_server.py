from collections.abc import Callable
from typing import Any

import pytest

from lochan.x_api.faults import parse_faults
from lochan.x_api.limits import parse_limits

RECENT = "/2/tweets/search/recent"
MakeApi = Callable[..., Any]


def test_health_needs_no_token(make_api: MakeApi) -> None:
    assert make_api().get("/health", token="wrong").json() == {"status": "ready"}


@pytest.mark.parametrize("token", ["", "wrong", "ungültig"])
def test_a_wrong_bearer_token_is_unauthorized(make_api: MakeApi, token: str) -> None:
    headers = {"authorization": f"Bearer {token}".encode()}
    answer = make_api().get(RECENT, query="l", headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {
        "title": "Unauthorized", "detail": "Unauthorized", "type": "about:blank", "status": 401,
    }  # fmt: skip
    assert "x-rate-limit-limit" not in answer.headers


def test_an_endpoint_beyond_the_access_level_is_forbidden(make_api: MakeApi) -> None:
    api = make_api(forbidden=frozenset({"followers"}))
    answer = api.get("/2/users/12000000/followers")
    assert answer.status_code == 403
    assert answer.json()["reason"] == "client-not-enrolled"
    assert answer.json()["type"] == "https://api.twitter.com/2/problems/client-forbidden"
    assert api.get("/2/users/12000000").status_code == 200


def test_an_unknown_path_is_not_found(make_api: MakeApi) -> None:
    assert make_api().get("/2/lists/1").status_code == 404


def test_requests_beyond_the_limit_wait_until_the_reset(make_api: MakeApi) -> None:
    api = make_api(limits={"search_recent": 2})
    first = api.get(RECENT, query="l")
    assert first.headers["x-rate-limit-limit"] == "2"
    assert first.headers["x-rate-limit-remaining"] == "1"
    reset = int(first.headers["x-rate-limit-reset"])
    assert reset == api.moment + 900
    assert api.get(RECENT, query="l").headers["x-rate-limit-remaining"] == "0"
    refused = api.get(RECENT, query="l")
    assert refused.status_code == 429
    assert refused.json()["title"] == "Too Many Requests"
    assert refused.headers["x-rate-limit-remaining"] == "0"
    assert "retry-after" not in refused.headers  # X sends none
    assert api.get("/2/users", ids="1").status_code == 200  # each endpoint has its own
    api.moment = reset
    assert api.get(RECENT, query="l").status_code == 200


def test_full_archive_search_takes_one_request_a_second(make_api: MakeApi) -> None:
    api = make_api()
    assert api.get("/2/tweets/search/all", query="l").status_code == 200
    refused = api.get("/2/tweets/search/all", query="l")
    assert refused.status_code == 429
    assert int(refused.headers["x-rate-limit-reset"]) - api.moment == 1
    api.moment += 1
    assert api.get("/2/tweets/search/all", query="l").status_code == 200


def test_limits_are_read_with_a_default_for_all() -> None:
    limits = parse_limits("*=1000, followers=15")
    assert limits["followers"] == 15
    assert limits["search_recent"] == 1000
    assert parse_limits("") == {}
    with pytest.raises(ValueError, match="X_API_LIMITS has 'folowers=15': write"):
        parse_limits("folowers=15")


@pytest.mark.parametrize(("fault", "status"), [("500", 500), ("503", 503), ("429", 429)])
def test_an_ordered_fault_happens(make_api: MakeApi, fault: str, status: int) -> None:
    answer = make_api().get(RECENT, query="l", headers={"X-Lochan-Fault": fault})
    assert answer.status_code == status


def test_a_page_that_is_no_json_and_a_late_one(make_api: MakeApi) -> None:
    api = make_api(slow_seconds=7)
    odd = api.get(RECENT, query="l", headers={"X-Lochan-Fault": "not-json"})
    assert (odd.status_code, odd.text) == (200, "<html>Over capacity</html>")
    assert api.get(RECENT, query="l", headers={"X-Lochan-Fault": "slow"}).status_code == 200
    assert api.slept == [7]


def test_planned_faults_hit_the_nth_request_of_their_endpoint(make_api: MakeApi) -> None:
    api = make_api(faults=parse_faults("search_recent:2:503,users:1:500"))
    assert [api.get(RECENT, query="l").status_code for _ in range(3)] == [200, 503, 200]
    assert [api.get("/2/users", ids="1").status_code for _ in range(2)] == [500, 200]
    with pytest.raises(ValueError, match="X_API_FAULTS has 'search:1:503': write"):
        parse_faults("search:1:503")


def test_the_same_request_is_answered_with_the_same_bytes(
    make_api: MakeApi, everything: dict[str, str]
) -> None:
    one, other = (make_api().get(RECENT, query="l", **everything) for _ in range(2))
    assert one.content == other.content
    assert "\\u" not in one.text  # letters as they are
