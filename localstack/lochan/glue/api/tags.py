"""Tags of databases, tables, connections, crawlers, jobs and triggers, by ARN.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-tags.html
"""

import re
from collections.abc import Callable, Mapping

from lochan.glue.api.errors import (
    EntityNotFoundException,
    InvalidInputException,
    ResourceNumberLimitExceededException,
)
from lochan.glue.api.records import Shape
from lochan.glue.api.state import GlueState, fold

_ARN = re.compile(r"arn:aws[^:]*:glue:[^:]*:[^:]*:(?P<kind>[a-z]+)/(?P<name>.+)", re.DOTALL)
_MOST_TAGS = 50

# Whether a resource exists, by the kind that its ARN names.
_RESOURCES: Mapping[str, Callable[[GlueState, str], bool]] = {
    "database": lambda state, name: fold(name) in state.databases,
    "table": lambda state, name: tuple(fold(name).split("/", 1)) in state.tables,
    "connection": lambda state, name: name in state.connections,
    "crawler": lambda state, name: name in state.crawlers,
    "job": lambda state, name: name in state.jobs,
    "trigger": lambda state, name: name in state.triggers,
}


def tag(state: GlueState, request: Shape) -> Shape:
    """Answer TagResource."""
    arn = request["ResourceArn"]
    _check_exists(state, arn)
    put(state, arn, {**state.tags.get(arn, {}), **request["TagsToAdd"]})
    return {}


def untag(state: GlueState, request: Shape) -> Shape:
    """Answer UntagResource; a key that is not there is no error."""
    arn = request["ResourceArn"]
    _check_exists(state, arn)
    gone = set(request["TagsToRemove"])
    put(state, arn, {key: value for key, value in _read(state, arn) if key not in gone})
    return {}


def get(state: GlueState, request: Shape) -> Shape:
    """Answer GetTags."""
    arn = request["ResourceArn"]
    _check_exists(state, arn)
    return {"Tags": dict(_read(state, arn))}


def put(state: GlueState, arn: str, tags: Mapping[str, str]) -> None:
    """Give a resource exactly these tags."""
    if len(tags) > _MOST_TAGS:
        raise ResourceNumberLimitExceededException(
            f"{arn} would have {len(tags)} tags, and Glue allows {_MOST_TAGS}."
        )
    reserved = [key for key in tags if key.lower().startswith("aws:")]
    if reserved:
        raise InvalidInputException(f"Tag keys may not begin with 'aws:', as {reserved[0]!r} does.")
    if tags:
        state.tags[arn] = dict(tags)
    else:
        state.tags.pop(arn, None)


def drop(state: GlueState, arn: str, children: str | None = None) -> None:
    """Forget the tags of a deleted resource, and of all whose ARN begins with `children`."""
    state.tags.pop(arn, None)
    if children:
        for child in [known for known in state.tags if known.startswith(children)]:
            del state.tags[child]


def has(state: GlueState, arn: str, wanted: Mapping[str, str]) -> bool:
    """Tell whether a resource has all the tags that a List operation asks for."""
    return wanted.items() <= state.tags.get(arn, {}).items()


def _read(state: GlueState, arn: str) -> list[tuple[str, str]]:
    return list(state.tags.get(arn, {}).items())


def _check_exists(state: GlueState, arn: str) -> None:
    match = _ARN.fullmatch(arn)
    if match is None or match["kind"] not in _RESOURCES:
        kinds = ", ".join(sorted(_RESOURCES))
        raise InvalidInputException(
            f"{arn} is not the ARN of a resource that Lochan can tag: those are {kinds}."
        )
    if not _RESOURCES[match["kind"]](state, match["name"]):
        raise EntityNotFoundException(f"{match['kind'].title()} {match['name']} not found.")
