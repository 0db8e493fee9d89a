"""The configuration by itself: its form, and its own tests with a mocked provider."""

import json

import pytest

from tests.contract.terraform.conftest import CONFIGURATION, Terraform

SUITES = sorted((CONFIGURATION / "tests").glob("*.tftest.hcl"))
# Those named after an environment, each with its values; the others have values of their own.
OF_ENVIRONMENTS = {
    name: f"environments/{name}.tfvars"
    for name in (suite.name.partition(".")[0] for suite in SUITES)
    if (CONFIGURATION / "environments" / f"{name}.tfvars").exists()
}


def test_it_is_formatted(terraform: Terraform) -> None:
    done = terraform.run("fmt", "-check", "-recursive", "-diff")
    assert done.code == 0, done.output


def test_it_is_valid(terraform: Terraform) -> None:
    done = terraform.run("validate")
    assert done.code == 0, done.output


@pytest.mark.parametrize("name", OF_ENVIRONMENTS)
def test_the_tests_of_an_environment_pass(terraform: Terraform, name: str) -> None:
    suite = f"-filter=tests/{name}.tftest.hcl"
    done = terraform.run("test", suite, f"-var-file={OF_ENVIRONMENTS[name]}")
    assert done.code == 0, done.output
    assert f"tests/{name}.tftest.hcl... pass" in done.output


def test_its_other_tests_pass(terraform: Terraform) -> None:
    # In one go: the provider's schema is read once.
    others = [suite for suite in SUITES if suite.name.partition(".")[0] not in OF_ENVIRONMENTS]
    done = terraform.run("test", *(f"-filter=tests/{suite.name}" for suite in others))
    assert done.code == 0, done.output
    for suite in others:
        assert f"tests/{suite.name}... pass" in done.output


def test_both_environments_are_tried() -> None:
    assert OF_ENVIRONMENTS.keys() >= {"dev", "prod"}


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
