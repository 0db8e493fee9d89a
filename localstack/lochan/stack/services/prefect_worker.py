"""The service `worker`: the Prefect worker that runs each flow in a process of its own."""

import functools
import signal
from pathlib import Path

from lochan.stack.environment import worker_environment
from lochan.stack.errors import NotReadyError
from lochan.stack.probes import request_json
from lochan.stack.processes import StopPlan
from lochan.stack.service import Service
from lochan.stack.services import prefect_server
from lochan.stack.services.prefect_server import prefect_environment
from lochan.stack.settings import SOURCE_ROOT
from lochan.stack.site import Site

NAME = "worker"
POOL = "lochan"
_POLL_SECONDS = "1"
# Named by its file, because flow runs, which inherit PYTHONPATH, must not see the local AWS
# beside the product; -P keeps the file's folder off the path.
_LAUNCHER = SOURCE_ROOT / "lochan" / "stack" / "worker_launcher.py"


def prefect_worker(site: Site) -> Service:
    """Build the worker of the pool `lochan`, which it creates if need be."""
    environment = {
        **worker_environment(site),
        **prefect_environment(site.state(NAME) / "home"),
        "PREFECT_WORKER_QUERY_SECONDS": _POLL_SECONDS,
        # Prefect keeps flow runs' files in one folder below the system's, which everybody's
        # workers would share and only the first one's user may write.
        "TMPDIR": str(_temporary_files(site)),
    }
    return Service(
        name=NAME,
        command=(str(site.settings.python), "-P", str(_LAUNCHER), POOL),
        environment=environment,
        working_directory=site.settings.project,
        requires=(prefect_server.NAME,),
        waits_by_itself=True,
        prepare=functools.partial(_make_folders, site),
        probe=functools.partial(_check_online, site),
        # The first SIGTERM makes it wait for its flow runs without limit; the second ends it.
        stop=StopPlan(signals=(signal.SIGTERM, signal.SIGTERM)),
    )


def _make_folders(site: Site) -> None:
    for folder in (_temporary_files(site), site.state(NAME) / "home"):
        folder.mkdir(parents=True, exist_ok=True)


def _temporary_files(site: Site) -> Path:
    return site.state(NAME) / "tmp"


def _check_online(site: Site) -> None:
    path = f"/api/work_pools/{POOL}/workers/filter"
    workers = request_json(site.ports.prefect, path, body={}, host=site.hosts.prefect)
    if not any(worker["status"] == "ONLINE" for worker in workers):
        raise NotReadyError(f"no worker polls the pool {POOL}")
