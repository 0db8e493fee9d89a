"""Usage limits of workgroups: kept and shown, for nothing is counted here.

https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_UsageLimit.html
"""

from dataclasses import replace

from lochan.redshift.api.records import UsageLimit
from lochan.redshift.api.serverless import pages
from lochan.redshift.api.serverless.errors import (
    ConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from lochan.redshift.api.service import Shape
from lochan.redshift.api.state import RedshiftState, make_id


def create(state: RedshiftState, request: Shape) -> Shape:
    """Answer CreateUsageLimit."""
    _check_resource(state, request["resourceArn"])
    id = make_id()
    limit = UsageLimit(
        id=id,
        arn=state.serverless_arn("usagelimit", id),
        resource=request["resourceArn"],
        usage_type=request["usageType"],
        amount=_check_amount(request["amount"]),
        period=request.get("period", "monthly"),
        breach_action=request.get("breachAction", "log"),
    )
    for known in state.usage_limits.values():
        if _subject(known) == _subject(limit):
            raise ConflictException(
                f"{limit.resource} has a {limit.period} limit of {limit.usage_type} that does"
                f" {limit.breach_action} already: {known.id}."
            )
    state.usage_limits[id] = limit
    return {"usageLimit": _describe(limit)}


def get(state: RedshiftState, request: Shape) -> Shape:
    """Answer GetUsageLimit."""
    return {"usageLimit": _describe(_find(state, request))}


def list_all(state: RedshiftState, request: Shape) -> Shape:
    """Answer ListUsageLimits."""
    found = [
        limit
        for limit in state.usage_limits.values()
        if request.get("resourceArn", limit.resource) == limit.resource
        and request.get("usageType", limit.usage_type) == limit.usage_type
    ]
    page, token = pages.cut(found, lambda limit: limit.id, request)
    return {"usageLimits": [_describe(limit) for limit in page], **token}


def update(state: RedshiftState, request: Shape) -> Shape:
    """Answer UpdateUsageLimit: the amount and what happens beyond it."""
    limit = _find(state, request)
    changed = replace(
        limit,
        amount=_check_amount(request.get("amount", limit.amount)),
        breach_action=request.get("breachAction", limit.breach_action),
    )
    state.usage_limits[limit.id] = changed
    return {"usageLimit": _describe(changed)}


def delete(state: RedshiftState, request: Shape) -> Shape:
    """Answer DeleteUsageLimit."""
    limit = _find(state, request)
    del state.usage_limits[limit.id]
    return {"usageLimit": _describe(limit)}


def drop(state: RedshiftState, resource: str) -> None:
    """Forget the limits of a deleted workgroup."""
    for limit in [known for known in state.usage_limits.values() if known.resource == resource]:
        del state.usage_limits[limit.id]


def _subject(limit: UsageLimit) -> tuple[str, str, str, str]:
    return limit.resource, limit.usage_type, limit.period, limit.breach_action


def _check_amount(amount: int) -> int:
    if amount <= 0:
        raise ValidationException(f"The amount must be a positive number, not {amount}.")
    return amount


def _check_resource(state: RedshiftState, arn: str) -> None:
    if arn not in {workgroup.arn for workgroup in state.workgroups.values()}:
        raise ResourceNotFoundException(f"There is no workgroup with the ARN {arn}.")


def _find(state: RedshiftState, request: Shape) -> UsageLimit:
    id = request["usageLimitId"]
    if id not in state.usage_limits:
        raise ResourceNotFoundException(f"The usage limit {id} does not exist.")
    return state.usage_limits[id]


def _describe(limit: UsageLimit) -> Shape:
    return {
        "usageLimitId": limit.id,
        "usageLimitArn": limit.arn,
        "resourceArn": limit.resource,
        "usageType": limit.usage_type,
        "amount": limit.amount,
        "period": limit.period,
        "breachAction": limit.breach_action,
    }
