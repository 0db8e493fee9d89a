"""Identifiers and literals for the SQL that goes to PostgreSQL."""


def quote_identifier(name: str) -> str:
    """Quote an identifier."""
    _refuse_null(name)
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """Quote a string so that backslashes and quotes in it mean themselves in every session.

    https://www.postgresql.org/docs/18/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS-ESCAPE
    """
    _refuse_null(text)
    return "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _refuse_null(text: str) -> None:
    if "\0" in text:
        raise ValueError("SQL text cannot contain the character NUL")
