from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from tasks.glue import GlueFailure
from tasks.retries import may_be_mended, retried_task
from tasks.twitter.x_errors import Unauthorized, Unavailable


def answer(status: int) -> ClientError:
    return ClientError(
        {"Error": {"Code": "x"}, "ResponseMetadata": {"HTTPStatusCode": status}}, "operation"
    )


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (answer(500), True),
        (answer(503), True),
        (answer(429), True),
        (answer(400), False),
        (answer(403), False),
        (answer(404), False),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), True),
        (ConnectionResetError("reset"), True),
        (Unavailable("busy"), True),
        (Unauthorized("no"), False),
        (GlueFailure("ended FAILED"), False),
        (ValueError("no"), False),
    ],
)
def test_only_what_may_be_mended_is_tried_again(error: Exception, again: bool) -> None:
    class State:
        def result(self) -> None:
            raise error

    task = retried_task(timeout_seconds=1)(lambda: None)
    assert may_be_mended(error) is again
    assert task.retry_condition_fn is not None
    assert task.retry_condition_fn(task, None, State()) is again  # type: ignore[arg-type]


def test_a_retried_task_is_tried_twice_more() -> None:
    task = retried_task(timeout_seconds=7)(lambda: None)
    assert (task.retries, task.retry_delay_seconds, task.timeout_seconds) == (2, [10, 60], 7)
