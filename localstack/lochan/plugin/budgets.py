"""AWS Budgets as far as budgets are declared: limits, who would be told, tags. Nothing is spent.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Budgets.html
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext

Request = Mapping[str, Any]
Shape = dict[str, Any]

# What AWS puts where nothing is said: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_TimePeriod.html
_FOR_EVER = datetime(2087, 6, 15, tzinfo=UTC)
_ALL_COSTS = {
    **dict.fromkeys(("IncludeTax", "IncludeSubscription", "IncludeRefund", "IncludeCredit"), True),
    **dict.fromkeys(("IncludeUpfront", "IncludeRecurring", "IncludeOtherSubscription"), True),
    **dict.fromkeys(("IncludeSupport", "IncludeDiscount"), True),
    **dict.fromkeys(("UseBlended", "UseAmortized"), False),
}
_NOTHING_SPENT = {"ActualSpend": {"Amount": "0.0", "Unit": "USD"}}


@dataclass
class _Kept:
    """A budget, and the subscribers of each of its notifications."""

    budget: Shape
    told: list[tuple[Shape, list[Shape]]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)


_lock = threading.RLock()
_accounts: dict[str, dict[str, _Kept]] = {}


def create(request: Request) -> Shape:
    """Answer CreateBudget."""
    kept, name = _accounts.setdefault(request["AccountId"], {}), request["Budget"]["BudgetName"]
    if name in kept:
        raise _refuse(
            "DuplicateRecordException", f"Error creating budget: {name} - it already exists."
        )
    budget = _Kept(_complete(request["Budget"]), tags=_read_tags(request))
    for told in request.get("NotificationsWithSubscribers", []):
        budget.told.append((_with_defaults(told["Notification"]), list(told["Subscribers"])))
    kept[name] = budget
    return {}


def describe(request: Request) -> Shape:
    """Answer DescribeBudget."""
    return {"Budget": _find(request).budget}


def list_all(request: Request) -> Shape:
    """Answer DescribeBudgets, all on one page."""
    return {"Budgets": [kept.budget for kept in _accounts.get(request["AccountId"], {}).values()]}


def update(request: Request) -> Shape:
    """Answer UpdateBudget: the new budget replaces the old one, its notifications stay."""
    name = request["NewBudget"]["BudgetName"]
    kept = _find({**request, "BudgetName": name})
    period = {"TimePeriod": kept.budget["TimePeriod"]}
    kept.budget = _complete({**period, **request["NewBudget"]})
    return {}


def delete(request: Request) -> Shape:
    """Answer DeleteBudget."""
    _find(request)
    del _accounts[request["AccountId"]][request["BudgetName"]]
    return {}


def create_notification(request: Request) -> Shape:
    """Answer CreateNotification."""
    notification = _with_defaults(request["Notification"])
    told = _find(request).told
    if any(known == notification for known, _ in told):
        raise _refuse("DuplicateRecordException", "The budget has this notification already.")
    told.append((notification, list(request["Subscribers"])))
    return {}


def list_notifications(request: Request) -> Shape:
    """Answer DescribeNotificationsForBudget."""
    return {"Notifications": [notification for notification, _ in _find(request).told]}


def delete_notification(request: Request) -> Shape:
    """Answer DeleteNotification."""
    _find(request).told.remove(_find_notification(request))
    return {}


def list_subscribers(request: Request) -> Shape:
    """Answer DescribeSubscribersForNotification."""
    return {"Subscribers": _find_notification(request)[1]}


def list_tags(request: Request) -> Shape:
    """Answer ListTagsForResource."""
    tags = _find_by_arn(request).tags
    return {"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def tag(request: Request) -> Shape:
    """Answer TagResource."""
    _find_by_arn(request).tags.update(_read_tags(request))
    return {}


def untag(request: Request) -> Shape:
    """Answer UntagResource; a key that is not there is no error."""
    for key in request["ResourceTagKeys"]:
        _find_by_arn(request).tags.pop(key, None)
    return {}


_HANDLERS: Mapping[str, Callable[[Request], Shape]] = {
    "CreateBudget": create,
    "DescribeBudget": describe,
    "DescribeBudgets": list_all,
    "UpdateBudget": update,
    "DeleteBudget": delete,
    "CreateNotification": create_notification,
    "DescribeNotificationsForBudget": list_notifications,
    "DeleteNotification": delete_notification,
    "DescribeSubscribersForNotification": list_subscribers,
    "ListTagsForResource": list_tags,
    "TagResource": tag,
    "UntagResource": untag,
}


def _answer(operation: str, context: RequestContext, request: Request) -> Shape:
    """Answer an operation, for the account's own budgets only."""
    account = request.get("AccountId", context.account_id)
    if account != context.account_id:
        raise _refuse("AccessDeniedException", f"The budgets of {account} are another account's.")
    with _lock:
        return _HANDLERS[operation](request)


OPERATIONS: Mapping[str, Callable[[RequestContext, Request], Shape]] = {
    operation: partial(_answer, operation) for operation in _HANDLERS
}


def _complete(budget: Shape) -> Shape:
    if "BudgetLimit" not in budget and "PlannedBudgetLimits" not in budget:
        raise _refuse(
            "InvalidParameterException",
            "Unable to create/update budget - please provide one of the followings: Budget Limit/"
            " Planned Budget Limit/ Auto Adjust Data",
        )
    now = datetime.now(UTC)
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    period = {"Start": month, "End": _FOR_EVER, **budget.get("TimePeriod", {})}
    costs = {"CostTypes": _ALL_COSTS} if budget["BudgetType"] == "COST" else {}
    return {
        "CalculatedSpend": _NOTHING_SPENT,
        **costs,
        **budget,
        "TimePeriod": period,
        "LastUpdatedTime": now,
    }


def _with_defaults(notification: Shape) -> Shape:
    return {"ThresholdType": "PERCENTAGE", "NotificationState": "OK", **notification}


def _find(request: Request) -> _Kept:
    kept = _accounts.get(request["AccountId"], {}).get(request["BudgetName"])
    if kept is None:
        raise _refuse(
            "NotFoundException",
            f"Unable to get budget: {request['BudgetName']} - the budget doesn't exist.",
        )
    return kept


def _find_notification(request: Request) -> tuple[Shape, list[Shape]]:
    wanted = _with_defaults(request["Notification"])
    for notification, subscribers in _find(request).told:
        if {**notification, "NotificationState": wanted["NotificationState"]} == wanted:
            return notification, subscribers
    raise _refuse("NotFoundException", f"{request['BudgetName']} has no such notification.")


def _find_by_arn(request: Request) -> _Kept:
    """Find what arn:aws:budgets::123456789012:budget/name names."""
    prefix, _, name = request["ResourceARN"].partition(":budget/")
    return _find({"AccountId": prefix.rpartition(":")[2], "BudgetName": name})


def _read_tags(request: Request) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in request.get("ResourceTags", [])}


def _refuse(code: str, message: str) -> CommonServiceException:
    return CommonServiceException(code, message, 400, sender_fault=True)
