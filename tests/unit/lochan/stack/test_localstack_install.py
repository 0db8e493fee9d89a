import subprocess
from pathlib import Path

import pytest

from lochan.stack import localstack_install as module
from lochan.stack.errors import StackError
from lochan.stack.localstack_install import REQUIREMENTS, localstack_install, python_of

ROOT = Path(__file__).resolve().parents[4]


def test_the_pins_that_travel_are_those_of_the_checkout():
    assert REQUIREMENTS.read_bytes() == (ROOT / "requirements" / "localstack.txt").read_bytes()
    lines = REQUIREMENTS.read_text().splitlines()
    assert any(line.startswith("localstack-core==4.13.1 ") for line in lines)


def test_other_pins_are_another_environment(tmp_path, monkeypatch):
    before = localstack_install(tmp_path).folder
    assert before == localstack_install(tmp_path).folder
    other = tmp_path / "localstack.txt"
    other.write_text("localstack-core==4.14.0")
    monkeypatch.setattr(module, "REQUIREMENTS", other)
    assert localstack_install(tmp_path).folder != before


def test_a_failed_installation_says_why_and_leaves_nothing(tmp_path, monkeypatch):
    uv = tmp_path / "uv"
    uv.write_text("#!/bin/sh\necho 'no such index' >&2\nexit 2\n")
    uv.chmod(0o755)
    monkeypatch.setattr(module, "_find_uv", lambda: str(uv))
    install = localstack_install(tmp_path)
    with pytest.raises(StackError, match=r"could not be installed: no such index"):
        install.prepare()
    assert not install.is_made
    assert list(install.folder.parent.iterdir()) == []


def test_uv_does_not_see_the_environment_that_is_active(tmp_path, monkeypatch):
    seen = tmp_path / "seen"
    uv = tmp_path / "uv"
    uv.write_text(f'#!/bin/sh\necho "${{VIRTUAL_ENV-none}} $UV_DEFAULT_INDEX" > {seen}\n')
    uv.chmod(0o755)
    monkeypatch.setattr(module, "_find_uv", lambda: str(uv))
    monkeypatch.setenv("VIRTUAL_ENV", "/elsewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    module._run_uv("venv")
    assert seen.read_text() == "none https://index.example/simple\n"


def test_its_python_is_where_environments_have_it(tmp_path):
    subprocess.run(["python3", "-m", "venv", "--without-pip", tmp_path / "made"], check=True)
    assert python_of(tmp_path / "made").exists()
