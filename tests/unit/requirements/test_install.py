from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The installer, working in a folder of the test's own and recording what it would run."""
    specification = importlib.util.spec_from_file_location(
        "install", ROOT / "requirements" / "install.py"
    )
    assert specification and specification.loader
    module: Any = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    for name in ("requirements", "localstack"):
        (tmp_path / name).mkdir()
    for name in ("app.txt", "dev.txt", "localstack.txt", "bootstrap.txt"):
        (tmp_path / "requirements" / name).write_text(name)
    (tmp_path / "localstack" / "pyproject.toml").write_text("")
    for name in (".venv", ".venv-localstack"):
        (tmp_path / name / "bin").mkdir(parents=True)
        (tmp_path / name / "bin" / "python").touch()
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "REQUIREMENTS", tmp_path / "requirements")
    module.ran = []
    monkeypatch.setattr(module, "run", lambda *command: module.ran.append(command))
    monkeypatch.setattr(module, "find_uv", lambda: "uv")
    return module


def installed_sets(install: Any) -> list[str]:
    return [Path(command[-1]).stem for command in install.ran if command[2] == "sync"]


def test_a_second_installation_does_nothing(install: Any) -> None:
    install.main(["app"])
    assert installed_sets(install) == ["app", "localstack"]
    install.ran.clear()
    install.main(["app"])
    assert install.ran == []


def test_changed_requirements_are_installed(install: Any) -> None:
    install.main(["app"])
    install.ran.clear()
    (install.REQUIREMENTS / "app.txt").write_text("changed")
    install.main(["app"])
    assert installed_sets(install) == ["app"]


def test_running_does_not_take_the_tests_tools_away(install: Any) -> None:
    install.main(["dev"])
    (install.REQUIREMENTS / "dev.txt").write_text("changed")
    install.ran.clear()
    install.main(["app"])
    assert installed_sets(install) == ["dev"]


def test_an_interrupted_installation_goes_on(install: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*command: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(install, "run", interrupt)
    with pytest.raises(KeyboardInterrupt):
        install.main(["app"])
    monkeypatch.setattr(install, "run", lambda *command: install.ran.append(command))
    install.main(["app"])
    assert installed_sets(install) == ["app", "localstack"]


def test_another_python_is_refused(install: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install.sys, "version_info", (3, 9, 1))
    with pytest.raises(SystemExit, match=r"Lochan needs Python 3\.11.* is 3\.9\. Install 3\.11"):
        install.main(["app"])


def test_a_full_disk_is_refused(install: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("usage", (), {"free": 1024**3})
    monkeypatch.setattr(install.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(SystemExit, match=r"has 1\.0 GB free; installing needs 4 GB"):
        install.main(["app"])


@pytest.mark.parametrize("name", ["app", "dev", "localstack", "bootstrap"])
def test_every_requirement_is_pinned_with_hashes_and_names_no_index(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    pins = re.findall(r"^[a-z0-9].*$", text, re.MULTILINE)
    assert pins
    assert all(re.match(r"[\w.\[\],-]+==\S+", pin) and pin.endswith("\\") for pin in pins)
    assert not re.search(r"https?://|--(index|find-links)", text)
