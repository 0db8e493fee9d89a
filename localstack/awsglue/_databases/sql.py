"""Text of SQL statements: names, literals, and lists of statements in an option.

https://docs.aws.amazon.com/redshift/latest/dg/r_names.html
"""

import re

_NAME_PART = r'\s*(?:"(?:[^"]|"")+"|[^".]+)\s*'
_TABLE = re.compile(rf"{_NAME_PART}(?:\.{_NAME_PART}){{0,2}}")
# What may hold a semicolon that ends no statement.
_PIECE = re.compile(
    r"'(?:[^'\\]|\\.|'')*'"
    r'|"(?:[^"]|"")*"'
    r"|(?P<dollar>\$(?:[A-Za-z_]\w*)?\$).*?(?P=dollar)"
    r"|--[^\n]*|/\*.*?\*/|(?P<end>;)|.",
    re.DOTALL,
)
_COMMENT = re.compile(r"\s*(?:--[^\n]*(?:\n|\Z)|/\*.*?\*/)", re.DOTALL)


def quote_name(name: str) -> str:
    """Quote an identifier."""
    if not name or "\0" in name:
        raise ValueError(f"{name!r} cannot be the name of a table or a column.")
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def quote_text(text: str) -> str:
    """Quote a string for Redshift, to which a backslash is an escape."""
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def quote_standard_text(text: str) -> str:
    """Quote a string for PostgreSQL, to which a backslash is a character."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def parse_table(text: str) -> tuple[str, ...]:
    """Read `table`, `schema.table` or `database.schema.table`; quoted parts may hold dots."""
    if not _TABLE.fullmatch(text) or not all(part.strip() for part in _split_parts(text)):
        raise ValueError(
            f"{text!r} names no table: it must be table, schema.table or database.schema.table."
        )
    return tuple(_unquote(part.strip()) for part in _split_parts(text))


def _split_parts(text: str) -> list[str]:
    return [found[0] for found in re.finditer(r'(?:"(?:[^"]|"")*"|[^".])+', text)]


def _unquote(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part


def quote_table(parts: tuple[str, ...]) -> str:
    """Quote the parts of a table's name."""
    return ".".join(map(quote_name, parts))


def split_statements(text: str) -> list[str]:
    """Cut a list of statements at its semicolons, not at those in quotes and comments."""
    statements, start = [], 0
    for piece in _PIECE.finditer(text):
        if piece["end"]:
            statements.append(text[start : piece.start()])
            start = piece.end()
    statements.append(text[start:])
    return [statement.strip() for statement in statements if not _is_empty(statement)]


def _is_empty(statement: str) -> bool:
    while found := _COMMENT.match(statement):
        statement = statement[found.end() :]
    return not statement.strip()
