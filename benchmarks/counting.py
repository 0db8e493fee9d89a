"""What a run asks for: requests that LocalStack answers, calls and statements of a process."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import botocore.client
import redshift_connector.cursor

_REQUEST = re.compile(r"AWS (s3|glue)\.(\w+) =>")


def count_requests(values: Mapping[str, str], start: int = 0) -> Counter[str]:
    """Count what LocalStack has been asked by all processes, by operation, from a place of its log.

    `log_size` tells the place.
    """
    with _log(values).open() as file:
        file.seek(start)
        return Counter(f"{service}.{name}" for service, name in _REQUEST.findall(file.read()))


def log_size(values: Mapping[str, str]) -> int:
    """Return the place in LocalStack's log at which the next request will be."""
    return _log(values).stat().st_size


def count_calls() -> Counter[str]:
    """Return a counter of what this process asks AWS and Redshift for from now on."""
    counts: Counter[str] = Counter()

    def count_answer(answer: Any, client: Any, operation: str, *rest: Any) -> None:
        if operation == "ListObjectsV2":
            counts["objects listed"] += len(answer.get("Contents", []))
            counts["names of folders listed"] += len(answer.get("CommonPrefixes", []))
        counts[f"calls of {client.meta.service_model.service_name}"] += 1

    client_class: Any = botocore.client.BaseClient
    client_class._make_api_call = _counted(client_class._make_api_call, count_answer)
    cursor_class: Any = redshift_connector.cursor.Cursor
    cursor_class.execute = _counted(
        cursor_class.execute, lambda *_: counts.update(["statements in Redshift"])
    )
    return counts


def print_costs(title: str, costs: Mapping[str, float]) -> None:
    """Print a line for each cost."""
    print(f"\n{title}")
    for name, cost in costs.items():
        print(f"  {name:<45}{cost:>12,}", flush=True)


def _log(values: Mapping[str, str]) -> Path:
    return Path(values["LOCHAN_HOME"]) / "logs" / "localstack.log"


def _counted(call: Callable[..., Any], count: Callable[..., None]) -> Callable[..., Any]:
    @functools.wraps(call)
    def counting(*given: Any, **named: Any) -> Any:
        answer = call(*given, **named)
        count(answer, *given)
        return answer

    return counting
