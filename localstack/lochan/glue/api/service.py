"""The Glue API as a whole: takes a request, answers in AWS's shapes or raises a GlueError."""

from collections.abc import Mapping
from typing import Any

from lochan.glue.api.errors import OperationNotSupportedException
from lochan.glue.api.operations import OPERATIONS
from lochan.glue.api.records import Shape
from lochan.glue.api.refusals import check_members
from lochan.glue.api.shapes import check_request, check_response
from lochan.glue.api.state import Accounts


class GlueService:
    """Dispatches operations, with their shapes checked before and after.

    `model` is botocore's ServiceModel of Glue.
    """

    def __init__(self, model: Any, accounts: Accounts) -> None:
        self.model = model
        self.accounts = accounts

    def call(
        self, account: str, region: str, operation: str, request: Mapping[str, Any] | None
    ) -> Shape:
        """Answer one request; every refusal is a GlueError."""
        handler = OPERATIONS.get(operation)
        if handler is None:
            raise OperationNotSupportedException(
                f"Glue's {operation} is known but not emulated by Lochan."
            )
        given = _without_nulls(request or {})
        shapes = self.model.operation_model(operation)
        check_members(operation, given)
        check_request(shapes.input_shape, given)
        state = self.accounts.state(account, region)
        with state.lock:
            response = handler(state, given)
        check_response(operation, shapes.output_shape, response)
        return response


def _without_nulls(value: Any) -> Any:
    """Return a request without members that are null, which AWS takes as not given."""
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value
