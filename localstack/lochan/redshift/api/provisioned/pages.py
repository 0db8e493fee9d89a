"""Lists of provisioned Redshift: narrowed by tags, cut into pages by marker."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from lochan.glue.api.errors import InvalidInputException
from lochan.glue.api.pages import cut_page
from lochan.redshift.api.provisioned.errors import InvalidParameterValue
from lochan.redshift.api.state import RedshiftState

Item = TypeVar("Item")


def cut(
    items: Iterable[Item], name: Callable[[Item], str], request: dict[str, Any]
) -> tuple[list[Item], dict[str, str]]:
    """Return one page of the items in the order of their names, and its Marker if any."""
    asked = {"MaxResults": request.get("MaxRecords", 100), "NextToken": request.get("Marker")}
    try:
        page, token = cut_page(items, lambda item: (name(item),), asked)
    except InvalidInputException as error:
        raise InvalidParameterValue(error.message.replace("NextToken", "Marker")) from error
    return page, {"Marker": token["NextToken"]} if token else {}


def has_tags(state: RedshiftState, arn: str, request: dict[str, Any]) -> bool:
    """Tell whether a resource has one of the keys and one of the values that a request names."""
    tags = state.tags.get(arn, {})
    keys, values = set(request.get("TagKeys", [])), set(request.get("TagValues", []))
    return (not keys or bool(keys & tags.keys())) and (
        not values or bool(values & set(tags.values()))
    )
