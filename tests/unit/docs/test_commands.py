"""What pages tell people to type exists: verbs of make, modules, files; and each block is known."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = [ROOT / "README.md", ROOT / "infrastructure" / "README.md", *(ROOT / "docs").glob("*.md")]
# Read off the code and compared with it already.
GENERATED = {"redshift_differences.md", "redshift_operations.md", "glue_operations.md"}
# Blocks marked `sh` of the runbook are run by tests/e2e/test_runbook.py. These are not, because:
NOT_RUN = {
    "README.md": "install, start and end a stack of the person's own; make run is tests/e2e",
    "infrastructure/README.md": "name an account; tests/contract/infrastructure runs the verbs",
    "docs/containers.md": "need a container engine; tests/compose runs them",
    "docs/prefect_cloud.md": "tests/e2e/test_deployments.py runs both commands",
    "docs/runbook.md": "console blocks need a choice: an id, an account, a day",
    "docs/terraform.md": "need Terraform and an account; tests/contract/terraform applies it",
}
FOLDERS = ("flows", "tasks", "spark", "warehouse", "infrastructure", "localstack", "tests", "docs")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)\)")
_VERB = re.compile(r"\bmake ((?:-s )?[a-z][a-z-]*)")
_MODULE = re.compile(r"python3? -m ([a-z_]+(?:\.[a-z_]+)*)")


def written_pages() -> list[Path]:
    return sorted(page for page in PAGES if page.name not in GENERATED)


def read_code(page: Path) -> str:
    """Return everything that a page marks as code."""
    text = page.read_text()
    blocks = [block for _, block in _FENCE.findall(text)]
    return "\n".join([*blocks, *_CODE.findall(_FENCE.sub("", text))])


def verbs() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def mentioned_paths(page: Path) -> Iterator[Path]:
    text = page.read_text()
    for target in _LINK.findall(text):
        if "://" not in target:
            yield page.parent / target
    for word in _CODE.findall(_FENCE.sub("", text)):
        if re.fullmatch(rf"(?:{'|'.join(FOLDERS)})/[\w./-]*", word):
            yield ROOT / word


@pytest.mark.parametrize("page", written_pages(), ids=lambda page: str(page.relative_to(ROOT)))
class TestPage:
    def test_verbs_of_make_exist(self, page: Path) -> None:
        said = {verb.removeprefix("-s ") for verb in _VERB.findall(read_code(page))}
        assert said <= verbs()

    def test_modules_can_be_imported(self, page: Path) -> None:
        for name in _MODULE.findall(read_code(page)):
            assert importlib.util.find_spec(name), name

    def test_files_exist(self, page: Path) -> None:
        missing = [str(path) for path in mentioned_paths(page) if not path.exists()]
        assert missing == []

    def test_commands_are_run_by_a_test_or_say_why_not(self, page: Path) -> None:
        kinds = {kind for kind, _ in _FENCE.findall(page.read_text())} & {"sh", "console", "bash"}
        name = str(page.relative_to(ROOT))
        assert not kinds or name in NOT_RUN
        assert not (kinds & {"bash"}), "mark commands as sh or console"


def test_only_pages_that_exist_are_excused() -> None:
    assert {str(page.relative_to(ROOT)) for page in written_pages()} >= set(NOT_RUN)


def test_the_checks_see_what_the_pages_say() -> None:
    """Guards the patterns: each finds something that is surely there."""
    readme = ROOT / "README.md"
    assert "run" in _VERB.findall(read_code(readme))
    assert "infrastructure.orchestration" in _MODULE.findall(read_code(readme))
    assert ROOT / "docs/benchmarks.md" in set(mentioned_paths(readme))
    assert len(verbs()) > 15
