"""Our own checks of the workflows, beside the linters that `make lint` runs over them."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
VERBS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def jobs() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path in WORKFLOWS:
        for name, job in yaml.safe_load(path.read_text())["jobs"].items():
            yield path.name, name, job


JOBS = list(jobs())


def release() -> Any:
    path = ROOT / ".github" / "release.py"
    spec = importlib.util.spec_from_file_location("release", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_workflows() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "plan.yml", "release.yml"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_hash_with_their_version_beside(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text())
    assert used
    for action in used:
        own = action.startswith("./")
        assert own or re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_no_rights_but_those_that_its_jobs_name(path: Path) -> None:
    assert yaml.safe_load(path.read_text())["permissions"] == {}


@pytest.mark.parametrize(("path", "name", "job"), JOBS, ids=[f"{p}-{n}" for p, n, _ in JOBS])
def test_a_job_names_its_rights_and_its_end(path: str, name: str, job: dict[str, Any]) -> None:
    writes = {right for right, level in job["permissions"].items() if level == "write"}
    allowed = {"plan": {"id-token"}, "publish": {"id-token"}, "release": {"contents"}}
    assert writes == allowed.get(name, set())
    assert "uses" in job or job["timeout-minutes"] <= 60


def test_what_ci_runs_are_the_verbs_that_people_type() -> None:
    steps = [step for path, _, job in JOBS if path == "ci.yml" for step in job["steps"]]
    runs = [step["run"] for step in steps if "run" in step]
    verbs = {run.removeprefix("make ") for run in runs}
    assert verbs == {"lint", "test-unit", "test-stack", "test-compose", "wheel"}
    assert verbs <= VERBS


def test_a_plan_is_for_whoever_states_a_role_and_never_for_a_fork() -> None:
    [job] = [job for path, _, job in JOBS if path == "plan.yml"]
    assert " ".join(job["if"].split()) == (
        "vars.AWS_PLAN_ROLE_ARN != '' && (github.event_name == 'push' ||"
        " github.event.pull_request.head.repo.full_name == github.repository)"
    )
    triggers = yaml.safe_load((ROOT / ".github/workflows/plan.yml").read_text())[True]  # `on`
    assert set(triggers) == {"pull_request", "push"}  # pull_request_target would trust a fork
    assert triggers["push"] == {"branches": ["main"]}
    assert job["environment"] == "plan"


def test_a_plan_is_what_the_documentation_types_and_changes_nothing() -> None:
    [job] = [job for path, _, job in JOBS if path == "plan.yml"]
    runs = [step["run"] for step in job["steps"] if "run" in step]
    assert runs == [
        "make install",
        ".venv/bin/python -m infrastructure.package dist/spark.zip",
        'terraform init -input=false -backend-config="environments/$ENVIRONMENT.s3.tfbackend"',
        'terraform plan -input=false -lock=false -var-file="environments/$ENVIRONMENT.tfvars"',
    ]
    # Whoever publishes a package does not get to see the credentials.
    names = [step.get("uses", step.get("run", "")).split("@")[0] for step in job["steps"]]
    assert names.index("aws-actions/configure-aws-credentials") > names.index("make install")


def test_nothing_that_others_write_is_put_into_a_shell() -> None:
    for _, _, job in JOBS:
        for step in job.get("steps", []):
            assert "${{" not in step.get("run", "")


def test_notes_are_the_section_of_the_version() -> None:
    changelog = (
        "# Changelog\n\n## Unreleased\n\n- c\n\n## 0.2.0 (2026-12-01)\n\n- b\n## 0.1.0\n- a\n"
    )
    assert release().read_notes(changelog, "0.2.0") == "- b"
    assert release().read_notes(changelog, "0.1.0") == "- a"
    assert release().read_notes(changelog, "0.1") == ""


@pytest.mark.parametrize(
    ("tag", "notes", "sentence"),
    [
        ("v0.2.0", "- a", "The tag is v0.2.0 and localstack/pyproject.toml says 0.1.0"),
        ("v0.1.0", "", "CHANGELOG.md has no section `## 0.1.0`"),
    ],
)
def test_a_tag_that_is_no_release_is_refused(tag: str, notes: str, sentence: str) -> None:
    with pytest.raises(SystemExit, match=re.escape(sentence)):
        release().check_tag(tag, "0.1.0", notes)


def test_a_tag_that_is_the_version_passes() -> None:
    assert release().check_tag("v0.1.0", "0.1.0", "- a") is None
