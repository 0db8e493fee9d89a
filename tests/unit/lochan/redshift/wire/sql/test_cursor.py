import pytest

from lochan.redshift.wire.errors import SqlSyntaxError
from lochan.redshift.wire.sql.cursor import Cursor, find_closing, split_commas
from lochan.redshift.wire.sql.tokens import parse, render


def test_cursor_reads_a_grammar_step_by_step():
    cursor = Cursor(parse("CREATE TABLE IF NOT EXISTS m.t (a, b) LIMIT -5 rest"))
    cursor.expect("create", "table")
    assert cursor.accept("if", "not", "exists")
    assert cursor.take_qualified_name()[1] == ("m", "t")
    assert cursor.take_names() == ("a", "b")
    assert cursor.accept_any("offset", "limit") == "limit"
    assert cursor.take_integer() == -5
    assert render(cursor.take_rest()) == "rest"
    cursor.expect_end()


@pytest.mark.parametrize(
    ("sql", "message"), [("SELECT", "syntax error at end of input"), ("SELECT 1", 'near "1"')]
)
def test_unexpected_token_is_named(sql, message):
    cursor = Cursor(parse(sql), 1)
    with pytest.raises(SqlSyntaxError, match=message):
        cursor.expect("from")


def test_parentheses_nest():
    tokens = parse("f(a, (b), [c]) d")
    assert find_closing(tokens, 1) == 11
    assert [render(part) for part in split_commas(tokens[2:11])] == ["a", "(b)", "[c]"]


def test_parenthesis_that_is_never_closed_is_a_syntax_error():
    with pytest.raises(SqlSyntaxError, match="is never closed"):
        find_closing(parse("f(a, (b)"), 1)
