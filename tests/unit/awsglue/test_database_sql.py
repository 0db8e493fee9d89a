"""Names, literals and lists of statements, as Redshift and PostgreSQL read them."""

import pytest

from awsglue._databases.sql import parse_table, quote_name, quote_text, split_statements


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("users", ("users",)),
        ("public.users", ("public", "users")),
        ("dev.public.users", ("dev", "public", "users")),
        ('"My.Schema"."a""b"', ("My.Schema", 'a"b')),
        (' "s".t ', ("s", "t")),
        ("public.with space", ("public", "with space")),
    ],
)
def test_a_table_has_one_to_three_parts(text, parts):
    assert parse_table(text) == parts


@pytest.mark.parametrize("text", ["", ".", "a.", "a..b", "a.b.c.d", '"a', 'a"b"', "a.."])
def test_what_names_no_table_is_refused(text):
    with pytest.raises(ValueError, match="names no table"):
        parse_table(text)


def test_quotes_cannot_be_left():
    assert quote_name('a"; DROP TABLE t; --') == '"a""; DROP TABLE t; --"'
    assert quote_text("it's \\' out") == "'it''s \\\\'' out'"


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("", []),
        (" ; ;", []),
        ("BEGIN; DELETE FROM t; END;", ["BEGIN", "DELETE FROM t", "END"]),
        ("INSERT INTO t VALUES ('a;b', 'it''s;', 'c\\';d')", None),
        ('SELECT 1 AS "a;b"', None),
        ("SELECT 1 -- not; here\n; SELECT 2", ["SELECT 1 -- not; here", "SELECT 2"]),
        ("SELECT 1 /* a;b */; -- the end;", ["SELECT 1 /* a;b */"]),
        ("CREATE PROCEDURE p() AS $$ BEGIN a; END; $$ LANGUAGE plpgsql", None),
        ("SELECT $1$;$1$", ["SELECT $1$", "$1$"]),
        ("SELECT $a$;$a$; SELECT 2", ["SELECT $a$;$a$", "SELECT 2"]),
    ],
)
def test_statements_end_at_semicolons_outside_of_quotes(text, statements):
    assert split_statements(text) == ([text] if statements is None else statements)
