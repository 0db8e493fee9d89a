"""The configuration by itself: its form, and its own tests with a mocked provider."""

import json
from pathlib import Path

import pytest

from tests.contract.terraform.conftest import CONFIGURATION, Terraform

SUITES = sorted((CONFIGURATION / "tests").glob("*.tftest.hcl"))


def environment_of(suite: Path) -> list[str]:
    """Return the option that names an environment's values, for the suite named after it."""
    name = f"environments/{suite.name.partition('.')[0]}.tfvars"
    return [f"-var-file={name}"] if (CONFIGURATION / name).exists() else []


def test_it_is_formatted(terraform: Terraform) -> None:
    done = terraform.run("fmt", "-check", "-recursive", "-diff")
    assert done.code == 0, done.output


def test_it_is_valid(terraform: Terraform) -> None:
    done = terraform.run("validate")
    assert done.code == 0, done.output


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name.partition(".")[0])
def test_its_own_tests_pass(terraform: Terraform, suite: Path) -> None:
    done = terraform.run("test", f"-filter=tests/{suite.name}", *environment_of(suite))
    assert done.code == 0, done.output
    assert "Success!" in done.output


def test_both_environments_are_tried() -> None:
    assert {"dev", "prod"} <= {suite.name.partition(".")[0] for suite in SUITES}


def test_every_variable_and_output_is_described() -> None:
    for path in CONFIGURATION.rglob("*.tf"):
        for block in (
            path.read_text().split("\nvariable ")[1:] + path.read_text().split("\noutput ")[1:]
        ):
            assert "\n  description = " in block.partition("\n}")[0], f"{path}: {block[:40]}"


def test_what_checkov_cannot_read_is_declared() -> None:
    declared = json.loads((CONFIGURATION.parent / "resources.json").read_text())
    for key in declared["keys"].values():
        assert key["rotation"] is True
    for bucket in declared["buckets"].values():
        assert [rule for rule in bucket["lifecycle"] if "abort_multipart_days" in rule]
