"""LocalStack's Glue provider: a class built from the service model, one method an operation."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from botocore import xform_name
from localstack.aws.api import CommonServiceException, RequestContext, handler
from localstack.aws.spec import load_service

from lochan.glue.api.errors import GlueError
from lochan.glue.api.inbox import Inbox
from lochan.glue.api.scheduler import Scheduler
from lochan.glue.api.service import GlueService
from lochan.glue.api.state import Accounts
from lochan.glue.api.worker_client import WorkerClient
from lochan.glue.api.worker_link import WorkerLink

Method = Callable[[Any, RequestContext, dict[str, Any]], Any]


@cache
def glue_service() -> GlueService:
    """Return the one Glue of this process."""
    token_file = os.environ.get("LOCHAN_TOKEN_FILE")
    client = WorkerClient(
        os.environ.get("LOCHAN_WORKER_URL") or None, Path(token_file) if token_file else None
    )
    accounts = Accounts(lambda known: WorkerLink(client, Inbox(known)))
    Scheduler(accounts).start()
    return GlueService(load_service("glue"), accounts)


def build_glue_provider(service: GlueService) -> object:
    """Return an object with a method for each operation that the model knows."""
    methods = {
        xform_name(operation): _make_method(service, operation)
        for operation in service.model.operation_names
    }
    return type("LochanGlueProvider", (), {"service": "glue", **methods})()


def _make_method(service: GlueService, operation: str) -> Method:
    def answer(_: Any, context: RequestContext, request: dict[str, Any]) -> Any:
        try:
            return service.call(context.account_id, context.region, operation, request)
        except GlueError as error:
            raise CommonServiceException(
                error.code, error.message, error.status, sender_fault=error.status < 500
            ) from error

    answer.__name__ = xform_name(operation)  # LocalStack finds the method by it
    method: Method = handler(operation, expand=False)(answer)
    return method
