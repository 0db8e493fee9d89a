"""The service `prefect`: Prefect's server in the foreground of its own session.

`prefect server start --background` dies soon after its launcher, because nobody reads its pipes.
"""

import functools
import importlib.util
import subprocess
from pathlib import Path

from lochan.stack.environment import preparation_environment, service_environment
from lochan.stack.errors import StackError
from lochan.stack.probes import request_json
from lochan.stack.service import Service
from lochan.stack.settings import HOST, SOURCE_ROOT, Settings
from lochan.stack.site import Site
from lochan.stack.templates import Template, installed_versions, template_folder

NAME = "prefect"
_LAUNCHER = SOURCE_ROOT / "lochan" / "stack" / "server_launcher.py"
# Where its database is, say: PREFECT_* names of the caller's own may be another Prefect's.
_CHOSEN_PREFIXES = ("LOCHAN_PREFECT_SERVER_", "LOCHAN_PREFECT_UI_")
# The URL of a Redis, where the background services run in processes of their own.
REDIS_VARIABLE = "LOCHAN_PREFECT_REDIS"


def has_prefect() -> bool:
    """Tell whether Prefect is installed: it is an extra of the distribution."""
    return importlib.util.find_spec("prefect") is not None


def prefect_server(site: Site) -> Service:
    """Build the server over a migrated database of its own."""
    command = (str(site.settings.python), "-P", str(_LAUNCHER))
    address = ("--host", site.settings.listen, "--port", str(site.ports.prefect))
    services = ("--no-services",) if redis_url(site.settings) else ()
    return Service(
        name=NAME,
        command=(*command, *address, *services),
        environment=server_environment(site, prefect_home(site)),
        working_directory=site.home.state,
        ports=(site.ports.prefect,),
        prepare=functools.partial(_lay_out_home, site),
        probe=functools.partial(_check, site),
    )


def server_environment(site: Site, home: Path) -> dict[str, str]:
    """Name the settings of the server, which all its processes have in common."""
    url = redis_url(site.settings)
    environment = {
        **service_environment(site),
        **prefect_environment(home),
        # What links in its notifications lead to.
        "PREFECT_UI_URL": f"http://{HOST}:{site.ports.prefect}",
        **(_shared_work(url) if url else {}),
        **_chosen_settings(site.settings),
    }
    # The UI in the browser asks port 4200, be it another stack's, unless it is told.
    environment.setdefault("PREFECT_UI_API_URL", f"{environment['PREFECT_UI_URL']}/api")
    return environment


def redis_url(settings: Settings) -> str:
    """Name the Redis through which the server's processes share their work; empty for one."""
    return settings.inherited.get(REDIS_VARIABLE, "")


def prefect_template(settings: Settings) -> Template:
    """Describe the PREFECT_HOME whose database has every migration."""
    versions = installed_versions("prefect", "sqlalchemy")
    folder = template_folder(settings.cache, "prefect", *versions)
    return Template(folder, functools.partial(_migrate, settings))


def prefect_home(site: Site) -> Path:
    """Name the folder of the stack's own PREFECT_HOME."""
    return site.state(NAME) / "home"


def prefect_environment(home: Path) -> dict[str, str]:
    """Name the settings that keep a Prefect process to this stack and this machine."""
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        # Its telemetry locks the database while the server starts (PrefectHQ/prefect#18934).
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


def _shared_work(url: str) -> dict[str, str]:
    """Name what keeps events, leases and background tasks in Redis instead of one process.

    https://docs.prefect.io/v3/advanced/self-hosted#redis-setup
    """
    return {
        "PREFECT_SERVER_EVENTS_MESSAGING_BROKER": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_MESSAGING_CACHE": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
        "PREFECT_SERVER_WORKER_CHANNEL_CLEANUP_QUEUE_STORAGE": "prefect_redis.cleanup_queue",
        "PREFECT_REDIS_MESSAGING_URL": url,
        "PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL": url,
        "PREFECT_SERVER_DOCKET_URL": url,
    }


def _chosen_settings(settings: Settings) -> dict[str, str]:
    return {
        name.removeprefix("LOCHAN_"): value
        for name, value in settings.inherited.items()
        if name.startswith(_CHOSEN_PREFIXES)
    }


def _lay_out_home(site: Site) -> None:
    site.state(NAME).mkdir(exist_ok=True)
    prefect_template(site.settings).copy_to(prefect_home(site))


def _migrate(settings: Settings, folder: Path) -> None:
    command = [str(settings.python), "-m", "prefect", "server", "database", "upgrade", "--yes"]
    outcome = subprocess.run(
        command,
        cwd=folder,
        env={**preparation_environment(settings), **prefect_environment(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode != 0:
        raise StackError(f"Prefect could not migrate its database: {outcome.stderr.strip()}")


def _check(site: Site) -> None:
    """Have the server read its database, which its health page alone does not prove."""
    request_json(site.ports.prefect, "/api/health")
    request_json(site.ports.prefect, "/api/work_pools/filter", body={})
