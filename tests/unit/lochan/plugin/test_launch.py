import ast
import stat
import sys
from pathlib import Path

import pytest

from lochan.plugin import launch


@pytest.fixture
def environment(tmp_path):
    return launch.localstack_environment(
        home=tmp_path,
        host="127.0.0.1",
        port=4566,
        service_models=tmp_path / "models",
        worker_url="http://127.0.0.1:4580",
        token_file=tmp_path / "token",
        redshift_endpoint="redshift://localhost:5440/dev",
        redshift_control_url="http://127.0.0.1:1",
        region="us-east-1",
    )


def test_command_runs_localstack_in_the_foreground():
    assert launch.localstack_command(Path("/env/bin/python")) == [
        "/env/bin/python",
        "-m",
        "localstack.runtime.main",
    ]


def test_only_the_address_given_is_served(environment):
    assert environment["GATEWAY_LISTEN"] == "127.0.0.1:4566"
    assert environment["GATEWAY_SERVER"] == "loopback"
    assert environment["DNS_ADDRESS"] == "0"


def test_nothing_is_asked_of_the_outside(environment):
    assert environment["SKIP_SSL_CERT_DOWNLOAD"] == "1"
    assert environment["DISABLE_EVENTS"] == "1"


def test_every_folder_lies_in_the_home(environment, tmp_path):
    for name in ("FILESYSTEM_ROOT", "XDG_CACHE_HOME", "TMPDIR", "LOCHAN_S3_STORAGE"):
        assert Path(environment[name]).is_relative_to(tmp_path)
    assert environment["OVERRIDE_IN_DOCKER"] == "0"


def test_services_beside_the_core_wait_for_their_first_call(environment):
    assert "EAGER_SERVICE_LOADING" not in environment
    assert environment["SERVICES"] == (
        "s3,sts,iam,kms,secretsmanager,logs,cloudwatch,glue,"
        "redshift,redshift-serverless,ec2,ecs,sns,events,budgets"
    )


def test_redshifts_endpoint_is_that_of_the_stand_in(environment):
    assert environment["LOCHAN_REDSHIFT_ENDPOINT"] == "redshift://localhost:5440/dev"
    assert environment["LOCHAN_REDSHIFT_CONTROL_URL"] == "http://127.0.0.1:1"


def test_our_providers_are_chosen_where_localstack_has_its_own(environment):
    for service in ("S3", "CLOUDWATCH", "EC2", "REDSHIFT"):
        assert environment[f"PROVIDER_OVERRIDE_{service}"] == "lochan"


def test_relative_paths_are_made_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    environment = launch.localstack_environment(
        home=Path("home"),
        host="127.0.0.1",
        port=4566,
        service_models=Path("models"),
        worker_url="http://127.0.0.1:4580",
        token_file=Path("token"),
        redshift_endpoint="redshift://localhost:5440/dev",
        redshift_control_url="http://127.0.0.1:1",
        region="us-east-1",
    )
    for name in ("FILESYSTEM_ROOT", "LOCHAN_S3_STORAGE", "LOCHAN_SERVICE_MODELS"):
        assert Path(environment[name]).is_relative_to(tmp_path)
    assert environment["LOCHAN_TOKEN_FILE"] == str(tmp_path / "token")


def test_home_has_every_folder_and_is_private(environment, tmp_path):
    launch.prepare_home(tmp_path / "home")
    launch.prepare_home(tmp_path / "home")
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700
    for folder in ("root/usr/lib/localstack", "cache", "tmp", "objects"):
        assert (tmp_path / "home" / folder).is_dir()


def test_readiness_is_asked_of_our_own_route():
    assert launch.readiness_url(4566) == "http://127.0.0.1:4566/_lochan/health"


def test_index_that_is_there_is_not_built_again(tmp_path):
    launch.prepare_home(tmp_path)
    index = tmp_path / "root/usr/lib/localstack/service-catalog-4_13_1-1_42_34.dill"
    index.touch()
    # A Python that does not exist would fail if it were called.
    assert launch.build_spec_index(tmp_path / "no-python", tmp_path) == index


def test_module_needs_the_standard_library_alone():
    tree = ast.parse(Path(launch.__file__).read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)} | {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
