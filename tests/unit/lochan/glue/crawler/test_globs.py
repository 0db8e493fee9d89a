from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from awsglue._sources import globs as of_jobs
from lochan.glue.crawler import globs as of_crawlers
from lochan.glue.crawler.errors import UnusableTarget
from lochan.glue.crawler.globs import translate_glob
from tests.unit.security.fuzzing import fuzzed

Translate = Callable[[str], re.Pattern[str]]
both = pytest.mark.parametrize("translate", [of_crawlers.translate_glob, of_jobs.translate_glob])


# Rows from "Include and exclude patterns", define-crawler-choose-data-sources.html.
@pytest.mark.parametrize(
    ("pattern", "path", "excluded"),
    [
        ("*.csv", "a.csv", True),
        ("*.csv", "f/a.csv", False),
        ("*.*", "a.b", True),
        ("*.{csv,avro}", "x.avro", True),
        ("*.{csv,avro}", "x.json", False),
        ("foo.?", "foo.a", True),
        ("foo.?", "foo.ab", False),
        ("*/*", "a/b", True),
        ("*/*", "a/b/c", False),
        ("myfolder/**", "myfolder/a/b", True),
        ("**/_*", "a/b/_complete.json", True),
        ("dept[0-9]/*", "dept7/a", True),
        ("dept[!0-9]/*", "dept7/a", False),
        ("a\\*b", "a*b", True),
        ("a\\*b", "axb", False),
    ],
)
def test_exclusion_globs(pattern: str, path: str, excluded: bool) -> None:
    assert bool(translate_glob(pattern).fullmatch(path)) is excluded


@both
@pytest.mark.parametrize(
    ("glob", "name", "matches"),
    [
        ("a,b", "a,b", True),
        ("a,b", "a", False),  # a comma parts within braces only
        ("}a", "}a", True),
        ("[!a]", "/", False),  # no set holds the mark between folders
        ("[^a]", "^", True),
        ("[[]", "[", True),
        ("[a&&b]", "&", True),
        ("{a,b*}/[!c]", "bcd/d", True),
    ],
)
def test_globs_are_those_of_java(translate: Translate, glob: str, name: str, matches: bool) -> None:
    assert bool(translate(glob).fullmatch(name)) is matches


@both
@pytest.mark.parametrize("glob", ["{a", "{a{b}}", "[a", "[]", "[!]", "[b-a]", "a\\", "[a/b]"])
def test_a_glob_that_never_ends_is_refused(translate: Translate, glob: str) -> None:
    with pytest.raises((UnusableTarget, ValueError), match="is no glob: ") as refusal:
        translate(glob)
    assert repr(glob) in str(refusal.value)


Model = tuple[str, Callable[[str], set[int]]]


def consume(test: Callable[[str], bool]) -> Callable[[str], set[int]]:
    """Tell how many characters a piece may take from the begin of a text: here one."""
    return lambda text: {1} if text and test(text[0]) else set()


letters = st.sampled_from("ab,")
literals = st.sampled_from("ab,/").map(lambda one: (one, consume(lambda c: c == one)))
escaped = st.sampled_from("*?[{\\").map(lambda one: (f"\\{one}", consume(lambda c: c == one)))
sets = st.lists(letters, min_size=1, max_size=2).map(
    lambda members: (f"[{''.join(members)}]", consume(lambda c: c in members))
)
opposites = st.lists(letters, min_size=1, max_size=2).map(
    lambda members: (f"[!{''.join(members)}]", consume(lambda c: c not in members and c != "/"))
)
# Stars with a question mark behind them: two stars side by side would be one.
wildcards = st.sampled_from(
    [
        ("?", consume(lambda c: c != "/")),
        ("*?", lambda text: set(range(1, len(text.partition("/")[0]) + 1))),
        ("**?", lambda text: {end + 1 for end, last in enumerate(text) if last != "/"}),
    ]
)


def follow(pieces: list[Model], text: str) -> set[int]:
    ends = {0}
    for _, take in pieces:
        ends = {end + more for end in ends for more in take(text[end:])}
    return ends


plain = st.one_of(
    literals.filter(lambda piece: piece[0] != ","), escaped, sets, opposites, wildcards
)
braces = st.lists(st.lists(plain, max_size=2), min_size=1, max_size=3).map(
    lambda ways: (
        "{" + ",".join("".join(piece[0] for piece in way) for way in ways) + "}",
        lambda text: set().union(*(follow(way, text) for way in ways)),
    )
)


@fuzzed
@given(
    st.lists(st.one_of(literals, plain, braces), max_size=4),
    st.text("ab,/*?[{\\", max_size=5),
)
def test_a_glob_matches_what_its_pieces_do(pieces: list[Model], name: str) -> None:
    glob = "".join(piece[0] for piece in pieces)
    wanted = len(name) in follow(pieces, name)
    assert bool(of_crawlers.translate_glob(glob).fullmatch(name)) is wanted, glob
    assert bool(of_jobs.translate_glob(glob).fullmatch(name)) is wanted, glob


@fuzzed
@example("[!!]")
@given(st.text("ab,/*?[]{}!^\\-&|", max_size=10))
def test_a_glob_is_translated_or_refused_alike(glob: str) -> None:
    try:
        pattern = translate_glob(glob)
    except UnusableTarget as refusal:
        assert repr(glob) in str(refusal)
        with pytest.raises(ValueError, match="is no glob"):
            of_jobs.translate_glob(glob)
        return
    assert pattern == of_jobs.translate_glob(glob)
