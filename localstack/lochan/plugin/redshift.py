"""LocalStack's providers of Redshift's two control planes, which share one state."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from localstack.aws.api import RequestContext
from localstack.aws.spec import load_service

from lochan.plugin.neighbours import LocalNeighbours, note_caller
from lochan.plugin.secret_names import mend_secret_names
from lochan.plugin.service_methods import build_provider
from lochan.redshift.api.errors import RedshiftError
from lochan.redshift.api.provisioned import operations as provisioned
from lochan.redshift.api.provisioned.errors import InvalidParameterValue
from lochan.redshift.api.serverless import operations as serverless
from lochan.redshift.api.serverless.errors import ValidationException
from lochan.redshift.api.service import RedshiftService
from lochan.redshift.api.state import Accounts
from lochan.redshift.api.surroundings import StandIn

# Where the stack says nothing else, as on AWS.
_DEFAULT_ENDPOINT = "redshift://localhost:5439/dev"


def build_serverless_provider() -> object:
    """Return the provider of Redshift Serverless."""
    model = load_service("redshift-serverless")
    service = RedshiftService(
        model,
        serverless.OPERATIONS,
        _accounts(),
        ValidationException,
        serverless.REFUSED_MEMBERS,
    )
    return build_provider(
        "LochanRedshiftServerlessProvider", model, _answer(service), RedshiftError
    )


def build_provisioned_provider() -> object:
    """Return the provider of Redshift."""
    model = load_service("redshift")
    service = RedshiftService(
        model,
        provisioned.OPERATIONS,
        _accounts(),
        InvalidParameterValue,
        provisioned.REFUSED_MEMBERS,
    )
    return build_provider("LochanRedshiftProvider", model, _answer(service), RedshiftError)


@cache
def _accounts() -> Accounts:
    """Return the one state of Redshift of this process."""
    mend_secret_names()
    return Accounts(read_stand_in(os.environ), LocalNeighbours)


def read_stand_in(environ: Any) -> StandIn:
    """Read where the stack's Redshift listens, and where its control port is."""
    endpoint = urlsplit(environ.get("LOCHAN_REDSHIFT_ENDPOINT") or _DEFAULT_ENDPOINT)
    token = environ.get("LOCHAN_TOKEN_FILE")
    return StandIn(
        host=endpoint.hostname or "",
        port=endpoint.port or 0,
        database=endpoint.path.lstrip("/"),
        control_url=environ.get("LOCHAN_REDSHIFT_CONTROL_URL") or None,
        token_file=Path(token) if token else None,
    )


def _answer(service: RedshiftService) -> Callable[[RequestContext, str, dict[str, Any]], Any]:
    def answer(context: RequestContext, operation: str, request: dict[str, Any]) -> Any:
        note_caller(context)
        return service.call(context.account_id, context.region, operation, request)

    return answer
