"""Random statements of clients: what PostgreSQL gets is what was sent, in PostgreSQL's own reading.

The stand-in reads a statement by Redshift's rules and PostgreSQL by its own. Where the two readings
differed, what is a comment or a literal to one would be a statement to the other.
"""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lochan.redshift.wire.actions import Action, Forward, Script, Unload
from lochan.redshift.wire.errors import WireError
from lochan.redshift.wire.rewrites.refusals import REFUSALS
from lochan.redshift.wire.rewrites.row import Context
from lochan.redshift.wire.rewrites.table import REWRITES
from lochan.redshift.wire.router import route
from tests.unit.security.fuzzing import fuzzed
from tests.unit.security.postgres_text import read_lexemes, read_statements

# Characters that begin, end or escape something.
DENSE = "|/*-'\"$\\\r\n;e1a #()[],.:<>!~é\xa0"
EXAMPLES = [text for row in REWRITES for text, _ in row.examples]
EXAMPLES += [row.example for row in REFUSALS]
dense = st.text(DENSE, max_size=12)
statements = st.one_of(
    dense.map("SELECT {}".format),
    dense.map("SELECT nvl({})".format),
    st.builds(
        lambda text, at, noise: text[: at % len(text)] + noise + text[at % len(text) :],
        st.sampled_from(EXAMPLES),
        st.integers(0, 300),
        dense,
    ),
)
values = st.text(st.sampled_from(DENSE) | st.characters(exclude_categories=["Cs"]), max_size=8)


def texts_of(action: Action) -> tuple[str, ...]:
    match action:
        case Forward(sql):
            return (sql,)
        case Script(sqls):
            return sqls
        case Unload(_, query):
            return (query,)
    return ()


@fuzzed
@example("SELECT 1 |/* ' */ ; DROP TABLE t; --'")  # no operator holds the begin of a comment
@example("SELECT 1 -- \r; DROP TABLE t\n + 2")  # a comment ends with a carriage return, too
@example('""+|COPY--')
@given(statements)
def test_one_statement_stays_one_statement(sql: str) -> None:
    with suppress(WireError):
        for action in route(sql, Context()):
            for text in texts_of(action):
                assert len(read_statements(text)) == 1, text


def only_text(sql: str) -> str:
    """Return what PostgreSQL is sent for a statement."""
    (action,) = route(sql, Context(case_sensitive=True))
    (text,) = texts_of(action)
    return text


@fuzzed
@given(values.filter(lambda value: "\0" not in value), values)
def test_a_literal_arrives_as_it_was_meant(value: str, comment: str) -> None:
    # By Redshift's rules a quote is doubled and a backslash escapes itself.
    written = value.replace("\\", "\\\\").replace("'", "''")
    ended = "".join(c for c in comment if c not in "\r\n")
    text = only_text(f"SELECT '{written}' --{ended}\n AS a")
    assert [*read_lexemes(text)] == [
        ("word", "SELECT"),
        ("string", value),
        ("word", "AS"),
        ("word", "a"),
    ]


@fuzzed
@given(values.filter(bool))
def test_a_quoted_name_arrives_as_it_was_meant(name: str) -> None:
    text = only_text('SELECT 1 AS "{}"'.format(name.replace('"', '""')))
    assert [*read_lexemes(text)][-1] == ("identifier", name)


@fuzzed
@given(st.binary(max_size=6))
def test_escaped_bytes_are_utf_8_or_refused(body: bytes) -> None:
    sql = "SELECT '{}'".format("".join(f"\\{byte:03o}" for byte in body))
    try:
        meant = body.decode()
    except UnicodeDecodeError:
        meant = "\0"
    if "\0" in meant:
        with pytest.raises(WireError, match="invalid byte sequence"):
            route(sql, Context())
    else:
        assert [*read_lexemes(only_text(sql))][-1] == ("string", meant)


def test_calls_nested_without_end_are_refused_as_postgresql_does() -> None:
    with pytest.raises(WireError, match="stack depth limit exceeded"):
        route("SELECT " + "nvl(" * 1500 + "1" + ")" * 1500, Context())
