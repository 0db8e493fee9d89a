"""The layout's laws, read off the source: who may import whom, and what no file may say."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = {"flows", "tasks", "spark", "warehouse", "infrastructure", "lochan", "awsglue", "awsgluedq"}

# DESIGN: imports point one way.
ALLOWED = {
    "flows": {"flows", "tasks", "warehouse"},
    "tasks": {"tasks", "warehouse"},
    "warehouse": {"warehouse"},
    "spark": {"spark"},
    # What tasks refuse to submit, infrastructure refuses to deploy.
    "infrastructure": {"infrastructure", "tasks"},
    "localstack/lochan": {"lochan"},
    "localstack/awsglue": {"awsglue"},
    "localstack/awsgluedq": {"awsgluedq", "awsglue"},
}
# Beside the standard library, in LocalStack's process.
PLUGIN_LIBRARIES = {"botocore", "boto3", "sqlglot", "localstack", "moto", "plux", "rolo", "twisted"}
PLUGIN_FOLDERS = [
    f"localstack/lochan/{folder}" for folder in ("plugin", "glue/api", "redshift/api")
]


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


def imported_packages(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported_modules(path)}


@pytest.mark.parametrize("folder", ALLOWED)
def test_imports_point_one_way(folder: str) -> None:
    assert sources(folder), f"{folder} holds no Python"
    for path in sources(folder):
        allowed = ALLOWED[folder]
        if path.parent == ROOT / "spark" / "jobs":
            allowed = allowed | {"awsglue", "awsgluedq"}
        assert imported_packages(path) & OURS <= allowed, path


@pytest.mark.parametrize("folder", PLUGIN_FOLDERS)
def test_localstacks_process_loads_few_libraries(folder: str) -> None:
    for path in sources(folder):
        foreign = imported_packages(path) - set(sys.stdlib_module_names) - {"lochan"}
        assert foreign <= PLUGIN_LIBRARIES, path


def test_localstacks_process_loads_only_its_part_of_lochan() -> None:
    for path in [path for folder in PLUGIN_FOLDERS for path in sources(folder)]:
        ours = {name for name in imported_modules(path) if name.startswith("lochan.")}
        assert all(
            name.startswith(
                ("lochan.plugin", "lochan.glue.api", "lochan.redshift.api", "lochan.types")
            )
            for name in ours
        ), path


def test_localstack_folder_is_no_package() -> None:
    assert not (ROOT / "localstack" / "__init__.py").exists()


def test_no_flow_hides_a_top_level_folder() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    assert not {path.stem for path in sources("flows")} & folders


def test_no_job_hides_another_module() -> None:
    jobs = {path.stem for path in sources("spark/jobs")} - {"__init__"}
    others = {
        path.stem
        for folder in ("spark/twitter/transforms", "localstack/awsglue")
        for path in sources(folder)
    }
    assert not jobs & (others | set(sys.stdlib_module_names))


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "manager", "misc"])
def test_no_module_is_named_for_nothing(name: str) -> None:
    modules = [path for folder in [*ALLOWED, "tests"] for path in sources(folder)]
    # awsglue.utils is Amazon's name.
    named = [p for p in modules if p.stem == name and p.parent.name != "awsglue"]
    assert not named
