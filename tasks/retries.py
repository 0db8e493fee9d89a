"""Which failures another try may mend: those of the network and of busy services, no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from prefect import Task
from prefect.cache_policies import NO_CACHE

from tasks.redshift import is_transient
from tasks.twitter.x_errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")

_NETWORK = (
    EndpointConnectionError,
    ConnectionClosedError,
    ConnectTimeoutError,
    ReadTimeoutError,
    Unavailable,
)


def may_be_mended(error: BaseException) -> bool:
    """Tell whether the same work may succeed when it is tried again."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or status == 429
    return isinstance(error, _NETWORK) or is_transient(error)


def retried_task(*, timeout_seconds: int) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Make a function a task that is tried twice more where that may help, after 10 s and 60 s.

    Nothing is cached: what a task did is in S3 and in the ledger, and the next run looks there.
    """

    def make(function: Callable[P, R]) -> Task[P, R]:
        return Task(
            function,
            retries=2,
            retry_delay_seconds=[10, 60],
            retry_condition_fn=_check_state,
            timeout_seconds=timeout_seconds,
            cache_policy=NO_CACHE,
        )

    return make


def _check_state(task: Any, run: Any, state: Any) -> bool:
    try:
        state.result()
    except Exception as error:
        return may_be_mended(error)
    return False
