"""What of a run cannot be kept apart inside a JVM that serves other runs: it gets its own."""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lochan.glue.worker.arguments import RunRefused

# Words in a script that reach what all runs in one JVM share.
SHARED_STATE = (
    (r"\bhadoopConfiguration\b", "changes the Hadoop settings"),
    (r"\bfs\.s3[an]?\.", "changes S3's settings, by which Hadoop caches its connections"),
    (r"\bsetCheckpointDir\b", "sets the checkpoint folder"),
    (r"\bsetSystemProperty\b|\bsetProperty\b", "sets system properties"),
    (r"\bgetPersistentRDDs\b", "reaches the cached data of the whole context"),
    (r"\baddJar\b|\badd\s+jar\b", "adds a jar"),
    (r"\bSystem\s*\.\s*exit\b|\bRuntime\s*\.\s*getRuntime\b", "ends the JVM"),
    (r"\b_jsc\s*\.\s*(?:sc\s*\(\s*\)\s*\.\s*)?stop\b", "stops the JVM's context"),
)

# Settings that shape a cluster; one machine has one shape, and results do not depend on it.
CLUSTER_SETTINGS = re.compile(
    r"spark\.(?:master|app\.name|submit\..*|executor\.(?!extra).*|driver\.(?:memory.*|cores)"
    r"|dynamicAllocation\..*|shuffle\.service\..*|yarn\..*|kubernetes\..*|cores\.max"
    r"|ui\..*|eventLog\..*|history\..*|metrics\..*|glue\..*|network\.timeout|rpc\..*"
    r"|default\.parallelism|speculation.*|task\..*|locality\..*)\Z"
)

# Only spark-submit obeys these.
REFUSED_SETTINGS = {
    "spark.jars": "name the jars in --extra-jars",
    "spark.jars.packages": "name the jars in --extra-jars",
    "spark.files": "name the files in --extra-files",
    "spark.submit.pyFiles": "name the files in --extra-py-files",
    "spark.driver.extraClassPath": "name the jars in --extra-jars",
}


@dataclass(frozen=True)
class SettingsPlan:
    """Spark settings that a run asks for, by where they can be given."""

    session: Mapping[str, str]
    ignored: tuple[str, ...]
    jvm: Mapping[str, str]


def find_shared_state(files: Iterable[Path]) -> str | None:
    """Return why scripts and modules need a JVM of their own, in words; None when they do not."""
    for name, text in _read_sources(files):
        for pattern, reason in SHARED_STATE:
            if re.search(pattern, text):
                return f"{name} {reason}"
    return None


def _read_sources(files: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for file in files:
        if file.suffix == ".py":
            yield file.name, file.read_text(errors="replace")
        elif zipfile.is_zipfile(file):
            yield from _read_archive(file)


def _read_archive(file: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(file) as archive:
        for member in archive.namelist():
            if member.endswith(".py"):
                yield f"{file.name}/{member}", archive.read(member).decode(errors="replace")


def split_settings(
    asked: Mapping[str, str], current: Mapping[str, str], is_static: Callable[[str], bool]
) -> SettingsPlan:
    """Divide settings into a session's, those without meaning here, and those of a JVM.

    `current` are those of the JVM that serves many runs; `is_static` tells Spark's static
    SQL settings, which hold for a whole JVM. Raises RunRefused for what no JVM here can be given.
    """
    wanted = {name: value for name, value in asked.items() if current.get(name) != value}
    for name, instead in REFUSED_SETTINGS.items():
        if name in wanted:
            raise RunRefused(f"The Spark setting {name} is not supported: {instead}.")
    session = {
        name: value
        for name, value in wanted.items()
        if name.startswith("spark.sql.") and not is_static(name)
    }
    ignored = tuple(name for name in wanted if CLUSTER_SETTINGS.match(name))
    jvm = {n: value for n, value in wanted.items() if n not in session and n not in ignored}
    return SettingsPlan(session, ignored, jvm)
