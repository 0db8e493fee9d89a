from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from lochan.x_api.world import Fate, World, milliseconds, timestamp

worlds = st.builds(World, seed=st.integers(0, 10**6), tweets_per_day=st.integers(1, 2_000_000))
indices = st.integers(0, 10**10)


@given(worlds, indices, st.sampled_from(Fate))
def test_a_tweets_id_leads_back_to_its_index_and_fate(world: World, index: int, fate: Fate) -> None:
    assert world.find_tweet(world.tweet_id(index, fate)) == (index, fate)


@given(worlds, indices)
def test_ids_and_times_grow_with_the_index(world: World, index: int) -> None:
    assert world.created_ms(index) < world.created_ms(index + 1)
    assert world.tweet_id(index) < world.tweet_id(index + 1)


@given(worlds, indices)
def test_first_index_is_the_first_tweet_not_before_a_moment(world: World, index: int) -> None:
    moment = world.created_ms(index)
    assert world.first_index(moment) == index
    assert world.first_index(moment + 1) == index + 1


def test_an_id_carries_its_creation_time_as_a_snowflake() -> None:
    # https://docs.x.com/fundamentals/x-ids: the epoch of ids is 1288834974657 ms
    world = World(seed=7, tweets_per_day=500)
    assert (world.tweet_id(123_456) >> 22) + 1_288_834_974_657 == world.created_ms(123_456)


def test_an_id_of_no_tweet_is_not_found() -> None:
    assert World().find_tweet(20) is None
    assert World().find_user(12_000_001) is None
    assert World().find_username("nobody") is None
    assert World().find_username("heron999999") is None


@given(worlds, st.integers(0, 60))
def test_a_user_is_found_by_id_and_by_name_in_any_case(world: World, user: int) -> None:
    assert world.find_user(world.user_id(user)) == user
    assert world.find_username(world.username(user).swapcase()) == user


@given(
    st.builds(World, seed=st.just(1), tweets_per_day=st.integers(1, 3000)),
    st.integers(0, 400),
    st.integers(0, 100_000),
    st.integers(0, 900),
)
def test_a_users_tweets_are_those_that_name_the_user_as_author(
    world: World, number: int, first: int, length: int
) -> None:
    user = number % world.users
    newest_first = range(first + length - 1, first - 1, -1)
    expected = [index for index in newest_first if world.author(index) == user]
    assert list(world.tweets_of(user, first, first + length)) == expected


def test_followers_are_distinct_others_and_following_is_the_same_relation() -> None:
    world = World(seed=3)
    followers = {
        user: [world.follower(user, place) for place in range(world.follower_count(user))]
        for user in range(world.users)
    }
    for user, listed in followers.items():
        assert len(set(listed)) == len(listed)
        assert user not in listed
        followed = [other for other, others in followers.items() if user in others]
        assert world.following(user) == followed


def test_timestamps_are_written_as_x_writes_them() -> None:
    moment = datetime(2021, 9, 22, 16, 41, 59, 999_000, tzinfo=UTC)
    assert timestamp(milliseconds(moment)) == "2021-09-22T16:41:59.000Z"
