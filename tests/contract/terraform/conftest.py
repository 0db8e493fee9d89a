"""Terraform on a copy of our configuration, with a provider found on this machine or downloaded."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CONFIGURATION = ROOT / "infrastructure" / "terraform"
# Below the folder of a registry, whichever it is, in a mirror.
PROVIDER = "hashicorp/aws"

# The provider is a Go program that reads a schema of many megabytes at every command: a quarter of
# its time is spent on memory that it need not give back so soon.
QUICK = {"GOGC": "off", "GOMEMLIMIT": "2GiB"}

# What a person's shell may hold and the commands must not see.
FOREIGN = ("AWS_", "TF_", "LOCHAN_", "REDSHIFT_", "RDS_", "X_API_", "ACADEMY_BUCKET")


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    code: int
    output: str


@dataclass(frozen=True)
class Terraform:
    """The `terraform` command in one folder; `values` are what its shell has beside the usual."""

    folder: Path
    plugins: Path | None
    values: Mapping[str, str] = field(default_factory=dict)

    def run(self, *command: str, **values: str) -> Finished:
        """Run a command, and return how it ended with all that it printed."""
        done = subprocess.run(
            ["terraform", *command, *([] if command[0] == "output" else ["-no-color"])],
            cwd=self.folder,
            env={**clean_environment(), **self.values, **values},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        return Finished(done.returncode, done.stdout)

    def initialize(self, *backend: str) -> Finished:
        """Run `terraform init`, with the provider of a mirror where there is one."""
        mirror = [f"-plugin-dir={self.plugins}"] if self.plugins else []
        return self.run("init", "-input=false", *mirror, *(backend or ["-backend=false"]))

    def outputs(self) -> dict[str, object]:
        """Return the values of all outputs."""
        done = self.run("output", "-json")
        assert done.code == 0, done.output
        read = json.loads(done.output)
        return {name: output["value"] for name, output in read.items()}


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what names other AWS accounts and stacks."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    cache = os.environ.get("TF_PLUGIN_CACHE_DIR")
    cached = {"TF_PLUGIN_CACHE_DIR": cache} if cache else {}
    return {**kept, **cached, **QUICK, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}


def find_mirror() -> Path | None:
    """Return a folder that holds the pinned provider, of those where people keep one."""
    pin = re.search(r'version = "([0-9.]+)"', (CONFIGURATION / "versions.tf").read_text())
    assert pin, "versions.tf pins no provider"
    named = os.environ.get("TF_PLUGIN_CACHE_DIR")
    places = [
        *([Path(named)] if named else []),
        Path.home() / ".terraform.d" / "plugins",
        Path("/usr/local/share/terraform/plugins"),
        *sorted(path for path in Path("/opt").glob("*") if path.is_dir()),
    ]
    return next((place for place in places if any(place.glob(f"*/{PROVIDER}/{pin[1]}"))), None)


def copy_configuration(folder: Path) -> Path:
    """Copy our configuration, with what it reads beside it, and return where it is.

    `init` writes into the folder that it runs in, tests run side by side, and people edit.
    """
    copied = folder / "infrastructure" / "terraform"
    shutil.copytree(CONFIGURATION, copied, ignore=shutil.ignore_patterns(".terraform*"))
    shutil.copy(CONFIGURATION.parent / "resources.json", folder / "infrastructure")
    shutil.copytree(ROOT / "spark", folder / "spark")
    return copied


def write_package(folder: Path) -> None:
    """Write the zipped spark/ package where Terraform looks for it."""
    subprocess.run(
        [sys.executable, "-m", "infrastructure.package", str(folder / "dist" / "spark.zip")],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )


def prepare(folder: Path, *backend: str, **values: str) -> Terraform:
    """Return Terraform in a copy of the configuration below a folder; skip where it cannot run.

    `backend` are options that name one, `values` what its shell has.
    """
    if not shutil.which("terraform"):
        pytest.skip("there is no `terraform` on PATH")
    write_package(folder)
    command = Terraform(copy_configuration(folder), find_mirror(), values)
    begun = command.initialize(*backend)
    if begun.code and command.plugins is None:
        pytest.skip(f"no mirror has the AWS provider, and `terraform init` failed: {begun.output}")
    assert begun.code == 0, begun.output
    return command


@pytest.fixture(scope="session")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """Terraform in a copy of the configuration, without any state kept elsewhere."""
    return prepare(tmp_path_factory.mktemp("terraform"))
