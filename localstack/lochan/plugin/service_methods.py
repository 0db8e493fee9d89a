"""Turns a service of ours into what LocalStack calls: an object with one method an operation."""

from collections.abc import Callable
from typing import Any

from botocore import xform_name
from localstack.aws.api import CommonServiceException, RequestContext, handler

# Takes the context, the operation and the request.
Answer = Callable[[RequestContext, str, dict[str, Any]], Any]
Method = Callable[[Any, RequestContext, dict[str, Any]], Any]


def build_provider(name: str, model: Any, answer: Answer, refusals: type[Exception]) -> object:
    """Return an object of a class of this name, with a method for each operation of the model.

    `refusals` are the errors that a client is to see: they have code, message and status.
    """
    methods = {
        xform_name(operation): _make_method(operation, answer, refusals)
        for operation in model.operation_names
    }
    return type(name, (), {"service": model.service_name, **methods})()


def _make_method(operation: str, answer: Answer, refusals: type[Exception]) -> Method:
    def call(_: Any, context: RequestContext, request: dict[str, Any]) -> Any:
        try:
            return answer(context, operation, request)
        except refusals as error:
            raise to_exception(error) from error

    call.__name__ = xform_name(operation)  # LocalStack finds the method by it
    method: Method = handler(operation, expand=False)(call)
    return method


def to_exception(error: Any) -> CommonServiceException:
    """Return an error of ours as LocalStack writes it in a service's protocol."""
    return CommonServiceException(
        error.code, error.message, error.status, sender_fault=error.status < 500
    )
