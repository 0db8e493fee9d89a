"""What happens when LocalStack starts and stops, found by it in our entry points.

An error raised while a hook runs ends LocalStack with its text, which is why everything of ours is
imported here: an error while a provider is imported would be swallowed, and Glue just be missing.
"""

import os
import resource
from pathlib import Path

from localstack.runtime import hooks

from lochan.plugin.launch import SERVICES

_FIRST = 1000


@hooks.on_runtime_create(priority=_FIRST)  # type: ignore[untyped-decorator]
def prepare_process() -> None:
    """Raise the limit of open files and bring in the newer service models."""
    raise_open_files_limit()
    models = os.environ.get("LOCHAN_SERVICE_MODELS")
    if models:
        from localstack import config
        from lochan.plugin.service_models import link_models, use_models

        use_models(link_models(Path(models), Path(config.dirs.var_libs) / "lochan-service-models"))


@hooks.on_infra_start(priority=_FIRST)  # type: ignore[untyped-decorator]
def serve_private_routes() -> None:
    """Serve `/_lochan`, with it the proof that our providers are loaded; mend what needs it."""
    from localstack.aws.handlers import (
        run_custom_response_handlers,
        serve_custom_service_request_handlers,
    )
    from localstack.services.edge import ROUTER

    from lochan.plugin.cloudwatch import mend_alarm_scheduler
    from lochan.plugin.kms import mend_key_materials
    from lochan.plugin.log_groups import mend_log_groups
    from lochan.plugin.request_record import note_request
    from lochan.plugin.routes import add_routes
    from lochan.plugin.s3_encryption import encrypt_as_told

    mend_alarm_scheduler()
    mend_key_materials()
    mend_log_groups()
    serve_custom_service_request_handlers.append(encrypt_as_told)
    run_custom_response_handlers.append(note_request)
    add_routes(ROUTER)
    load_services()


def load_services() -> None:
    """Load what a stack always needs, so that the first request need not wait.

    What cannot be loaded is for `/_lochan/health` to tell; the rest is loaded on demand. Who runs
    LocalStack with fewer services, by SERVICES, gets fewer.
    """
    from localstack.services.plugins import SERVICE_PLUGINS
    from localstack.utils.bootstrap import is_api_enabled

    for service in SERVICES:
        if SERVICE_PLUGINS.exists(service) and is_api_enabled(service):
            SERVICE_PLUGINS.require(service)


def raise_open_files_limit() -> None:
    """Allow as many open files as the system lets us: S3 keeps one for each object over 512 KiB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (hard, 65536, 10240):  # macOS says "no limit" and accepts less
        if soft == hard or limit == resource.RLIM_INFINITY or limit < soft:
            continue
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        except (ValueError, OSError):
            continue
        return
