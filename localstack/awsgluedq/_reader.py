"""A place in a sequence of tokens, and what may be asked of it."""

from __future__ import annotations

from awsgluedq._ruleset import DqdlError
from awsgluedq._tokens import END, Token, place, tokenize, written


class Reader:
    """Reads a document token by token; `constants` are the texts that it has named so far."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokenize(text)
        self.position = 0
        self.constants: dict[str, str] = {}

    @property
    def token(self) -> Token:
        """The next token."""
        return self._tokens[self.position]

    @property
    def at_end(self) -> bool:
        """Whether everything is read."""
        return self.token.kind == END

    def advance(self) -> Token:
        """Take the next token."""
        token = self.token
        self.position += token.kind != END
        return token

    def expect(self, kind: str, meaning: str) -> Token:
        """Take a token of a kind, else say what should stand there."""
        if self.token.kind != kind:
            raise self.error(f"{meaning} has to stand here, not {self.token.value}")
        return self.advance()

    def expect_sign(self, sign: str) -> None:
        """Take a sign."""
        if not self.token.is_(sign):
            raise self.error(f"{sign} has to stand here, not {self.token.value}")
        self.advance()

    def parse_constant(self) -> str:
        """Take $name and return the text that the name stands for."""
        self.expect_sign("$")
        name = self.expect("word", "the name of a constant").value
        if name not in self.constants:
            raise self.error(f'${name} is not defined; write {name} = "..." before the rules')
        return self.constants[name]

    def error(self, sentence: str) -> DqdlError:
        """Return the error of a sentence about this place."""
        return DqdlError(f"DQDL {place(self._text, self.token.start)}: {sentence}.")

    def written_since(self, start: int) -> str:
        """Write the tokens from a position up to here."""
        return written(self._text, self._tokens[start : self.position])
