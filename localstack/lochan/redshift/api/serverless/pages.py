"""Cuts lists into pages, as Redshift Serverless does; a token names the last item given."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from lochan.glue.api.errors import InvalidInputException
from lochan.glue.api.pages import cut_page
from lochan.redshift.api.serverless.errors import InvalidPaginationException

Item = TypeVar("Item")


def cut(
    items: Iterable[Item], name: Callable[[Item], str], request: dict[str, Any]
) -> tuple[list[Item], dict[str, str]]:
    """Return one page of the items in the order of their names, and its nextToken if any."""
    asked = {
        "MaxResults": request.get("maxResults", 100),
        "NextToken": request.get("nextToken"),
    }
    try:
        page, token = cut_page(items, lambda item: (name(item),), asked)
    except InvalidInputException as error:
        raise InvalidPaginationException(error.message) from error
    return page, {"nextToken": token["NextToken"]} if token else {}
