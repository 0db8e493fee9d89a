"""One of Redshift's control-plane APIs: takes a request, answers in AWS's shapes or refuses."""

from collections.abc import Callable, Mapping
from typing import Any

from lochan.glue.api.errors import GlueError
from lochan.glue.api.shapes import check_request, check_response
from lochan.redshift.api.errors import (
    InternalFailure,
    OperationNotSupportedException,
    RedshiftError,
)
from lochan.redshift.api.state import Accounts, RedshiftState

Shape = dict[str, Any]
Handler = Callable[[RedshiftState, Shape], Shape]


class RedshiftService:
    """Dispatches operations, with their shapes checked before and after.

    `model` is botocore's ServiceModel, `misfit` the error of a request that breaks its shape, and
    `refused` names members of operations that would silently do nothing.
    """

    def __init__(
        self,
        model: Any,
        operations: Mapping[str, Handler],
        accounts: Accounts,
        misfit: type[RedshiftError],
        refused: Mapping[str, tuple[str, ...]],
    ) -> None:
        self.model = model
        self.operations = operations
        self._accounts = accounts
        self._misfit = misfit
        self._refused = refused

    def call(
        self, account: str, region: str, operation: str, request: Mapping[str, Any] | None
    ) -> Shape:
        """Answer one request; every refusal is a RedshiftError."""
        handler = self.operations.get(operation)
        if handler is None:
            raise OperationNotSupportedException(
                f"{operation} of {self.model.service_name} is known but not emulated by Lochan."
            )
        given = {name: value for name, value in (request or {}).items() if value is not None}
        self._check(operation, given)
        state = self._accounts.state(account, region)
        with state.lock:
            response = handler(state, given)
        return self._check_answer(operation, response)

    def _check(self, operation: str, request: Shape) -> None:
        ignored = [name for name in self._refused.get(operation, ()) if request.get(name)]
        if ignored:
            raise OperationNotSupportedException(
                f"{operation} of {self.model.service_name} is emulated without {ignored[0]}:"
                " leave it out."
            )
        shape = self.model.operation_model(operation).input_shape
        try:
            check_request(shape, request)
        except GlueError as error:
            raise self._misfit(error.message) from error

    def _check_answer(self, operation: str, response: Shape) -> Shape:
        shape = self.model.operation_model(operation).output_shape
        try:
            check_response(operation, shape, response)
        except GlueError as error:
            raise InternalFailure(error.message.replace("Glue", "Redshift")) from error
        return response
