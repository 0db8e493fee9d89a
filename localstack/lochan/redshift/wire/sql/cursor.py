"""A reading position in a statement's tokens, for grammars that are parsed and not searched."""

from dataclasses import dataclass

from lochan.redshift.wire.errors import SqlSyntaxError
from lochan.redshift.wire.sql.tokens import Kind, Token, Tokens, render

# Of a BIGINT. Longer ones are no number that a statement can mean, and int() refuses them.
_MOST_DIGITS = 19


@dataclass
class Cursor:
    """Tokens and the index of the next one."""

    tokens: Tokens
    position: int = 0

    @property
    def at_end(self) -> bool:
        """Whether every token was read."""
        return self.position >= len(self.tokens)

    def peek(self, offset: int = 0) -> Token | None:
        """Look at a coming token, None behind the end."""
        index = self.position + offset
        return self.tokens[index] if index < len(self.tokens) else None

    def sees(self, *words: str) -> bool:
        """Tell whether these words come next, in this order."""
        return all(
            (token := self.peek(offset)) is not None and token.is_word(word)
            for offset, word in enumerate(words)
        )

    def sees_any(self, *words: str) -> bool:
        """Tell whether one of these words comes next."""
        token = self.peek()
        return token is not None and token.is_word(*words)

    def sees_symbol(self, symbol: str) -> bool:
        """Tell whether this symbol comes next."""
        token = self.peek()
        return token is not None and token.is_symbol(symbol)

    def accept(self, *words: str) -> bool:
        """Step over these words if they come next."""
        if not self.sees(*words):
            return False
        self.position += len(words)
        return True

    def accept_any(self, *words: str) -> str | None:
        """Step over one of these words and name it."""
        return self.take().value if self.sees_any(*words) else None

    def accept_symbol(self, symbol: str) -> bool:
        """Step over this symbol if it comes next."""
        if not self.sees_symbol(symbol):
            return False
        self.position += 1
        return True

    def expect(self, *words: str) -> None:
        """Step over these words or raise."""
        if not self.accept(*words):
            raise self.error()

    def take(self) -> Token:
        """Read the next token."""
        token = self.peek()
        if token is None:
            raise self.error()
        self.position += 1
        return token

    def take_name(self) -> str:
        """Read one identifier; fold_identifiers has folded the quoted ones already."""
        token = self.peek()
        if token is None or not token.is_name:
            raise self.error()
        self.position += 1
        return token.value

    def take_qualified_name(self) -> tuple[Tokens, tuple[str, ...]]:
        """Read `a.b.c`: its tokens as written and its parts."""
        start = self.position
        parts = [self.take_name()]
        while self.accept_symbol("."):
            parts.append(self.take_name())
        return self.tokens[start : self.position], tuple(parts)

    def take_parenthesised(self) -> Tokens:
        """Read a pair of parentheses and return what is between them."""
        if not self.sees_symbol("("):
            raise self.error()
        closing = find_closing(self.tokens, self.position)
        inside = self.tokens[self.position + 1 : closing]
        self.position = closing + 1
        return inside

    def take_names(self) -> tuple[str, ...]:
        """Read `(a, b, c)`."""
        return tuple(
            Cursor(part).take_only_name() for part in split_commas(self.take_parenthesised())
        )

    def take_only_name(self) -> str:
        """Read an identifier that nothing may follow."""
        name = self.take_name()
        self.expect_end()
        return name

    def take_integer(self) -> int:
        """Read a whole number, with its sign."""
        sign = -1 if self.accept_symbol("-") else 1
        token = self.peek()
        is_number = token is not None and token.kind is Kind.NUMBER and token.text.isdigit()
        if token is None or not is_number or len(token.text) > _MOST_DIGITS:
            raise self.error()
        self.position += 1
        return sign * int(token.text)

    def take_rest(self) -> Tokens:
        """Read everything that is left."""
        rest = self.tokens[self.position :]
        self.position = len(self.tokens)
        return rest

    def expect_end(self) -> None:
        """Raise unless everything was read."""
        if not self.at_end:
            raise self.error()

    def error(self) -> SqlSyntaxError:
        """Make the syntax error that points at the next token."""
        token = self.peek()
        if token is None:
            return SqlSyntaxError("syntax error at end of input")
        return SqlSyntaxError(f'syntax error at or near "{token.text}"')


def find_closing(tokens: Tokens, opening: int) -> int:
    """Find the index of the parenthesis or bracket that closes the one at `opening`."""
    depth = 0
    for index in range(opening, len(tokens)):
        if tokens[index].is_symbol("(", "["):
            depth += 1
        elif tokens[index].is_symbol(")", "]"):
            depth -= 1
            if depth == 0:
                return index
    raise SqlSyntaxError(f'"{tokens[opening].text}" is never closed in: {render(tokens)[:80]}')


def split_commas(tokens: Tokens) -> list[Tokens]:
    """Split at the commas that stand outside parentheses."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += token.is_symbol("(", "[") - token.is_symbol(")", "]")
        if depth == 0 and token.is_symbol(","):
            parts.append([])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts] if tokens else []
