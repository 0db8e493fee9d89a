"""Parses the `Expression` of GetPartitions: the WHERE grammar that its documentation lists.

    expression := conjunction (OR conjunction)*
    conjunction := negation (AND negation)*
    negation := NOT negation | '(' expression ')' | predicate
    predicate := column comparison | literal operator column
    comparison := operator literal | [NOT] IN '(' literal (',' literal)* ')'
                | [NOT] BETWEEN literal AND literal | [NOT] LIKE literal | IS [NOT] NULL

https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from lochan.glue.api.errors import InvalidInputException

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^']|'')*')
    | (?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?![\w.]))
    | (?P<name>[A-Za-z_]\w*|"[^"]+"|`[^`]+`)
    | (?P<operator><>|!=|>=|<=|=|<|>)
    | (?P<mark>[(),])
    )""",
    re.VERBOSE,
)
_KEYWORDS = frozenset(
    {"AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "IS", "NULL", "DATE", "TIMESTAMP"}
)
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "<>": "<>"}


@dataclass(frozen=True)
class Comparison:
    """`column operator literal`."""

    column: str
    operator: str
    literal: str


@dataclass(frozen=True)
class Membership:
    """`column IN (literals)`."""

    column: str
    literals: tuple[str, ...]


@dataclass(frozen=True)
class Range:
    """`column BETWEEN low AND high`, both included."""

    column: str
    low: str
    high: str


@dataclass(frozen=True)
class Likeness:
    """`column LIKE pattern`."""

    column: str
    pattern: str


@dataclass(frozen=True)
class Nullness:
    """`column IS NULL`."""

    column: str


@dataclass(frozen=True)
class Negation:
    """`NOT inner`."""

    inner: "Expression"


@dataclass(frozen=True)
class Conjunction:
    """`parts AND ...`."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True)
class Disjunction:
    """`parts OR ...`."""

    parts: tuple["Expression", ...]


Predicate = Comparison | Membership | Range | Likeness | Nullness
Expression = Predicate | Negation | Conjunction | Disjunction


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    position: int


def parse(text: str) -> Expression:
    """Return the tree of an expression; InvalidInputException says where one cannot be read."""
    try:
        return _Parser(text, _tokenize(text)).parse()
    except RecursionError as error:
        raise InvalidInputException(
            "Unsupported expression: its parentheses are nested too deeply; write it with fewer."
        ) from error


def _tokenize(text: str) -> list[_Token]:
    tokens = []
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            rest = text[position:].strip()
            raise InvalidInputException(
                f"Unsupported expression '{text}': cannot read {rest!r} at character {position}."
            )
        kind = match.lastgroup
        tokens.append(_make_token(kind, match[kind], match.start(kind)))
        position = match.end()
    return tokens


def _make_token(kind: str, text: str, position: int) -> _Token:
    if kind == "string":
        return _Token("literal", text[1:-1].replace("''", "'"), position)
    if kind == "number":
        return _Token("literal", text, position)
    if kind == "name" and text.upper() in _KEYWORDS:
        return _Token("keyword", text.upper(), position)
    if kind == "name":
        return _Token("column", text.strip('"`').lower(), position)
    return _Token(kind, "<>" if text == "!=" else text, position)


class _Parser:
    def __init__(self, text: str, tokens: Sequence[_Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._next = 0

    def parse(self) -> Expression:
        expression = self._parse_disjunction()
        if self._next < len(self._tokens):
            self._fail("the end of the expression")
        return expression

    def _parse_disjunction(self) -> Expression:
        parts = [self._parse_conjunction()]
        while self._accept("keyword", "OR"):
            parts.append(self._parse_conjunction())
        return parts[0] if len(parts) == 1 else Disjunction(tuple(parts))

    def _parse_conjunction(self) -> Expression:
        parts = [self._parse_negation()]
        while self._accept("keyword", "AND"):
            parts.append(self._parse_negation())
        return parts[0] if len(parts) == 1 else Conjunction(tuple(parts))

    def _parse_negation(self) -> Expression:
        if self._accept("keyword", "NOT"):
            return Negation(self._parse_negation())
        if self._accept("mark", "("):
            inner = self._parse_disjunction()
            self._expect("mark", ")")
            return inner
        return self._parse_predicate()

    def _parse_predicate(self) -> Expression:
        if not self._is_next("column"):
            literal = self._parse_literal("a partition key")
            operator = self._expect("operator").text
            return Comparison(self._expect("column").text, _MIRRORED[operator], literal)
        column = self._expect("column").text
        if self._is_next("operator"):
            operator = self._expect("operator").text
            return Comparison(column, operator, self._parse_literal("a literal"))
        if self._accept("keyword", "IS"):
            is_negated = self._accept("keyword", "NOT")
            self._expect("keyword", "NULL")
            return Negation(Nullness(column)) if is_negated else Nullness(column)
        if self._accept("keyword", "NOT"):
            return Negation(self._parse_wordy_comparison(column))
        return self._parse_wordy_comparison(column)

    def _parse_wordy_comparison(self, column: str) -> Expression:
        if self._accept("keyword", "IN"):
            return Membership(column, self._parse_literals())
        if self._accept("keyword", "BETWEEN"):
            low = self._parse_literal("a literal")
            self._expect("keyword", "AND")
            return Range(column, low, self._parse_literal("a literal"))
        if self._accept("keyword", "LIKE"):
            return Likeness(column, self._parse_literal("a pattern"))
        return self._fail("a comparison")

    def _parse_literals(self) -> tuple[str, ...]:
        self._expect("mark", "(")
        literals = [self._parse_literal("a literal")]
        while self._accept("mark", ","):
            literals.append(self._parse_literal("a literal"))
        self._expect("mark", ")")
        return tuple(literals)

    def _parse_literal(self, wanted: str) -> str:
        # DATE '2026-11-20' and TIMESTAMP '…' are the literals of standard SQL.
        if self._accept("keyword", "DATE") or self._accept("keyword", "TIMESTAMP"):
            return self._expect("literal").text
        if not self._is_next("literal"):
            self._fail(wanted)
        return self._expect("literal").text

    def _is_next(self, kind: str, text: str | None = None) -> bool:
        if self._next == len(self._tokens):
            return False
        token = self._tokens[self._next]
        return token.kind == kind and text in (None, token.text)

    def _accept(self, kind: str, text: str) -> bool:
        found = self._is_next(kind, text)
        self._next += found
        return found

    def _expect(self, kind: str, text: str | None = None) -> _Token:
        if not self._is_next(kind, text):
            self._fail(repr(text) if text else f"a {kind}")
        self._next += 1
        return self._tokens[self._next - 1]

    def _fail(self, wanted: str) -> NoReturn:
        if self._next == len(self._tokens):
            found = "it ends"
        else:
            token = self._tokens[self._next]
            found = f"it has {token.text!r} at character {token.position}"
        raise InvalidInputException(
            f"Unsupported expression '{self._text}': {found} where {wanted} is expected."
        )
