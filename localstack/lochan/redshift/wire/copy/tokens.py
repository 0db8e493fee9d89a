"""Redshift SQL cut into tokens, as far as COPY needs it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from lochan.redshift.wire.copy.errors import SYNTAX_ERROR, CopySyntaxError, syntax_error


class TokenKind(Enum):
    """What a token is."""

    WORD = "word"
    QUOTED = "quoted identifier"
    STRING = "string"
    NUMBER = "number"
    SYMBOL = "symbol"
    END = "end"


@dataclass(frozen=True)
class Token:
    """One token; a string's text has its quotes resolved and its backslashes left alone.

    Backslashes stay because each parameter reads them in its own way: DELIMITER '\\t' is a tab,
    NULL AS '\\N' two characters.
    """

    kind: TokenKind
    text: str

    @property
    def keyword(self) -> str:
        """The token as a keyword: upper case, empty unless it is a bare word."""
        return self.text.upper() if self.kind is TokenKind.WORD else ""


_END = Token(TokenKind.END, "")

_PATTERN = re.compile(
    r"""
      (?P<space>[ \t\n\r\f\v]+ | --[^\n\r]* )
    | (?P<comment>/\*)
    | (?P<string>'(?:[^'\\]|''|\\.)*')
    | (?P<quoted>"(?:[^"]|"")+")
    | (?P<word>[^\W\d][\w$]*|\#[\w$]+)
    | (?P<number>-?\d+)
    | (?P<symbol>\$\d+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
# Of a BIGINT, with its sign. Longer ones mean nothing, and int() refuses them.
_MOST_DIGITS = 20
_COMMENT_EDGE = re.compile(r"/\*|\*/")


def tokenize(sql: str) -> Iterator[Token]:
    """Cut a statement into tokens, its comments left out; always ends with an END token."""
    position = 0
    while match := _PATTERN.match(sql, position):
        position = match.end()
        if match.lastgroup == "comment":
            position = _skip_comment(sql, position)
        elif match.lastgroup != "space":
            yield _make_token(match)
    yield _END


def _make_token(match: re.Match[str]) -> Token:
    text = match.group()
    match match.lastgroup:
        case "string":
            return Token(TokenKind.STRING, re.sub(r"''|\\'", "'", text[1:-1]))
        case "quoted":
            return Token(TokenKind.QUOTED, text[1:-1].replace('""', '"'))
        case "word":
            return Token(TokenKind.WORD, text)
        case "number":
            return Token(TokenKind.NUMBER, text)
    if text in "'\"":
        raise CopySyntaxError(SYNTAX_ERROR, f"unterminated quoted string at or near {text}")
    return Token(TokenKind.SYMBOL, text)


def _skip_comment(sql: str, position: int) -> int:
    """Find the end of a comment that has just begun; comments nest, as in PostgreSQL."""
    depth = 1
    while depth:
        edge = _COMMENT_EDGE.search(sql, position)
        if edge is None:
            raise CopySyntaxError(SYNTAX_ERROR, "unterminated /* comment")
        depth += 1 if edge.group() == "/*" else -1
        position = edge.end()
    return position


class TokenReader:
    """The tokens of one statement, read from left to right."""

    def __init__(self, sql: str) -> None:
        self._tokens = list(tokenize(sql))
        self._position = 0

    @property
    def current(self) -> Token:
        """The token that is to be read next."""
        return self._tokens[self._position]

    def take(self) -> Token:
        """Read one token; the END token is never passed."""
        token = self.current
        if token.kind is not TokenKind.END:
            self._position += 1
        return token

    def take_keyword(self, *keywords: str) -> str | None:
        """Read a keyword if it is next, and tell which."""
        keyword = self.current.keyword
        if keyword not in keywords:
            return None
        self.take()
        return keyword

    def take_symbol(self, symbol: str) -> bool:
        """Read a symbol if it is next."""
        found = self.current == Token(TokenKind.SYMBOL, symbol)
        if found:
            self.take()
        return found

    def expect_keyword(self, keyword: str) -> None:
        """Read a keyword that has to be there."""
        if self.take_keyword(keyword) is None:
            raise self.error()

    def expect_string(self) -> str:
        """Read a string that has to be there."""
        return self._expect(TokenKind.STRING)

    def expect_number(self) -> int:
        """Read an integer that has to be there."""
        if len(self.current.text) > _MOST_DIGITS:
            raise self.error()
        return int(self._expect(TokenKind.NUMBER))

    def expect_identifier(self) -> str:
        """Read an identifier, folded to lower case whether quoted or not, as Redshift does.

        https://docs.aws.amazon.com/redshift/latest/dg/r_names.html
        """
        if self.current.kind is TokenKind.QUOTED:
            return self.take().text.lower()
        return self._expect(TokenKind.WORD).lower()

    def error(self) -> CopySyntaxError:
        """Make the syntax error for the token that is next."""
        return syntax_error(self.current.text)

    def _expect(self, kind: TokenKind) -> str:
        if self.current.kind is not kind:
            raise self.error()
        return self.take().text
