"""The service `prefect-services`: what Prefect's server does besides answering its API.

It plans scheduled runs, evaluates automations and carries them out, marks late runs. The embedded
stack's server does all that itself; in containers any number of these may do it instead, each
knowing of the others through Redis. https://docs.prefect.io/v3/advanced/self-hosted
"""

import functools
import signal
import socket
import time

from lochan.stack.errors import NotReadyError, StackError
from lochan.stack.processes import StopPlan
from lochan.stack.service import Service
from lochan.stack.services.prefect_server import REDIS_VARIABLE, redis_url, server_environment
from lochan.stack.site import Site

NAME = "prefect-services"
# When each worker of Prefect's queue of background tasks last told that it lives: docket keeps the
# times under the name that `prefect server services start` gives to its queue.
_SIGNS_OF_LIFE = "prefect:workers"
_SILENT_SECONDS = 15.0
_CONNECT_SECONDS = 5.0


def prefect_services(site: Site) -> Service:
    """Build the background services over the server's database and a Redis."""
    if not redis_url(site.settings):
        raise StackError(
            f"{NAME} shares its work with `prefect` through Redis: give the URL of one in "
            f"{REDIS_VARIABLE}, as `docker compose --env-file compose.redis.env up` does."
        )
    home = site.state(NAME) / "home"
    return Service(
        name=NAME,
        command=(str(site.settings.python), "-P", "-m", "prefect", "server", "services", "start"),
        environment=server_environment(site, home),
        working_directory=site.home.state,
        prepare=functools.partial(home.mkdir, parents=True, exist_ok=True),
        probe=functools.partial(_check_alive, redis_url(site.settings)),
        # At SIGTERM it would drop what it has in hand.
        stop=StopPlan(signals=(signal.SIGINT,)),
    )


def _check_alive(url: str) -> None:
    """Find a fresh sign of life from this machine: the services share one event loop."""
    import redis  # an extra of the distribution brings it

    try:
        with redis.from_url(url, socket_timeout=_CONNECT_SECONDS) as client:
            signs = dict(client.zrange(_SIGNS_OF_LIFE, 0, -1, withscores=True))
    except redis.RedisError as error:
        raise NotReadyError(f"Redis does not answer: {error}") from error
    own = [seen for worker, seen in signs.items() if worker.startswith(_worker_prefix())]
    if max(own, default=0.0) < time.time() - _SILENT_SECONDS:
        raise NotReadyError("Prefect's background services give no sign of life in Redis")


def _worker_prefix() -> bytes:
    return f"{socket.gethostname()}#".encode()
