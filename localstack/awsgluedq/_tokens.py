"""DQDL text to tokens; whitespace and comments fall away."""

from __future__ import annotations

import re
from dataclasses import dataclass

from awsgluedq._ruleset import DqdlError

# A backslash in quotes keeps a quote from ending them; otherwise it stays, as in \d of a pattern.
_TOKEN = re.compile(
    r"""(?P<blank>\s+|\#[^\n]*)
      | "(?P<string>(?:[^"\\]|\\.)*)"
      | (?P<number>\d+(?:\.\d+)?(?![\w.]))
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign><=|>=|!=|->|[][()=<>,$+-])""",
    re.VERBOSE | re.DOTALL,
)
END = "end"


@dataclass(frozen=True)
class Token:
    """A `string` (without quotes), `number`, `word`, `sign` or the `end`; where it stands."""

    kind: str
    value: str
    start: int
    end: int

    def is_(self, *values: str) -> bool:
        """Tell whether the token is one of these words or signs."""
        return self.kind in ("word", "sign") and self.value in values


def tokenize(text: str) -> list[Token]:
    """Split a document; raises DqdlError at what is no DQDL."""
    tokens, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise DqdlError(f"DQDL {place(text, position)}: {text[position]!r} is not understood.")
        kind = match.lastgroup or "blank"
        if kind != "blank":
            value = match[kind].replace('\\"', '"') if kind == "string" else match[kind]
            tokens.append(Token(kind, value, match.start(), match.end()))
        position = match.end()
    return [*tokens, Token(END, "the end", len(text), len(text))]


def place(text: str, position: int) -> str:
    """Name a position for a person."""
    before = text[:position]
    return f"line {before.count(chr(10)) + 1}, column {position - before.rfind(chr(10))}"


def written(text: str, tokens: list[Token]) -> str:
    """Write tokens as they stand in the text, each gap between them as one space."""
    parts: list[str] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        gap = " " if before is not None and before.end < token.start else ""
        parts.append(gap + text[token.start : token.end])
    return "".join(parts)
