"""Usage limits of clusters: kept and shown, for nothing is counted here.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateUsageLimit.html
"""

from dataclasses import replace

from lochan.redshift.api.provisioned import clusters, pages, tags
from lochan.redshift.api.provisioned.errors import (
    InvalidUsageLimit,
    UsageLimitAlreadyExists,
    UsageLimitNotFound,
)
from lochan.redshift.api.records import ClusterUsageLimit
from lochan.redshift.api.service import Shape
from lochan.redshift.api.state import RedshiftState, make_id

# What AWS counts, and in what.
_LIMIT_TYPES = {
    "spectrum": "data-scanned",
    "concurrency-scaling": "time",
    "cross-region-datasharing": "data-scanned",
    "extra-compute-for-automatic-optimization": "time",
}


def create(state: RedshiftState, request: Shape) -> Shape:
    """Answer CreateUsageLimit."""
    clusters.find(state, request["ClusterIdentifier"])
    feature, limit_type = request["FeatureType"], request["LimitType"]
    if _LIMIT_TYPES[feature] != limit_type:
        raise InvalidUsageLimit(f"{feature} is limited by {_LIMIT_TYPES[feature]}.")
    limit = ClusterUsageLimit(
        id=make_id(),
        cluster=request["ClusterIdentifier"],
        feature=feature,
        limit_type=limit_type,
        amount=_check_amount(request["Amount"]),
        period=request.get("Period", "monthly"),
        breach_action=request.get("BreachAction", "log"),
    )
    for known in state.cluster_limits.values():
        if _subject(known) == _subject(limit):
            raise UsageLimitAlreadyExists(f"The cluster has this limit already: {known.id}.")
    state.cluster_limits[limit.id] = limit
    tags.put_list(state, state.arn("usagelimit", limit.id), request.get("Tags", []))
    return _describe(state, limit)


def list_all(state: RedshiftState, request: Shape) -> Shape:
    """Answer DescribeUsageLimits."""
    if "ClusterIdentifier" in request:
        clusters.find(state, request["ClusterIdentifier"])
    found = [
        limit
        for limit in state.cluster_limits.values()
        if request.get("UsageLimitId", limit.id) == limit.id
        and request.get("ClusterIdentifier", limit.cluster) == limit.cluster
        and request.get("FeatureType", limit.feature) == limit.feature
        and pages.has_tags(state, state.arn("usagelimit", limit.id), request)
    ]
    page, marker = pages.cut(found, lambda limit: limit.id, request)
    return {"UsageLimits": [_describe(state, limit) for limit in page], **marker}


def modify(state: RedshiftState, request: Shape) -> Shape:
    """Answer ModifyUsageLimit: the amount and what happens beyond it."""
    limit = _find(state, request["UsageLimitId"])
    changed = replace(
        limit,
        amount=_check_amount(request.get("Amount", limit.amount)),
        breach_action=request.get("BreachAction", limit.breach_action),
    )
    state.cluster_limits[limit.id] = changed
    return _describe(state, changed)


def delete(state: RedshiftState, request: Shape) -> Shape:
    """Answer DeleteUsageLimit."""
    limit = _find(state, request["UsageLimitId"])
    tags.drop(state, state.arn("usagelimit", limit.id))
    del state.cluster_limits[limit.id]
    return {}


def _subject(limit: ClusterUsageLimit) -> tuple[str, ...]:
    return limit.cluster, limit.feature, limit.limit_type, limit.period, limit.breach_action


def _check_amount(amount: int) -> int:
    if amount <= 0:
        raise InvalidUsageLimit(f"The amount must be a positive number, not {amount}.")
    return amount


def _find(state: RedshiftState, id: str) -> ClusterUsageLimit:
    if id not in state.cluster_limits:
        raise UsageLimitNotFound(f"Usage limit {id} not found.")
    return state.cluster_limits[id]


def _describe(state: RedshiftState, limit: ClusterUsageLimit) -> Shape:
    return {
        "UsageLimitId": limit.id,
        "ClusterIdentifier": limit.cluster,
        "FeatureType": limit.feature,
        "LimitType": limit.limit_type,
        "Amount": limit.amount,
        "Period": limit.period,
        "BreachAction": limit.breach_action,
        "Tags": tags.show(state, state.arn("usagelimit", limit.id)),
    }
