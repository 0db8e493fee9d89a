"""LocalStack's Glue provider: a class built from the service model, one method an operation."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.spec import load_service

from lochan.glue.api.errors import GlueError
from lochan.glue.api.inbox import Inbox
from lochan.glue.api.scheduler import Scheduler
from lochan.glue.api.service import GlueService
from lochan.glue.api.state import Accounts
from lochan.glue.api.worker_client import WorkerClient
from lochan.glue.api.worker_link import WorkerLink
from lochan.plugin.service_methods import build_provider


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

    def answer(context: RequestContext, operation: str, request: dict[str, Any]) -> Any:
        return service.call(context.account_id, context.region, operation, request)

    return build_provider("LochanGlueProvider", service.model, answer, GlueError)
