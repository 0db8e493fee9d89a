"""What a rewrite is: a function over one statement, with the example that proves it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from lochan.redshift.wire.sql.cursor import Cursor
from lochan.redshift.wire.sql.tokens import Token, Tokens, render

DOCS = "https://docs.aws.amazon.com/redshift/latest/dg"


@dataclass(frozen=True)
class Context:
    """What a statement's meaning depends on besides its text."""

    database: str = "dev"
    case_sensitive: bool = False


@dataclass(frozen=True)
class Statement:
    """A statement under rewriting.

    `after` are statements of PostgreSQL that have to follow it in the same transaction; `commits`
    and `tag` are those of actions.Script.
    """

    tokens: Tokens
    context: Context = Context()
    after: tuple[str, ...] = ()
    tag: str | None = None
    commits: bool = False
    is_changed: bool = False
    case_sensitive: bool | None = None

    @property
    def sql(self) -> str:
        """The statement as text."""
        return render(self.tokens)

    @property
    def verb(self) -> Token:
        """The first token."""
        return self.tokens[0]

    def cursor(self) -> Cursor:
        """Start to read the tokens."""
        return Cursor(self.tokens)

    def starts_with(self, *words: str) -> bool:
        """Tell whether the statement begins with these words."""
        return self.cursor().sees(*words)

    def with_tokens(self, tokens: Tokens) -> "Statement":
        """Replace the tokens."""
        return replace(self, tokens=tokens, is_changed=True)

    def then(self, *statements: str) -> "Statement":
        """Add statements that have to follow."""
        return replace(self, after=(*self.after, *statements), is_changed=True)


Rewriter = Callable[[Statement], Statement | None]


@dataclass(frozen=True)
class Rewrite:
    """One difference between Redshift's SQL and PostgreSQL's.

    `function` returns the changed statement, or None where it does not apply. `redshift` and
    `postgres` are an example, `more` further ones, and `source` is the page that documents
    Redshift's side of it.
    """

    name: str
    function: Rewriter
    redshift: str
    postgres: str
    source: str
    more: tuple[tuple[str, str], ...] = ()

    @property
    def examples(self) -> tuple[tuple[str, str], ...]:
        """Every pair of Redshift's text and PostgreSQL's."""
        return ((self.redshift, self.postgres), *self.more)


@dataclass(frozen=True)
class Refusal:
    """Something that PostgreSQL would accept and Redshift, or this stand-in, does not.

    `function` returns the message, or None where it does not apply.
    """

    name: str
    function: Callable[[Statement], str | None]
    example: str
    message: str
    source: str
    sqlstate: str = "0A000"
    hint: str | None = None
