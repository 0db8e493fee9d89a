import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lochan.x_api.recordings import Recordings, set_next_token

RECENT = "https://api.twitter.com/2/tweets/search/recent?query=loch"
MakeApi = Callable[..., Any]

# One recorded page with everything that re-encoding would change.
ODD = (
    '{ "data":[{"id":"1","text":"h\\u00e9ron \\ud83e\\udd86","x":1.10,"big":12345678901234567890}],'
    '"meta": {"newest_id":"1", "next_token" : "b26v89c19zqg8o3f", "result_count":1},'
    '"__twarc":{"url":"' + RECENT + '"}}'
)


@pytest.mark.parametrize(
    ("page", "token", "expected"),
    [
        ('{"data":[]}', None, '{"data":[]}'),
        ('{"data":[]}', "t", '{"data":[],"meta":{"next_token":"t"}}'),
        ("{}", "t", '{"meta":{"next_token":"t"}}'),
        ('{"meta":{}}', "t", '{"meta":{"next_token":"t"}}'),
        ('{"meta":{}}', None, '{"meta":{}}'),
        ('{"meta":{"a":1},"data":[]}', "t", '{"meta":{"next_token":"t","a":1},"data":[]}'),
        ('{"meta":{"next_token":"old"}}', "t", '{"meta":{"next_token":"t"}}'),
        ('{"meta":{"next_token":"old"}}', None, '{"meta":{}}'),
        ('{"meta":{"next_token":"old", "a":1}}', None, '{"meta":{"a":1}}'),
        ('{"meta":{"a":1, "next_token":"old"}}', None, '{"meta":{"a":1}}'),
        ('{"meta":{"a":1, "next_token":"old" , "b":2}}', None, '{"meta":{"a":1, "b":2}}'),
        (' {"x":"}{\\"meta\\"" }\n', "t", ' {"x":"}{\\"meta\\"" ,"meta":{"next_token":"t"}}\n'),
        ('{"x":{"meta":{"next_token":"inner"}}}', None, '{"x":{"meta":{"next_token":"inner"}}}'),
        (ODD, "t", ODD.replace("b26v89c19zqg8o3f", "t")),
    ],
)
def test_only_the_token_of_a_page_changes(page: str, token: str | None, expected: str) -> None:
    assert set_next_token(page.encode(), token).decode() == expected


_leaves = st.none() | st.booleans() | st.integers() | st.text()
_values = st.recursive(
    _leaves,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    page=st.dictionaries(st.text(), _values),
    meta=st.none() | st.dictionaries(st.sampled_from(["next_token", "a", "b"]), st.text()),
    token=st.none() | st.just("abc"),
    indent=st.none() | st.just(2),
)
@settings(max_examples=60)
def test_any_page_keeps_all_but_its_token(
    page: dict[str, Any], meta: dict[str, str] | None, token: str | None, indent: int | None
) -> None:
    whole = {name: value for name, value in page.items() if name != "meta"}
    whole |= {} if meta is None else {"meta": meta}
    changed = json.loads(set_next_token(json.dumps(whole, indent=indent).encode(), token))
    expected = dict(whole)
    if meta is not None or token is not None:
        kept = {name: value for name, value in (meta or {}).items() if name != "next_token"}
        expected["meta"] = kept | ({"next_token": token} if token else {})
    assert changed == expected


def line(url: str, **members: Any) -> str:
    return json.dumps(members | {"__twarc": {"url": f"https://api.twitter.com/2/{url}"}})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    search = "tweets/search/recent?query=loch"
    (tmp_path / "b.jsonl").write_text(
        "\n".join(
            [
                line(search, data=[{"id": "3"}], meta={"result_count": 1}),
                '{"data": {"author_id": "10',
                line("users?ids=7", data=[{"id": "7"}]),
                line("users/7/tweets?max_results=5", data=[{"id": "4"}], meta={}),
                "",
            ]
        )
    )
    (tmp_path / "a.jsonl").write_text(
        "\r\n".join(
            [
                ODD,
                line(search, id="5", text="a flattened tweet"),
                line("tweets/counts/recent?query=loch", data=[{"tweet_count": 1}], meta={}),
                line("tweets/search/stream", data={"id": "9"}),
                "[1, 2]",
            ]
        )
    )
    (tmp_path / "c.json").write_text(json.dumps({"data": {"id": "8"}, "__twarc": {
        "url": "https://api.x.com/2/tweets/8"}}, indent=2))  # fmt: skip
    (tmp_path / "README.txt").write_text("no recording")
    return tmp_path


def test_pages_are_chained_in_the_order_of_files_and_lines(make_api: MakeApi, folder: Path) -> None:
    api = make_api(recordings=folder)
    cursor, bodies = {}, []
    while cursor is not None:
        bodies.append(api.get("/2/tweets/search/recent", query="whatever", **cursor).text)
        try:
            token = json.loads(bodies[-1]).get("meta", {}).get("next_token")
        except ValueError:
            token = None
        cursor = {"next_token": token} if token else None
    first = json.loads(bodies[0])
    assert bodies[0] == ODD.replace("b26v89c19zqg8o3f", first["meta"]["next_token"])
    assert json.loads(bodies[1])["text"] == "a flattened tweet"
    assert json.loads(bodies[2])["data"] == [{"tweet_count": 1}]
    assert json.loads(bodies[3])["data"] == {"id": "9"}
    assert json.loads(bodies[4])["data"] == [{"id": "3"}]
    assert bodies[5] == '[1, 2]\n{"data": {"author_id": "10'
    assert len(bodies) == 6


def test_lookups_answer_with_their_chain_whatever_they_ask_for(
    make_api: MakeApi, folder: Path
) -> None:
    api = make_api(recordings=folder)
    assert api.get("/2/users", ids="99").json()["data"] == [{"id": "7"}]
    assert api.get("/2/tweets/8").json()["data"] == {"id": "8"}


def test_chains_of_users_are_their_own(make_api: MakeApi, folder: Path) -> None:
    api = make_api(recordings=folder)
    assert api.get("/2/users/7/tweets").json()["data"] == [{"id": "4"}]
    assert api.get("/2/users/8/tweets").json() == {"meta": {"result_count": 0}}


def test_what_was_not_recorded_is_empty_or_not_found(make_api: MakeApi, folder: Path) -> None:
    api = make_api(recordings=folder)
    assert api.get("/2/users/7/followers").json() == {"meta": {"result_count": 0}}
    errors = api.get("/2/tweets", ids="20").json()["errors"]
    assert [error["detail"] for error in errors] == ["Could not find tweet with ids: [20]."]


def test_a_foreign_cursor_is_refused(make_api: MakeApi, folder: Path) -> None:
    api = make_api(recordings=folder)
    assert api.get("/2/tweets/search/recent", query="l", next_token="b26v").status_code == 400


def test_chains_count_their_pages(folder: Path) -> None:
    recordings = Recordings(folder)
    assert recordings.count("search_recent") == 6
    assert recordings.count("users") == 1
    assert recordings.count("user_tweets", "7") == 1
    assert recordings.count("followers", "7") == 0
