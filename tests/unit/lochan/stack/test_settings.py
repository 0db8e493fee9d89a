from pathlib import Path

import pytest

from lochan.stack import settings as settings_module
from lochan.stack.errors import StackError
from lochan.stack.settings import CHECKOUT, Ports, Settings


def test_ports_are_the_documented_ones():
    assert Ports.from_environment({}) == Ports(
        localstack=4566,
        redshift=5439,
        redshift_control=5441,
        rds=5433,
        glue_worker=4580,
        x_api=8321,
        prefect=4200,
    )


def test_a_port_is_overridden_by_its_variable():
    ports = Ports.from_environment({"LOCHAN_GLUE_WORKER_PORT": "0", "LOCHAN_RDS_PORT": "6000"})
    assert (ports.glue_worker, ports.rds, ports.prefect) == (0, 6000, 4200)


@pytest.mark.parametrize("text", ["http", "-1", "65536", "1.5", "٣"])
def test_a_port_that_is_none_is_refused_by_its_variable(text):
    if text == "٣":  # a digit to Unicode, and to int()
        assert Ports.from_environment({"LOCHAN_RDS_PORT": text}).rds == 3
        return
    with pytest.raises(StackError, match="LOCHAN_RDS_PORT"):
        Ports.from_environment({"LOCHAN_RDS_PORT": text})


def test_home_and_cache_have_defaults(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment({"HOME": "/home/ada"})
    assert settings.home == tmp_path / ".lochan"
    assert settings.cache == Path("/home/ada/.cache/lochan")


def test_home_and_cache_follow_their_variables():
    environ = {"LOCHAN_HOME": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/home/ada"}
    assert Settings.from_environment(environ).home == Path("/a")
    assert Settings.from_environment(environ).cache == Path("/b/lochan")
    assert Settings.from_environment({**environ, "LOCHAN_CACHE": "/c"}).cache == Path("/c")


def test_a_checkout_has_an_environment_for_localstack_beside_its_own():
    settings = Settings.from_environment({"HOME": "/home/ada"})
    assert settings.localstack_python == CHECKOUT / ".venv-localstack" / "bin" / "python"
    assert settings.project == CHECKOUT


def test_an_installed_lochan_keeps_one_in_the_cache_and_works_where_it_is_called(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(settings_module, "IS_CHECKOUT", False)
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment({"LOCHAN_CACHE": str(tmp_path / "cache")})
    python = settings.localstack_python
    assert python.relative_to(tmp_path / "cache" / "templates").parts[1:] == ("bin", "python")
    assert python.parts[-3].startswith("localstack-python-")
    assert settings.project == tmp_path


def test_a_named_python_for_localstack_is_taken(tmp_path):
    settings = Settings.from_environment({"LOCHAN_LOCALSTACK_PYTHON": "/opt/python"})
    assert settings.localstack_python == Path("/opt/python")
