"""Making Java's archive of loaded classes, once, from what a warm worker has loaded.

`python -m lochan.glue.worker.class_archive_maker` takes about a minute of one core.
https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from lochan.glue.worker.class_archive import archive_path, class_path
from lochan.glue.worker.fork_server import default_way_to_start
from lochan.glue.worker.jars import JarsUnavailable, default_cache, resolve_jars
from lochan.glue.worker.java import JavaMissing, java_command
from lochan.glue.worker.worker import GlueWorker, WorkerSettings

START_SECONDS = 300


class ArchiveFailed(RuntimeError):
    """The archive could not be made; the worker works without it."""


def prepare_class_archive(jars: Path) -> Path:
    """Make the archive unless it is there, and return its path. Raises ArchiveFailed.

    Takes about a minute of one core and 170 MB of disk, once.
    """
    target = archive_path(jars)
    if target.exists():
        return target
    with tempfile.TemporaryDirectory(prefix="lochan-classes-") as folder:
        names = Path(folder, "classes")
        _list_loaded_classes(jars, Path(folder, "scratch"), names)
        partial = target.with_suffix(f".{os.getpid()}")
        try:
            _run_java(_dump_command(jars, names, partial))
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    return target


def _list_loaded_classes(jars: Path, scratch: Path, names: Path) -> None:
    """Start a worker, and have its JVM write down what it loads until it is warm."""
    worker = GlueWorker(
        WorkerSettings(
            jars=jars,
            scratch=scratch,
            endpoint_url="http://127.0.0.1:9",  # nobody answers there: S3 stays out of it
            region="us-east-1",
            way_to_start=default_way_to_start(),
            jvm_options=(f"-XX:DumpLoadedClassList={names}",),
        )
    )
    worker.start()
    try:
        deadline = time.monotonic() + START_SECONDS
        while not worker.is_ready:
            if worker.failure or time.monotonic() > deadline:
                raise ArchiveFailed(
                    f"Java's class archive was not made: {worker.failure or 'it took too long'}"
                )
            time.sleep(0.1)
    finally:
        worker.close()


def _dump_command(jars: Path, names: Path, target: Path) -> list[str]:
    options = [
        "-Xshare:dump",
        "-XX:+UseSerialGC",
        f"-XX:SharedClassListFile={names}",
        f"-XX:SharedArchiveFile={target}",
    ]
    return java_command("none", options=options, class_path=class_path(jars))


def _run_java(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).splitlines()
        raise ArchiveFailed(f"Java's class archive was not made: {lines[-1] if lines else '?'}")


def main() -> int:
    """Make the archive for the jars of the cache and print its path."""
    try:
        print(prepare_class_archive(resolve_jars(default_cache())))
    except (ArchiveFailed, JarsUnavailable, JavaMissing) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
