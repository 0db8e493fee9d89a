import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from lochan.stack import cli
from lochan.stack.settings import SOURCE_ROOT


@pytest.fixture
def lochan(tmp_path, monkeypatch):
    """Give a function that runs the command for a home of this test's own."""
    for name in [name for name in os.environ if name.startswith("LOCHAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LOCHAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOCHAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments, **variables):
        return CliRunner().invoke(cli.verbs, arguments, env=variables, prog_name="lochan")

    return run


@pytest.mark.parametrize("verb", ["env", "status"])
def test_without_a_stack_a_verb_says_so_in_one_sentence(lochan, tmp_path, verb):
    done = lochan(verb)
    home = tmp_path / "home"
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"Error: No stack is up in {home}: start one with `lochan up`.\n"
    assert not home.exists()


def test_a_quiet_status_only_exits(lochan):
    done = lochan("status", "--quiet")
    assert (done.exit_code, done.output) == (1, "")


def test_down_without_a_stack_succeeds(lochan, tmp_path):
    done = lochan("down")
    assert done.exit_code == 0
    assert done.stderr == f"No stack is up in {tmp_path / 'home'}.\n"


def test_an_unknown_service_is_refused_with_the_known_ones(lochan):
    done = lochan("up", "--services", "redis")
    assert done.exit_code == 1
    assert "no service named redis: choose from localstack, redshift-backend" in done.stderr


def test_logs_of_no_stack_are_one_sentence(lochan):
    done = lochan("logs")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: There are no logs in ")


def test_logs_of_a_stack_that_is_down_are_shown(lochan, tmp_path):
    logs = tmp_path / "home" / "logs"
    logs.mkdir(parents=True)
    (logs / "rds.log").write_text("one\ntwo\n")
    (logs / "prefect.log").write_text("three\n")
    assert lochan("logs", "rds", "-n", "1").stdout == "two\n"
    assert lochan("logs").stdout == "prefect: three\nrds: one\nrds: two\n"
    assert "choose from prefect, rds" in lochan("logs", "redis").stderr


@pytest.mark.parametrize("verb", cli.COMMANDS)
def test_every_verb_has_help(lochan, verb):
    done = lochan(verb, "--help")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"Usage: lochan {verb} ")


def test_the_list_of_verbs_fits_80_columns(lochan):
    lines = lochan("--help").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines[1:] if line.endswith("...")]


def test_a_home_that_cannot_be_made_is_named(lochan, tmp_path):
    (tmp_path / "file").write_text("")
    done = lochan("up", LOCHAN_HOME=str(tmp_path / "file" / "home"))
    assert done.exit_code == 1
    assert str(tmp_path / "file") in done.stderr


def test_an_error_of_the_installed_command_shows_no_traceback(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "lochan.stack.cli", "up"],
        env={"PYTHONPATH": str(SOURCE_ROOT), "LOCHAN_RDS_PORT": "many"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: LOCHAN_RDS_PORT is 'many'")
    assert "Traceback" not in done.stderr
