"""Redshift's SQL as tokens.

Every character of the text is in exactly one token, so that text which a rewrite does not touch
reaches PostgreSQL as it was written. Redshift differs from PostgreSQL in two ways here: a
backslash escapes the next character of a plain string literal, and `#name` names a temporary
table.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cached_property

from lochan.redshift.wire.errors import SqlSyntaxError, WireError


class Kind(Enum):
    """What a token is."""

    SPACE = auto()
    COMMENT = auto()
    WORD = auto()
    QUOTED = auto()
    STRING = auto()
    DOLLAR_STRING = auto()
    NUMBER = auto()
    PARAMETER = auto()
    SYMBOL = auto()


@dataclass(frozen=True)
class Token:
    """One token and, once `significant` folded them away, the spaces and comments before it."""

    kind: Kind
    text: str
    space: str = ""

    @cached_property
    def value(self) -> str:
        """The token's meaning: a word in lower case, an identifier or string without quotes."""
        match self.kind:
            case Kind.WORD:
                return self.text.lower()
            case Kind.QUOTED:
                return self.text[1:-1].replace('""', '"')
            case Kind.STRING:
                return _string_value(self.text)
            case Kind.DOLLAR_STRING:
                tag = self.text.index("$", 1) + 1
                return self.text[tag:-tag]
            case _:
                return self.text

    @property
    def is_name(self) -> bool:
        """Whether the token can be (a part of) an object's name."""
        return self.kind in (Kind.WORD, Kind.QUOTED)

    def is_word(self, *words: str) -> bool:
        """Tell whether the token is one of these unquoted words, given in lower case."""
        return self.kind is Kind.WORD and self.value in words

    def is_symbol(self, *symbols: str) -> bool:
        """Tell whether the token is one of these operators or punctuation marks."""
        return self.kind is Kind.SYMBOL and self.text in symbols


Tokens = tuple[Token, ...]

