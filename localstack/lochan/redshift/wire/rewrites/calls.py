"""Finding function calls among tokens and replacing them.

A call is a name followed by a parenthesis. Replacements run from the inside out, so that a rewrite
sees arguments that are rewritten already.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lochan.redshift.wire.errors import SqlSyntaxError
from lochan.redshift.wire.sql.cursor import find_closing, split_commas
from lochan.redshift.wire.sql.names import fragment
from lochan.redshift.wire.sql.tokens import Token, Tokens, render


@dataclass(frozen=True)
class Call:
    """One call: its name token and each argument's tokens."""

    name: Token
    arguments: tuple[Tokens, ...]

    def expect_arguments(self, *counts: int) -> None:
        """Raise unless the call has one of these numbers of arguments."""
        if len(self.arguments) not in counts:
            written = render(tuple(token for part in self.arguments for token in part))
            raise SqlSyntaxError(
                f"function {self.name.value} has {len(self.arguments)} arguments: ({written})"
            )

    def texts(self) -> list[str]:
        """Write each argument as SQL."""
        return [render(argument) for argument in self.arguments]

    def replaced_by(self, sql: str) -> Tokens:
        """Read SQL of ours that takes the call's place."""
        tokens = fragment(sql)
        return (replace(tokens[0], space=self.name.space), *tokens[1:])


CallRewriter = Callable[[Call], Tokens | None]


def rewrite_calls(tokens: Tokens, rewriters: Mapping[str, CallRewriter]) -> Tokens:
    """Replace the calls of these functions, innermost first; unqualified names only."""
    result: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.is_symbol("("):
            closing = find_closing(tokens, index)
            inside = rewrite_calls(tokens[index + 1 : closing], rewriters)
            _append_group(result, token, inside, tokens[closing], rewriters)
            index = closing + 1
        else:
            result.append(token)
            index += 1
    return tuple(result)


def _append_group(
    result: list[Token],
    opening: Token,
    inside: Tokens,
    closing: Token,
    rewriters: Mapping[str, CallRewriter],
) -> None:
    rewriter = _rewriter_of(result, rewriters)
    if rewriter is not None:
        call = Call(result[-1], tuple(split_commas(inside)))
        replacement = rewriter(call)
        if replacement is not None:
            result.pop()
            result.extend(replacement)
            return
    result.extend((opening, *inside, closing))


def _rewriter_of(before: list[Token], rewriters: Mapping[str, CallRewriter]) -> CallRewriter | None:
    if not before or not before[-1].is_word(*rewriters):
        return None
    if len(before) > 1 and before[-2].is_symbol("."):
        return None
    return rewriters[before[-1].value]
