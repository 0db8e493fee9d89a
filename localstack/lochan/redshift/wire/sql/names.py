"""Identifiers and literals written so that PostgreSQL reads exactly the value meant."""

from lochan.redshift.wire.sql.tokens import Kind, Token, Tokens, parse

# PostgreSQL's NAMEDATALEN less its terminating zero.
POSTGRES_NAME_BYTES = 63


def quote_identifier(name: str) -> str:
    """Write a name as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def quote_name(parts: tuple[str, ...]) -> str:
    """Write a qualified name with each part quoted."""
    return ".".join(map(quote_identifier, parts))


def quote_literal(value: str) -> str:
    """Write a string literal, as an escape string where it holds a backslash."""
    quoted = "'" + value.replace("'", "''") + "'"
    return "E" + quoted.replace("\\", "\\\\") if "\\" in value else quoted


def word(text: str, space: str = " ") -> Token:
    """Make a word token."""
    return Token(Kind.WORD, text, space)


def symbol(text: str, space: str = "") -> Token:
    """Make a symbol token."""
    return Token(Kind.SYMBOL, text, space)


def string(value: str, space: str = "") -> Token:
    """Make a string literal token."""
    return Token(Kind.STRING, quote_literal(value), space)


def fragment(sql: str) -> Tokens:
    """Read a piece of SQL that we wrote, with a space before it."""
    return parse(" " + sql)
