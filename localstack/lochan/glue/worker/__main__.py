"""`python -m lochan.glue.worker`: the worker as a server in the foreground."""

import argparse
import logging
import os
import sys
import tempfile
from pathlib import Path

import uvicorn

from lochan.glue.worker.fork_server import WAYS_TO_START, default_way_to_start
from lochan.glue.worker.jars import JarsUnavailable, default_cache, resolve_jars
from lochan.glue.worker.java import JavaMissing, java_home
from lochan.glue.worker.server import create_application
from lochan.glue.worker.worker import GlueWorker, WorkerSettings


def main() -> int:
    """Serve until a signal comes."""
    options = _parse_options()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for talkative in ("py4j", "botocore"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    try:
        java_home()
        settings = _read_settings(options.start_runs_by)
        token = _read_token()
    except (JarsUnavailable, JavaMissing, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    uvicorn.run(
        create_application(GlueWorker(settings), token),
        host=options.host,
        port=options.port,
        log_level="warning",
        # Readers that wait for events must not hold up the end.
        timeout_graceful_shutdown=1,
    )
    return 0


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lochan.glue.worker", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=4580)
    parser.add_argument(
        "--start-runs-by",
        choices=sorted(WAYS_TO_START),
        default=default_way_to_start(),
        help="how a run's process comes to be; spawn where a fork is not safe",
    )
    return parser.parse_args()


def _read_settings(way_to_start: str) -> WorkerSettings:
    jars = os.environ.get("LOCHAN_JARS")
    scratch = os.environ.get("LOCHAN_GLUE_SCRATCH")
    return WorkerSettings(
        jars=Path(jars) if jars else resolve_jars(default_cache()),
        scratch=Path(scratch) if scratch else Path(tempfile.mkdtemp(prefix="lochan-glue-")),
        endpoint_url=os.environ.get("AWS_ENDPOINT_URL") or None,
        region=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1",
        way_to_start=way_to_start,
    )


def _read_token() -> str:
    path = os.environ.get("LOCHAN_TOKEN_FILE")
    if not path:
        raise OSError("LOCHAN_TOKEN_FILE is not set: it names the file with the bearer token.")
    return Path(path).read_text().strip()


if __name__ == "__main__":
    sys.exit(main())
