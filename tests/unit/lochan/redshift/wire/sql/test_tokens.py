import pytest
from hypothesis import given
from hypothesis import strategies as st

from lochan.redshift.wire.errors import SqlSyntaxError
from lochan.redshift.wire.sql.tokens import Kind, parse, render, split_statements, tokenize

PIECES = [
    "SELECT",
    " ",
    "\n",
    "-- comment\n",
    "/* a /* nested */ b */",
    "'text'",
    r"'it\'s'",
    "'it''s'",
    r"E'\n'",
    '"Quoted ""Name"""',
    "$$ body; $$",
    "$tag$ $$ $tag$",
    "$1",
    ",",
    "(",
    ")",
    "::",
    "#temporary",
    "1.5e10",
    ".5",
    "1..2",
    "->>",
    "ünïcode",
    "\\",
    "@",
    ";",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_tokens_joined_are_the_text(sql):
    try:
        tokens = tokenize(sql)
    except SqlSyntaxError:
        return
    assert "".join(token.text for token in tokens) == sql


@given(st.text())
def test_any_text_is_cut_whole_or_refused(sql):
    try:
        tokens = tokenize(sql)
    except SqlSyntaxError:
        return
    assert "".join(token.text for token in tokens) == sql


@given(st.lists(st.sampled_from(["SELECT", "'a'", "$1", ",", "a", '"b"', "1", "(", "x"])))
def test_rendered_tokens_read_as_the_same_tokens(words):
    tokens = parse(" ".join(words))
    assert [token.text for token in parse(render(tokens))] == [token.text for token in tokens]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'plain'", "plain"),
        ("'it''s'", "it's"),
        (r"'it\'s'", "it's"),
        (r"'a\\b'", r"a\b"),
        (r"'tab\tnew\nline'", "tab\tnew\nline"),
        (r"'\101\x42'", "AB"),
        (r"'\%'", "%"),
        (r"E'\n'", "\n"),
        ("N'x'", "x"),
        ("$$it's$$", "it's"),
        ("$q$a$$b$q$", "a$$b"),
        ('"Mixed ""Case"""', 'Mixed "Case"'),
        ("SELECT", "select"),
    ],
)
def test_value_of_a_token(text, value):
    (token,) = tokenize(text)
    assert token.value == value


@pytest.mark.parametrize(
    ("sql", "kinds"),
    [
        ("$1,$2", [Kind.PARAMETER, Kind.SYMBOL, Kind.PARAMETER]),
        ("a#b", [Kind.WORD, Kind.SYMBOL, Kind.WORD]),
        ("from #b", [Kind.WORD, Kind.SPACE, Kind.WORD]),
        ("x'1f'", [Kind.STRING]),
        ("1.5", [Kind.NUMBER]),
        ("t.5", [Kind.WORD, Kind.NUMBER]),
    ],
)
def test_kinds_of_tokens(sql, kinds):
    assert [token.kind for token in tokenize(sql)] == kinds


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT 'open", 'unterminated quoted string at or near "\'open"'),
        (r"SELECT 'a\'", "unterminated quoted string at or near"),
        ('SELECT "open', "unterminated quoted identifier"),
        ("SELECT $$ open", "unterminated dollar-quoted string"),
        ("/* open /* */", "unterminated /\\* comment"),
    ],
)
def test_unterminated_token_is_a_syntax_error(sql, message):
    with pytest.raises(SqlSyntaxError, match=message) as raised:
        tokenize(sql)
    assert raised.value.sqlstate == "42601"


def test_statements_split_at_semicolons_outside_quotes_and_comments():
    sql = "SELECT ';' ; ; SELECT $$a;b$$ /* ; */; -- ;\n"
    statements = [render(statement) for statement in split_statements(parse(sql))]
    assert statements == ["SELECT ';'", "SELECT $$a;b$$"]
