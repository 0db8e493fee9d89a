"""Services of which the local AWS keeps what was declared, and runs nothing: EC2, ECS, Budgets.

A whole configuration can so be applied and taken down again: networks, task definitions, services,
budgets. Moto answers what is listed here, which is in LocalStack's environment anyway; EC2 is
LocalStack's own. What would have to run, or is not listed, is refused by name.
"""

from collections.abc import Callable, Mapping
from typing import Any

from botocore import xform_name
from localstack.aws.api import CommonServiceException, RequestContext, handler
from localstack.aws.spec import load_service

Method = Callable[..., Any]


def serve_by_moto(
    service: str, operations: tuple[str, ...], own: Mapping[str, Method] | None = None
) -> object:
    """Return a provider that has moto answer these operations, and refuses the others.

    `own` are operations that moto does not have, as functions of context and request.
    """
    methods: dict[str, Method] = {}
    for operation in load_service(service).operation_names:
        if own and operation in own:
            method = _answer_with(own[operation])
        else:
            method = _fall_through if operation in operations else _make_refusal(service, operation)
        methods[xform_name(operation)] = _mark(method, operation)
    return type("DeclaredProvider", (), {"service": service, **methods})()


def refuse_in(provider: type, operations: tuple[str, ...]) -> object:
    """Return a provider of this class that refuses these operations."""
    methods = {
        xform_name(operation): _mark(_make_refusal(provider.service, operation), operation)  # type: ignore[attr-defined]
        for operation in operations
    }
    return type(f"Declared{provider.__name__}", (provider,), methods)()


def _fall_through(_: Any, context: RequestContext, request: Mapping[str, Any]) -> Any:
    raise NotImplementedError  # LocalStack's sign for "ask moto"


def _answer_with(function: Method) -> Method:
    return lambda _, context, request: function(context, request)


def _make_refusal(service: str, operation: str) -> Method:
    def refuse(_: Any, context: RequestContext, request: Mapping[str, Any]) -> Any:
        raise CommonServiceException(
            "OperationNotSupportedException",
            f"{operation} of {service} is known but not emulated by Lochan, which keeps what is"
            " declared there and runs nothing.",
            501,
        )

    return refuse


def _mark(method: Method, operation: str) -> Method:
    """Have LocalStack find a method, by its name and its operation."""

    def named(self: Any, context: RequestContext, request: dict[str, Any]) -> Any:
        return method(self, context, request)

    named.__name__ = xform_name(operation)
    marked: Method = handler(operation, expand=False)(named)
    return marked