_WORD = r"[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_$\u0080-\U0010ffff]*"
_PATTERN = re.compile(
    rf"""
      (?P<SPACE>[ \t\n\r\f\v]+)
    | (?P<COMMENT>--[^\n\r]*|/\*)
    | (?P<STRING>(?:[eE]|[nN]|[bB]|[xX])?')
    | (?P<DOLLAR_STRING>\$(?:[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_\u0080-\U0010ffff]*)?\$)
    | (?P<PARAMETER>\$[0-9]+)
    | (?P<WORD>{_WORD}|\#{_WORD})
    | (?P<QUOTED>")
    | (?P<NUMBER>(?:[0-9]+(?:\.(?!\.)[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<SYMBOL>::|:=|=>|<>|<=|>=|!=|\|\||!~~\*|!~~|!~\*|!~|~~\*|~~|~\*|\|/(?!\*)|<<|>>|->>|->|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_STRING_BODY = re.compile(r"(?:[^'\\]+|''|\\.)*+'", re.DOTALL)
_PLAIN_BODY = re.compile(r"(?:[^']+|'')*+'", re.DOTALL)
_QUOTED_BODY = re.compile(r'(?:[^"]+|"")*+"', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|(.))|''", re.DOTALL)
_NAMED_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def tokenize(sql: str) -> tuple[Token, ...]:
    """Cut the text into tokens whose texts, joined, are the text; raises SqlSyntaxError."""
    return tuple(_scan(sql))


def significant(tokens: Iterable[Token]) -> Tokens:
    """Fold spaces and comments into the `space` of the token that follows them."""
    found = []
    space = ""
    for token in tokens:
        if token.kind in (Kind.SPACE, Kind.COMMENT):
            space += token.text
        else:
            found.append(replace(token, space=space))
            space = ""
    return tuple(found)


def parse(sql: str) -> Tokens:
    """Read the text as significant tokens."""
    return significant(tokenize(sql))


def split_statements(tokens: Iterable[Token]) -> list[Tokens]:
    """Split at semicolons, leaving out empty statements."""
    statements: list[Tokens] = []
    current: list[Token] = []
    for token in tokens:
        if token.is_symbol(";"):
            statements.append(tuple(current))
            current = []
        else:
            current.append(token)
    statements.append(tuple(current))
    return [statement for statement in statements if statement]


def render(tokens: Iterable[Token]) -> str:
    """Write the tokens as SQL, keeping two of them apart where they would become one."""
    parts: list[str] = []
    for token in tokens:
        space = token.space
        if not space and parts and _would_join(parts[-1][-1], token.text[0]):
            space = " "
        parts.append(space + token.text)
    return "".join(parts).strip()


def spaced(tokens: Tokens) -> Tokens:
    """Give the first token at least one space before it."""
    if tokens and not tokens[0].space:
        return (replace(tokens[0], space=" "), *tokens[1:])
    return tokens


def _would_join(left: str, right: str) -> bool:
    return (left.isalnum() or left in "_$\"'") and (right.isalnum() or right in "_$\"'")


def _scan(sql: str) -> Iterator[Token]:
    position = 0
    while position < len(sql):
        match = _PATTERN.match(sql, position)
        if match is None or match.lastgroup is None:
            raise SqlSyntaxError(f'syntax error at or near "{sql[position]}"')
        kind = _kind_of(match, sql)
        end = _find_end(sql, match, kind)
        yield Token(kind, sql[position:end])
        position = end


def _kind_of(match: re.Match[str], sql: str) -> Kind:
    kind = Kind[match.lastgroup or ""]
    # `a#b` is the exclusive or of two numbers, `#b` after a space is a temporary table.
    before = sql[match.start() - 1] if match.start() else " "
    if match.group().startswith("#") and kind is Kind.WORD and _ends_operand(before):
        return Kind.SYMBOL
    return kind


def _ends_operand(character: str) -> bool:
    return character.isalnum() or character in "_$)]\"'#"


def _find_end(sql: str, match: re.Match[str], kind: Kind) -> int:
    match kind:
        case Kind.STRING:
            body = _PLAIN_BODY if match.group()[0] in "bBxX" else _STRING_BODY
            return _end_of_body(sql, match, body, "unterminated quoted string")
        case Kind.QUOTED:
            return _end_of_body(sql, match, _QUOTED_BODY, "unterminated quoted identifier")
        case Kind.DOLLAR_STRING:
            return _end_of_dollar_string(sql, match)
        case Kind.COMMENT if match.group() == "/*":
            return _end_of_comment(sql, match)
        case Kind.SYMBOL if match.group().startswith("#"):
            return match.start() + 1
        case _:
            return match.end()


def _end_of_body(sql: str, match: re.Match[str], body: re.Pattern[str], message: str) -> int:
    found = body.match(sql, match.end())
    if found is None:
        raise SqlSyntaxError(f'{message} at or near "{sql[match.start() :][:40]}"')
    return found.end()


def _end_of_dollar_string(sql: str, match: re.Match[str]) -> int:
    end = sql.find(match.group(), match.end())
    if end < 0:
        raise SqlSyntaxError(
            f'unterminated dollar-quoted string at or near "{sql[match.start() :][:40]}"'
        )
    return end + len(match.group())


def _end_of_comment(sql: str, match: re.Match[str]) -> int:
    """Find where a block comment ends; block comments nest."""
    depth = 1
    position = match.end()
    while depth:
        edge = _COMMENT_EDGE.search(sql, position)
        if edge is None:
            raise SqlSyntaxError(
                f'unterminated /* comment at or near "{sql[match.start() :][:40]}"'
            )
        depth += 1 if edge.group() == "/*" else -1
        position = edge.end()
    return position


def _string_value(text: str) -> str:
    prefix, _, rest = text.partition("'")
    body = rest[:-1]
    if prefix in ("b", "B", "x", "X"):
        return body
    # Numbers are bytes of UTF-8: one beyond ASCII is a lone surrogate until all are put together.
    encoded = _ESCAPE.sub(_unescape, body).encode(errors="surrogateescape")
    try:
        if b"\0" not in encoded:
            return encoded.decode()
    except UnicodeDecodeError:
        pass
    raise WireError("22021", f"invalid byte sequence for encoding UTF8 at or near {text[:40]}")


def _unescape(match: re.Match[str]) -> str:
    octal, hexadecimal, character = match.groups()
    if octal or hexadecimal:
        byte = int(octal, 8) & 0xFF if octal else int(hexadecimal, 16)
        return bytes([byte]).decode(errors="surrogateescape")
    if character:
        return _NAMED_ESCAPES.get(character, character)
    return "'"
