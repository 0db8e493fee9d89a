"""Tags of namespaces and workgroups, by ARN.

https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-tagging.html
"""

from collections.abc import Mapping, Sequence

from lochan.redshift.api.serverless.errors import (
    ResourceNotFoundException,
    TooManyTagsException,
    ValidationException,
)
from lochan.redshift.api.service import Shape
from lochan.redshift.api.state import RedshiftState

_MOST_TAGS = 50


def tag(state: RedshiftState, request: Shape) -> Shape:
    """Answer TagResource."""
    arn = request["resourceArn"]
    _check_exists(state, arn)
    put_list(state, arn, request["tags"])
    return {}


def untag(state: RedshiftState, request: Shape) -> Shape:
    """Answer UntagResource; a key that is not there is no error."""
    arn = request["resourceArn"]
    _check_exists(state, arn)
    gone = set(request["tagKeys"])
    kept = {key: value for key, value in state.tags.get(arn, {}).items() if key not in gone}
    state.tags[arn] = kept
    return {}


def list_all(state: RedshiftState, request: Shape) -> Shape:
    """Answer ListTagsForResource."""
    arn = request["resourceArn"]
    _check_exists(state, arn)
    return {"tags": [{"key": key, "value": value} for key, value in state.tags[arn].items()]}


def put_list(state: RedshiftState, arn: str, given: Sequence[Mapping[str, str]]) -> None:
    """Add tags to those that a resource has."""
    added = {tag["key"]: tag["value"] for tag in given}
    reserved = [key for key in added if key.lower().startswith("aws:")]
    if reserved:
        raise ValidationException(f"Tag keys may not begin with 'aws:', as {reserved[0]!r} does.")
    tags = {**state.tags.get(arn, {}), **added}
    if len(tags) > _MOST_TAGS:
        raise TooManyTagsException(
            f"{arn} would have {len(tags)} tags, and AWS allows {_MOST_TAGS}."
        )
    state.tags[arn] = tags


def drop(state: RedshiftState, arn: str) -> None:
    """Forget the tags of a deleted resource."""
    state.tags.pop(arn, None)


def _check_exists(state: RedshiftState, arn: str) -> None:
    namespaces = {namespace.arn for namespace in state.namespaces.values()}
    workgroups = {workgroup.arn for workgroup in state.workgroups.values()}
    if arn not in namespaces | workgroups:
        raise ResourceNotFoundException(f"There is no namespace or workgroup with the ARN {arn}.")
