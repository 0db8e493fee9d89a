"""How PostgreSQL cuts text into tokens, written from its manual alone: what ours is held against.

https://www.postgresql.org/docs/18/sql-syntax-lexical.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

SPACE = " \t\n\r\f\v"
OPERATOR = "+-*/<>=~!@#%^&|`?"
DIGITS = "0123456789"
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

# What a token is, and what it means: a string without its quotes, anything else as written.
Lexeme = tuple[str, str]


class Unfinished(Exception):
    """A string, identifier or comment that never ends."""


def read_statements(sql: str) -> list[list[Lexeme]]:
    """Cut a text at the semicolons that PostgreSQL would see, empty statements left out."""
    statements: list[list[Lexeme]] = [[]]
    for lexeme in read_lexemes(sql):
        if lexeme == ("mark", ";"):
            statements.append([])
        else:
            statements[-1].append(lexeme)
    return [statement for statement in statements if statement]


def read_lexemes(sql: str) -> Iterator[Lexeme]:
    place = 0
    while place < len(sql):
        if sql[place] in SPACE:
            place += 1
        elif sql.startswith("--", place):
            place = _end_of_line(sql, place)
        elif sql.startswith("/*", place):
            place = _end_of_comment(sql, place)
        else:
            place, lexeme = _read_one(sql, place)
            yield lexeme


def _read_one(sql: str, place: int) -> tuple[int, Lexeme]:
    character = sql[place]
    prefix = sql[place].upper() if sql[place + 1 : place + 2] == "'" else ""
    if character == "'" or (prefix and prefix in "ENBX"):
        opening = place if character == "'" else place + 1
        return _read_string(sql, opening, escapes=prefix == "E")
    if character == '"':
        return _read_identifier(sql, place)
    if character == "$":
        return _read_dollars(sql, place)
    if _begins_name(character):
        return _read_while(sql, place, "word", lambda c: _begins_name(c) or c in DIGITS + "$")
    if character in DIGITS:
        return _read_while(sql, place, "number", lambda c: c in DIGITS + "._" or c.isalpha())
    if character in OPERATOR:
        return _read_operator(sql, place)
    return place + 1, ("mark", character)


def _begins_name(character: str) -> bool:
    return character == "_" or (character.isascii() and character.isalpha()) or character > "\x7f"


def _read_while(
    sql: str, place: int, kind: str, belongs: Callable[[str], bool]
) -> tuple[int, Lexeme]:
    end = place
    while end < len(sql) and belongs(sql[end]):
        end += 1
    return end, (kind, sql[place:end])


def _read_operator(sql: str, place: int) -> tuple[int, Lexeme]:
    end, (_, text) = _read_while(sql, place, "operator", lambda c: c in OPERATOR)
    comments = [at for at in (text.find("--"), text.find("/*")) if at > 0]
    end = min([end, *(place + at for at in comments)])
    return end, ("operator", sql[place:end])


def _read_string(sql: str, place: int, *, escapes: bool) -> tuple[int, Lexeme]:
    value, place = "", place + 1
    while place < len(sql):
        if sql[place] == "\\" and escapes:
            read, place = _read_escape(sql, place)
            value += read
        elif sql[place] != "'":
            value, place = value + sql[place], place + 1
        elif sql[place + 1 : place + 2] == "'":
            value, place = value + "'", place + 2
        else:
            return place + 1, ("string", value)
    raise Unfinished(sql)


def _read_escape(sql: str, place: int) -> tuple[str, int]:
    found = re.compile(r"\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|(.))", re.DOTALL).match(sql, place)
    if found is None:
        raise Unfinished(sql)
    octal, hexadecimal, other = found.groups()
    if octal or hexadecimal:
        return chr(int(octal, 8) if octal else int(hexadecimal, 16)), found.end()
    return _ESCAPES.get(other, other), found.end()


def _read_identifier(sql: str, place: int) -> tuple[int, Lexeme]:
    found = re.compile(r'"((?:[^"]|"")*)"', re.DOTALL).match(sql, place)
    if found is None:
        raise Unfinished(sql)
    return found.end(), ("identifier", found[1].replace('""', '"'))


def _read_dollars(sql: str, place: int) -> tuple[int, Lexeme]:
    tag = re.compile(r"\$([A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*)?\$").match(
        sql, place
    )
    if tag is None:
        return _read_while(sql, place + 1, "parameter", lambda c: c in DIGITS)
    end = sql.find(tag[0], tag.end())
    if end < 0:
        raise Unfinished(sql)
    return end + len(tag[0]), ("string", sql[tag.end() : end])


def _end_of_line(sql: str, place: int) -> int:
    found = re.compile(r"[\r\n]").search(sql, place)
    return found.start() if found else len(sql)


def _end_of_comment(sql: str, place: int) -> int:
    depth = 0
    for edge in re.compile(r"/\*|\*/").finditer(sql, place):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    raise Unfinished(sql)
