from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lochan.x_api.generator import find_reference, make_post
from lochan.x_api.profiles import make_user
from lochan.x_api.world import EPOCH_MS, Fate, World

seeds = st.integers(0, 10**9)
indices = st.integers(0, 5_000_000)  # 25,000 days of 200 tweets
moments = st.integers(EPOCH_MS, 4 * 10**12)
Faults = Callable[[dict[str, Any]], list[str]]


@given(seed=seeds, index=indices, moment=st.none() | moments)
def test_every_generated_tweet_has_the_documented_shape(
    tweet_faults: Faults, seed: int, index: int, moment: int | None
) -> None:
    assert tweet_faults(make_post(World(seed), index, moment).tweet) == []


@given(seed=seeds, number=st.integers(0, 49), moment=st.none() | moments)
def test_every_generated_user_has_the_documented_shape(
    user_faults: Faults, seed: int, number: int, moment: int | None
) -> None:
    assert user_faults(make_user(World(seed), number, moment)) == []


@given(seed=seeds, index=indices)
@settings(max_examples=30)
def test_a_tweet_is_decided_by_seed_and_index_alone(seed: int, index: int) -> None:
    assert make_post(World(seed), index, 10**12) == make_post(World(seed), index, 10**12)


@given(seed=seeds, index=indices, earlier=st.integers(0, 10**12), later=st.integers(0, 10**12))
def test_public_metrics_never_shrink_while_all_else_stays(
    seed: int, index: int, earlier: int, later: int
) -> None:
    world = World(seed)
    first = make_post(world, index, world.created_ms(index) + earlier).tweet
    second = make_post(world, index, world.created_ms(index) + earlier + later).tweet
    final = make_post(world, index, None).tweet
    for name, count in first["public_metrics"].items():
        assert count <= second["public_metrics"][name] <= final["public_metrics"][name]
    del first["public_metrics"], second["public_metrics"]
    assert first == second


def test_a_day_of_tweets_has_every_ugliness_of_real_ones() -> None:
    world = World(seed=1)
    posts = [make_post(world, index, None) for index in range(10**6, 10**6 + 2000)]
    texts = " ".join(post.tweet["text"] for post in posts)
    for piece in ("\n", "\t", "&amp;", "&lt;", "RT @", "👩🏽‍🔬", "البحيرة", "湖", "…", '"', "\\"):
        assert piece in texts
    names = Counter(name for post in posts for name in post.tweet)
    rare = ("note_tweet", "withheld", "geo", "attachments", "context_annotations", "entities",
            "in_reply_to_user_id", "referenced_tweets")  # fmt: skip
    assert all(0 < names[name] < 2000 for name in rare)
    kinds = Counter(kind for post in posts for kind in post.tweet.get("entities", {}))
    assert set(kinds) == {"urls", "hashtags", "mentions", "cashtags", "annotations"}
    assert any("unwound_url" in url for post in posts for url in _links(post.tweet))
    assert any(post.poll for post in posts)
    assert {media["type"] for post in posts for media in post.media} == {
        "photo", "video", "animated_gif",
    }  # fmt: skip
    assert any("place_id" in post.tweet.get("geo", {}) and post.place is None for post in posts)
    assert any(len(post.tweet["edit_history_tweet_ids"]) == 2 for post in posts)


def _links(tweet: dict[str, Any]) -> list[dict[str, Any]]:
    return list(tweet.get("entities", {}).get("urls", []))


def test_references_lead_to_shown_hidden_deleted_and_protected_tweets() -> None:
    world = World(seed=1)
    references = [find_reference(world, index) for index in range(10**6, 10**6 + 2000)]
    found = Counter((item.kind, item.fate, item.shown) for item in references if item)
    for kind in ("quoted", "replied_to"):
        assert found[kind, Fate.LIVE, True]
        assert found[kind, Fate.LIVE, False]
        assert found[kind, Fate.DELETED, False]
        assert found[kind, Fate.PROTECTED, False]
    assert found["retweeted", Fate.LIVE, True]
    assert found["retweeted", Fate.LIVE, False]


def test_retweets_never_retweet_retweets() -> None:
    world = World(seed=2)
    for index in range(10**6, 10**6 + 500):
        reference = find_reference(world, index)
        if reference and reference.kind == "retweeted":
            target = find_reference(world, reference.index)
            assert target is None or target.kind != "retweeted"


def test_the_earlier_version_of_an_edited_tweet_differs_in_id_time_and_text() -> None:
    world = World(seed=1)
    posts = (make_post(world, index, None) for index in range(10**6, 10**6 + 500))
    edited = next(post for post in posts if post.edited)
    before = make_post(world, edited.index, None, Fate.EARLIER_VERSION).tweet
    older, newer = edited.tweet["edit_history_tweet_ids"]
    assert (before["id"], edited.tweet["id"]) == (older, newer)
    assert int(older) < int(newer)
    assert before["edit_history_tweet_ids"] == [older, newer]
    assert before["conversation_id"] == edited.tweet["conversation_id"] == older
    assert before["text"] != edited.tweet["text"]
    assert before["created_at"] < edited.tweet["created_at"]
