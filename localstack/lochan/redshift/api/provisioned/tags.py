"""Tags of clusters, their groups and limits, by ARN.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateTags.html
"""

from collections.abc import Mapping, Sequence

from lochan.redshift.api.provisioned import pages
from lochan.redshift.api.provisioned.errors import (
    InvalidTagFault,
    ResourceNotFoundFault,
    TagLimitExceededFault,
)
from lochan.redshift.api.service import Shape
from lochan.redshift.api.state import RedshiftState

_MOST_TAGS = 50
# What DescribeTags calls the kinds that ARNs name.
_KINDS = {
    "cluster": "Cluster",
    "subnetgroup": "Subnet group",
    "parametergroup": "Parameter group",
    "usagelimit": "Usage limit",
}


def create(state: RedshiftState, request: Shape) -> Shape:
    """Answer CreateTags."""
    _check_exists(state, request["ResourceName"])
    put_list(state, request["ResourceName"], request["Tags"])
    return {}


def delete(state: RedshiftState, request: Shape) -> Shape:
    """Answer DeleteTags; a key that is not there is no error."""
    arn = request["ResourceName"]
    _check_exists(state, arn)
    gone = set(request["TagKeys"])
    state.tags[arn] = {
        key: value for key, value in state.tags.get(arn, {}).items() if key not in gone
    }
    return {}


def describe(state: RedshiftState, request: Shape) -> Shape:
    """Answer DescribeTags: one entry for each tag of each resource."""
    named = request.get("ResourceName")
    if named:
        _check_exists(state, named)
    found = [
        (arn, key, value)
        for arn in _arns(state)
        for key, value in state.tags.get(arn, {}).items()
        if named in (None, arn)
        and request.get("ResourceType", _kind(arn)) == _kind(arn)
        and pages.has_tags(state, arn, request)
    ]
    page, marker = pages.cut(found, lambda item: f"{item[0]} {item[1]}", request)
    tagged = [
        {"Tag": {"Key": key, "Value": value}, "ResourceName": arn, "ResourceType": _kind(arn)}
        for arn, key, value in page
    ]
    return {"TaggedResources": tagged, **marker}


def put_list(state: RedshiftState, arn: str, given: Sequence[Mapping[str, str]]) -> None:
    """Add tags to those that a resource has."""
    added = {tag["Key"]: tag.get("Value", "") for tag in given}
    reserved = [key for key in added if key.lower().startswith("aws:")]
    if reserved:
        raise InvalidTagFault(f"Tag keys may not begin with 'aws:', as {reserved[0]!r} does.")
    tags = {**state.tags.get(arn, {}), **added}
    if len(tags) > _MOST_TAGS:
        raise TagLimitExceededFault(
            f"{arn} would have {len(tags)} tags, and AWS allows {_MOST_TAGS}."
        )
    state.tags[arn] = tags


def show(state: RedshiftState, arn: str) -> list[dict[str, str]]:
    """Return the tags of a resource as AWS shows them."""
    return [{"Key": key, "Value": value} for key, value in state.tags.get(arn, {}).items()]


def drop(state: RedshiftState, arn: str) -> None:
    """Forget the tags of a deleted resource."""
    state.tags.pop(arn, None)


def _arns(state: RedshiftState) -> list[str]:
    return [
        *(state.arn("cluster", name) for name in state.clusters),
        *(state.arn("subnetgroup", name) for name in state.subnet_groups),
        *(state.arn("parametergroup", name) for name in state.parameter_groups),
        *(state.arn("usagelimit", id) for id in state.cluster_limits),
    ]


def _kind(arn: str) -> str:
    return _KINDS[arn.split(":")[5]]


def _check_exists(state: RedshiftState, arn: str) -> None:
    if arn not in _arns(state):
        raise ResourceNotFoundFault(f"There is no resource with the ARN {arn}.")
