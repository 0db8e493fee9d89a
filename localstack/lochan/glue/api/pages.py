"""Cuts lists into pages.

A token names the last item given, so that changes in between do no harm.
"""

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from lochan.glue.api.errors import InvalidInputException

Item = TypeVar("Item")
SortKey = tuple[str | int, ...]


def cut_page(
    items: Iterable[Item],
    sort_key: Callable[[Item], SortKey],
    request: Mapping[str, Any],
    *,
    default_size: int = 100,
) -> tuple[list[Item], dict[str, str]]:
    """Return one page of the items in the order of `sort_key`, and its NextToken member if any."""
    ordered = sorted(items, key=sort_key)
    token = request.get("NextToken")
    start = _find_start(ordered, sort_key, token) if token else 0
    page = ordered[start : start + request.get("MaxResults", default_size)]
    if start + len(page) >= len(ordered):
        return page, {}
    return page, {"NextToken": _write_token(sort_key(page[-1]))}


def _find_start(ordered: list[Item], sort_key: Callable[[Item], SortKey], token: str) -> int:
    try:
        return bisect_right(ordered, _read_token(token), key=sort_key)
    except TypeError as error:  # a key of another list: text where this one has numbers
        raise _foreign_token(token) from error


def _write_token(last: SortKey) -> str:
    return base64.urlsafe_b64encode(json.dumps(last).encode()).decode()


def _read_token(token: str) -> SortKey:
    try:
        key = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError) as error:
        raise _foreign_token(token) from error
    if not isinstance(key, list):
        raise _foreign_token(token)
    return tuple(key)


def _foreign_token(token: str) -> InvalidInputException:
    return InvalidInputException(f"NextToken {token!r} was not given out by this operation.")
