"""The service `x-api`: an X API v2 server of recorded or generated pages."""

import functools
import json
from pathlib import Path

from lochan.stack.environment import service_environment
from lochan.stack.probes import request_json
from lochan.stack.records import write_private
from lochan.stack.service import Service
from lochan.stack.site import Site

NAME = "x-api"
# What lochan.x_api.settings reads beside the tokens and the recordings.
_PASSED_ON = (
    "X_API_SEED",
    "X_API_TWEETS",
    "X_API_NOW",
    "X_API_LIMITS",
    "X_API_LIMIT_SECONDS",
    "X_API_FORBIDDEN",
    "X_API_FAULTS",
    "X_API_SLOW_SECONDS",
)


def x_api(site: Site) -> Service:
    """Build the server; it accepts the one token of the stack's credentials."""
    tokens = {"X_API_TOKENS_FILE": str(_tokens_file(site))}
    port = str(site.ports.x_api)
    python = str(site.settings.python)
    return Service(
        name=NAME,
        command=(python, "-m", "lochan.x_api", "--host", site.settings.listen, "--port", port),
        environment={**service_environment(site), **_chosen_pages(site), **tokens},
        working_directory=site.home.state,
        ports=(site.ports.x_api,),
        prepare=functools.partial(_write_tokens, site),
        probe=functools.partial(_check, site),
    )


def _chosen_pages(site: Site) -> dict[str, str]:
    """Pass on what the caller chose to be served; the server runs in another folder."""
    inherited = site.settings.inherited
    chosen = {name: inherited[name] for name in _PASSED_ON if inherited.get(name)}
    if inherited.get("X_API_RECORDINGS"):
        chosen["X_API_RECORDINGS"] = str(Path(inherited["X_API_RECORDINGS"]).absolute())
    return chosen


def _tokens_file(site: Site) -> Path:
    return site.state(NAME) / "tokens.json"


def _write_tokens(site: Site) -> None:
    site.state(NAME).mkdir(exist_ok=True)
    write_private(_tokens_file(site), json.dumps([site.credentials.x_api.token]))


def _check(site: Site) -> None:
    request_json(site.ports.x_api, "/health")
