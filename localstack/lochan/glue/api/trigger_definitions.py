"""What a trigger's definition must have, by its type.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-trigger.html
"""

from collections.abc import Callable, Mapping

from lochan.glue.api import crawlers, jobs, security_configurations
from lochan.glue.api.cron import parse_cron
from lochan.glue.api.errors import InvalidInputException, OperationNotSupportedException
from lochan.glue.api.records import Shape
from lochan.glue.api.state import GlueState

JOB_STATES = ("SUCCEEDED", "STOPPED", "FAILED", "TIMEOUT")
CRAWL_STATES = ("SUCCEEDED", "FAILED", "CANCELLED")
# https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html
_MOST_CRAWLERS = 2


def check_definition(state: GlueState, type_: str, definition: Shape) -> None:
    """Refuse a definition that could never fire, or would start what is not there."""
    if type_ not in _CHECKS:
        raise OperationNotSupportedException(
            f"Triggers of the type {type_} are known but not emulated by Lochan:"
            f" {', '.join(_CHECKS)} are."
        )
    _CHECKS[type_](definition)
    _check_actions(state, definition.get("Actions", []))


def _check_scheduled(definition: Shape) -> None:
    _refuse(definition, "Predicate", "SCHEDULED")
    if not definition.get("Schedule"):
        raise InvalidInputException("A trigger of the type SCHEDULED must have a Schedule.")
    parse_cron(definition["Schedule"])


def _check_conditional(definition: Shape) -> None:
    _refuse(definition, "Schedule", "CONDITIONAL")
    predicate = definition.get("Predicate", {})
    conditions = predicate.get("Conditions", [])
    if not conditions:
        raise InvalidInputException(
            "A trigger of the type CONDITIONAL must have a Predicate with Conditions."
        )
    if len(conditions) > 1 and "Logical" not in predicate:
        raise InvalidInputException(
            f"A Predicate of {len(conditions)} Conditions must have Logical, AND or ANY."
        )
    for condition in conditions:
        _check_condition(condition)


def _check_on_demand(definition: Shape) -> None:
    for member in ("Schedule", "Predicate"):
        _refuse(definition, member, "ON_DEMAND")


def _check_condition(condition: Shape) -> None:
    of_job, of_crawler = "JobName" in condition, "CrawlerName" in condition
    if of_job == of_crawler:
        raise InvalidInputException(
            f"A Condition must have exactly one of JobName and CrawlerName: {dict(condition)}."
        )
    member, known = ("State", JOB_STATES) if of_job else ("CrawlState", CRAWL_STATES)
    if condition.get(member) not in known:
        raise InvalidInputException(
            f"{member} of the Condition on {condition.get('JobName') or condition['CrawlerName']}"
            f" must be one of {', '.join(known)}, and is {condition.get(member)}."
        )


def _check_actions(state: GlueState, actions: list[Shape]) -> None:
    if not actions:
        raise InvalidInputException("A trigger must have Actions: what it starts.")
    for action in actions:
        _check_action(state, action)
    count = sum("CrawlerName" in action for action in actions)
    if count > _MOST_CRAWLERS:
        raise InvalidInputException(
            f"A trigger can start {_MOST_CRAWLERS} crawlers at most, and this one has {count}."
        )


def _check_action(state: GlueState, action: Shape) -> None:
    if ("JobName" in action) == ("CrawlerName" in action):
        raise InvalidInputException(
            f"An Action must have exactly one of JobName and CrawlerName: {dict(action)}."
        )
    if "SecurityConfiguration" in action:
        security_configurations.find(state, action["SecurityConfiguration"])
    if "JobName" in action:
        jobs.find(state, action["JobName"])
    else:
        crawlers.find(state, action["CrawlerName"])


def _refuse(definition: Shape, member: str, type_: str) -> None:
    if definition.get(member):
        raise InvalidInputException(f"A trigger of the type {type_} has no {member}.")


_CHECKS: Mapping[str, Callable[[Shape], None]] = {
    "SCHEDULED": _check_scheduled,
    "CONDITIONAL": _check_conditional,
    "ON_DEMAND": _check_on_demand,
}
