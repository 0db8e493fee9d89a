"""What a DQDL document says, as frozen values.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
"""

from __future__ import annotations

from dataclasses import dataclass


class DqdlError(ValueError):
    """A ruleset that cannot be read or evaluated; the sentence says where and what to do."""


@dataclass(frozen=True)
class Text:
    """A quoted value: text, a date, a number, a regular expression."""

    value: str


@dataclass(frozen=True)
class Number:
    """A number, as it is written."""

    value: str


@dataclass(frozen=True)
class Keyword:
    """NULL, EMPTY or WHITESPACES_ONLY."""

    name: str


@dataclass(frozen=True)
class Duration:
    """An amount of `minutes`, `hours` or `days`."""

    amount: str
    unit: str


@dataclass(frozen=True)
class Moment:
    """now(), earlier (`-`) or later (`+`) by a duration."""

    sign: str = "+"
    offset: Duration = Duration("0", "days")


Operand = Text | Number | Keyword | Duration | Moment


@dataclass(frozen=True)
class Condition:
    """An operator (=, !=, <, <=, >, >=, between, in, matches), negated by `not`, and operands."""

    operator: str
    operands: tuple[Operand, ...]
    negated: bool = False


@dataclass(frozen=True)
class Rule:
    """A rule, or an analyzer: `text` is how it is written, comments and line ends left out."""

    text: str
    type: str
    parameters: tuple[str, ...] = ()
    condition: Condition | None = None
    where: str | None = None
    threshold: Condition | None = None


@dataclass(frozen=True)
class Composite:
    """Rules that all (`and`) or of which one (`or`) has to hold."""

    text: str
    operator: str
    parts: tuple[AnyRule, ...]


AnyRule = Rule | Composite


def leaves(rule: AnyRule) -> list[Rule]:
    """Return the rules that a rule is made of, at any depth."""
    if isinstance(rule, Rule):
        return [rule]
    return [leaf for part in rule.parts for leaf in leaves(part)]


@dataclass(frozen=True)
class Ruleset:
    """The rules and analyzers of a document."""

    rules: tuple[AnyRule, ...]
    analyzers: tuple[Rule, ...] = ()
