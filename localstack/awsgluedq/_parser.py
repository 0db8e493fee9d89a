"""DQDL text to a Ruleset, by recursive descent over its tokens.

The grammar is that of AWS' reference. It is case sensitive; `and` and `or` may also be written
AND and OR, and the keywords of values in either case, as the reference itself does.
https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
"""

from __future__ import annotations

from awsgluedq._operands import parse_condition
from awsgluedq._reader import Reader
from awsgluedq._rule_types import NONE, REFUSED, REQUIRED, RULE_TYPES, RuleType
from awsgluedq._ruleset import AnyRule, Composite, Condition, Rule, Ruleset

_LISTS = ("Rules", "Analyzers")
# What may follow a rule's parameters.
_AFTER_PARAMETERS = ("between", "in", "matches", "not", "where", "with", "labels")


def parse_ruleset(text: str) -> Ruleset:
    """Read a DQDL document; raises DqdlError."""
    reader = Reader(text)
    lists: dict[str, list[AnyRule]] = {}
    while not reader.at_end:
        name = reader.expect("word", "a list Rules = [ ... ]").value
        reader.expect_sign("=")
        if name == "DefaultLabels":
            raise reader.error("labels are not implemented by Lochan; leave them out")
        if reader.token.kind == "string":
            reader.constants[name] = reader.advance().value
        elif name not in _LISTS or name in lists:
            raise reader.error(f"{name} is no list of DQDL; write one list Rules and one Analyzers")
        else:
            lists[name] = _parse_list(reader, analyzers=name == "Analyzers")
    if not any(lists.values()):
        raise reader.error("there are no rules; write Rules = [ ... ] with at least one")
    analyzers = tuple(one for one in lists.get("Analyzers", ()) if isinstance(one, Rule))
    return Ruleset(tuple(lists.get("Rules", ())), analyzers)


def _parse_list(reader: Reader, analyzers: bool) -> list[AnyRule]:
    reader.expect_sign("[")
    rules: list[AnyRule] = []
    while not reader.token.is_("]"):
        try:
            rules.append(_parse_analyzer(reader) if analyzers else _parse_rule(reader))
        except RecursionError as error:
            raise reader.error("rules are nested too deeply") from error
        if not reader.token.is_("]"):
            reader.expect_sign(",")
            if reader.token.is_("]"):
                raise reader.error("a rule has to follow the comma")
    reader.advance()
    return rules


def _parse_rule(reader: Reader) -> AnyRule:
    return _parse_composite(reader) if reader.token.is_("(") else _parse_simple(reader)


def _parse_composite(reader: Reader) -> AnyRule:
    start = reader.position
    parts, operators = [_parse_part(reader)], set()
    while reader.token.is_("and", "or", "AND", "OR"):
        operators.add(reader.advance().value.lower())
        parts.append(_parse_part(reader))
    if len(operators) > 1:
        raise reader.error("put parentheses where `and` and `or` stand side by side")
    if not operators:
        return parts[0]
    return Composite(reader.written_since(start), operators.pop(), tuple(parts))


def _parse_part(reader: Reader) -> AnyRule:
    reader.expect_sign("(")
    rule = _parse_rule(reader)
    reader.expect_sign(")")
    return rule


def _parse_simple(reader: Reader) -> Rule:
    start = reader.position
    name, kind = _parse_type(reader)
    parameters = _parse_parameters(reader, name, kind)
    condition = _parse_condition(reader, name, kind)
    where = _parse_where(reader, name, kind)
    threshold = _parse_threshold(reader, name, kind)
    if threshold and name == "CustomSql" and condition:
        raise reader.error("CustomSql takes a condition or a threshold, not both")
    if reader.token.is_("labels"):
        raise reader.error("labels are not implemented by Lochan; leave them out")
    return Rule(reader.written_since(start), name, parameters, condition, where, threshold)


def _parse_analyzer(reader: Reader) -> Rule:
    start = reader.position
    name, kind = _parse_type(reader)
    if not kind.analyzer:
        raise reader.error(f"{name} is no analyzer; write it into the list Rules")
    parameters = _parse_parameters(reader, name, kind)
    where = _parse_where(reader, name, kind)
    return Rule(reader.written_since(start), name, parameters, where=where)


def _parse_type(reader: Reader) -> tuple[str, RuleType]:
    name = reader.token.value
    if name in REFUSED:
        raise reader.error(f"{name} is not implemented by Lochan: it needs {REFUSED[name]}")
    if reader.token.kind == "word" and name not in RULE_TYPES:
        raise reader.error(f"{name} is no rule type; known are {', '.join(RULE_TYPES)}")
    return name, RULE_TYPES[reader.expect("word", "a rule type").value]


def _parse_parameters(reader: Reader, name: str, kind: RuleType) -> tuple[str, ...]:
    parameters: list[str] = []
    while (found := _parse_parameter(reader)) is not None:
        parameters.append(found)
    least, most = kind.parameters
    if len(parameters) < least or (most is not None and len(parameters) > most):
        wanted = f"{least}" if most == least else f"{least} to {most or 'any number of'}"
        raise reader.error(f"{name} takes {wanted} parameters, not {len(parameters)}")
    return tuple(parameters)


def _parse_parameter(reader: Reader) -> str | None:
    if reader.token.kind == "string":
        return reader.advance().value
    if reader.token.kind == "word" and not reader.token.is_(*_AFTER_PARAMETERS, "and", "or"):
        return reader.advance().value
    return reader.parse_constant() if reader.token.is_("$") else None


def _parse_condition(reader: Reader, name: str, kind: RuleType) -> Condition | None:
    if not reader.token.is_("=", "!=", "<", "<=", ">", ">=", "between", "in", "matches", "not"):
        if kind.condition == REQUIRED:
            raise reader.error(f"{name} needs a condition, such as > 0.9")
        return None
    if kind.condition == NONE:
        raise reader.error(f"{name} takes no condition: it holds or it does not")
    return parse_condition(reader)


def _parse_where(reader: Reader, name: str, kind: RuleType) -> str | None:
    if not reader.token.is_("where"):
        return None
    if not kind.where:
        raise reader.error(f"{name} takes no where clause")
    reader.advance()
    return reader.expect("string", "a Spark SQL condition in quotes").value


def _parse_threshold(reader: Reader, name: str, kind: RuleType) -> Condition | None:
    if not reader.token.is_("with"):
        return None
    reader.advance()
    if not reader.token.is_("threshold"):
        raise reader.error("`with` has to be followed by `threshold`")
    if not kind.threshold:
        raise reader.error(f"{name} takes no threshold")
    reader.advance()
    threshold = parse_condition(reader)
    if reader.token.is_("where"):
        raise reader.error("the where clause has to stand before `with threshold`")
    return threshold
