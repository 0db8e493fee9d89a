"""The conditions of DQDL: operators and what they compare with.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html#dqdl-syntax-rule-expressions
"""

from __future__ import annotations

from awsgluedq._reader import Reader
from awsgluedq._ruleset import Condition, Duration, Keyword, Moment, Number, Operand, Text

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_KEYWORDS = ("NULL", "EMPTY", "WHITESPACES_ONLY")
_UNITS = ("minute", "minutes", "hour", "hours", "day", "days")


def parse_condition(reader: Reader) -> Condition:
    """Read an operator and its operands."""
    if reader.token.is_(*_COMPARISONS):
        return Condition(reader.advance().value, (_parse_operand(reader),))
    negated = reader.token.is_("not")
    if negated:
        reader.advance()
    if reader.token.is_("between"):
        return Condition("between", _parse_range(reader), negated)
    if reader.token.is_("in"):
        return Condition("in", _parse_set(reader), negated)
    if reader.token.is_("matches"):
        reader.advance()
        pattern = reader.expect("string", "a regular expression in quotes").value
        return Condition("matches", (Text(pattern),), negated)
    raise reader.error(f"a condition has to stand here, not {reader.token.value}")


def _parse_range(reader: Reader) -> tuple[Operand, ...]:
    reader.advance()
    low = _parse_operand(reader)
    if not reader.token.is_("and"):
        raise reader.error("`between` takes two values with `and` between them")
    reader.advance()
    return low, _parse_operand(reader)


def _parse_set(reader: Reader) -> tuple[Operand, ...]:
    reader.advance()
    reader.expect_sign("[")
    operands = [_parse_operand(reader)]
    while reader.token.is_(","):
        reader.advance()
        operands.append(_parse_operand(reader))
    reader.expect_sign("]")
    return tuple(operands)


def _parse_operand(reader: Reader) -> Operand:
    if reader.token.kind == "string":
        return Text(reader.advance().value)
    if reader.token.is_("$"):
        return Text(reader.parse_constant())
    if reader.token.kind == "number" or reader.token.is_("-"):
        return _parse_amount(reader)
    if reader.token.is_("("):
        reader.advance()
        moment = _parse_moment(reader)
        reader.expect_sign(")")
        return moment
    if reader.token.is_("now"):
        return _parse_moment(reader)
    if reader.token.is_(*_KEYWORDS, *(name.lower() for name in _KEYWORDS)):
        return Keyword(reader.advance().value.upper())
    if reader.token.kind == "word":
        raise reader.error(
            f"{reader.token.value} is not implemented by Lochan; compare with a number, a quoted "
            "text, now(), NULL, EMPTY or WHITESPACES_ONLY (last() needs the metrics of earlier "
            "runs, which Lochan does not keep)"
        )
    raise reader.error(f"a value has to stand here, not {reader.token.value}")


def _parse_amount(reader: Reader) -> Number | Duration:
    sign = "-" if reader.token.is_("-") else ""
    if sign:
        reader.advance()
    number = sign + reader.expect("number", "a number").value
    if reader.token.is_(*_UNITS):
        return Duration(number, _unit(reader.advance().value))
    return Number(number)


def _parse_moment(reader: Reader) -> Moment:
    if not reader.token.is_("now"):
        raise reader.error(f"now() has to stand here, not {reader.token.value}")
    reader.advance()
    reader.expect_sign("(")
    reader.expect_sign(")")
    if not reader.token.is_("-", "+"):
        return Moment()
    sign = reader.advance().value
    offset = _parse_amount(reader)
    if not isinstance(offset, Duration):
        raise reader.error("what is added to now() needs a unit: minutes, hours or days")
    return Moment(sign, offset)


def _unit(name: str) -> str:
    return name if name.endswith("s") else f"{name}s"
