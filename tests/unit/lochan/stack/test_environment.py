import subprocess

import pytest

from lochan.stack.credentials import Credentials, Login, Token
from lochan.stack.environment import (
    format_exports,
    parse_environment_file,
    preparation_environment,
    service_environment,
    stack_environment,
    worker_environment,
)
from lochan.stack.errors import StackError
from lochan.stack.records import StackRecord
from lochan.stack.settings import SOURCE_ROOT, Ports, Settings
from lochan.stack.site import Site


@pytest.fixture
def make_site(tmp_path):
    def make(inherited=None, worker=None):
        settings = Settings(
            home=tmp_path / "home",
            cache=tmp_path / "cache",
            project=tmp_path / "project",
            inherited=inherited or {},
            worker_environment=worker or {},
        )
        credentials = Credentials(
            redshift=Login("lochan_loader", "Loader1"),
            redshift_admin=Login("awsuser", "Admin1"),
            rds=Login("rds", "Rds1"),
            x_api=Token("bearer"),
        )
        return Site(settings, StackRecord("id", Ports(), tmp_path / "sockets"), credentials)

    return make


def test_the_stack_names_everything_that_tools_read(make_site, tmp_path):
    assert stack_environment(make_site()) == {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "REDSHIFT_HOST": "localhost",
        "REDSHIFT_PORT": "5439",
        "REDSHIFT_DATABASE": "dev",
        "REDSHIFT_USER": "lochan_loader",
        "REDSHIFT_PASSWORD": "Loader1",
        "RDS_HOST": "127.0.0.1",
        "RDS_PORT": "5433",
        "RDS_DATABASE": "rds",
        "RDS_USER": "rds",
        "RDS_PASSWORD": "Rds1",
        "X_API_URL": "http://127.0.0.1:8321",
        "SSL_CERT_FILE": str(tmp_path / "home/tls/bundle.crt"),
        "PREFECT_API_URL": "http://127.0.0.1:4200/api",
    }


def test_services_inherit_nothing_that_leads_elsewhere(make_site):
    inherited = {
        "PATH": "/usr/bin",
        "AWS_PROFILE": "production",
        "AWS_ENDPOINT_URL_S3": "https://elsewhere",
        "PREFECT_API_KEY": "pnu_secret",
        "PYTHONPATH": "/elsewhere",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LOCHAN_STACK_ID": "of another stack",
    }
    environment = service_environment(make_site(inherited))
    assert environment["PATH"] == "/usr/bin"
    assert environment["PYTHONPATH"] == str(SOURCE_ROOT)
    assert not set(inherited) - {"PATH", "PYTHONPATH"} & set(environment) - {"PATH", "PYTHONPATH"}


def test_a_proxy_is_not_asked_for_loopback(tmp_path):
    inherited = {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "intranet"}
    settings = Settings(home=tmp_path, cache=tmp_path, inherited=inherited)
    assert preparation_environment(settings)["NO_PROXY"] == "intranet,localhost,127.0.0.1,::1"


def test_flow_runs_see_the_callers_values_and_the_stacks_own_win(make_site, tmp_path):
    inherited = {"LANDING_BUCKET": "mine", "REDSHIFT_SECRET_ARN": "arn:1", "REDSHIFT_HOST": "prod"}
    environment = worker_environment(make_site(inherited, {"TEMP_BUCKET": "temp"}))
    assert environment["LANDING_BUCKET"] == "mine"
    assert environment["REDSHIFT_SECRET_ARN"] == "arn:1"
    assert environment["TEMP_BUCKET"] == "temp"
    assert environment["REDSHIFT_HOST"] == "localhost"
    assert environment["PYTHONPATH"] == str(tmp_path / "project")


def test_exports_survive_a_shell():
    value = 'it\'s $HOME `id` "quoted" \\ end'
    script = format_exports({"NAME": value}) + 'printf %s "$NAME"'
    printed = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert printed.stdout == value


def test_an_environment_file_is_read_as_a_shell_would(tmp_path):
    file = tmp_path / "names"
    file.write_text("# buckets\nexport A='one two'\n\nB=\"three\"\nC=\n")
    assert parse_environment_file(file) == {"A": "one two", "B": "three", "C": ""}


@pytest.mark.parametrize("line", ["just words", "export", "1A=x", "A='open"])
def test_an_environment_file_with_another_line_is_refused_by_line(tmp_path, line):
    file = tmp_path / "names"
    file.write_text(f"A=1\n{line}\n")
    if line == "export":
        assert parse_environment_file(file) == {"A": "1"}
        return
    with pytest.raises(StackError, match="line 2"):
        parse_environment_file(file)


def test_an_absent_environment_file_is_named(tmp_path):
    with pytest.raises(StackError, match="absent does not exist"):
        parse_environment_file(tmp_path / "absent")
