"""The latest requests that were answered, for those who ask what somebody really calls.

A test of permissions holds them against policies; a test of costs counts them. The record is in
memory and bounded, and names no value: neither bodies nor secrets.
"""

import itertools
from collections import deque
from collections.abc import Mapping
from typing import Any

CAPACITY = 100_000
# What names the resource that a request is about.
_NAMING = (
    *("Bucket", "Key", "Prefix", "CopySource", "UploadId"),
    *("Name", "JobName", "CrawlerName", "DatabaseName", "TableName", "ConnectionName"),
    *("SecretId", "logGroupName", "logGroupNamePrefix", "RoleName", "Role"),
    *("KeyId", "TargetKeyId", "AliasName", "Namespace"),
)

_numbers = itertools.count(1)
_record: deque[dict[str, Any]] = deque(maxlen=CAPACITY)


def note_request(_: object, context: Any, response: Any) -> None:
    """Note what was asked and how it was answered; a handler of LocalStack's responses."""
    if context.operation is None or context.is_internal_call:
        return
    _record.append(
        {
            "number": next(_numbers),
            "service": context.service.service_name,
            "operation": context.operation.name,
            "status": response.status_code,
            "user_agent": context.request.headers.get("User-Agent", ""),
            "names": _find_names(context.service_request or {}),
        }
    )


def read_requests(after: int) -> list[dict[str, Any]]:
    """Return the requests after a number, oldest first."""
    return [request for request in tuple(_record) if request["number"] > after]


def _find_names(request: Mapping[str, Any]) -> dict[str, Any]:
    names: dict[str, Any] = {name: request[name] for name in _NAMING if name in request}
    if "Delete" in request:
        names["Keys"] = [found["Key"] for found in request["Delete"].get("Objects", [])]
    for holder in ("TableInput", "DatabaseInput", "ConnectionInput"):
        if holder in request:
            names[holder] = request[holder].get("Name")
    if "Role" in request.get("JobUpdate", {}):
        names["Role"] = request["JobUpdate"]["Role"]
    return {name: value for name, value in names.items() if isinstance(value, str | list)}
