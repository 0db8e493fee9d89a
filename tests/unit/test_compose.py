"""What docker-compose.yml promises of every service, read off the file."""

import re
from pathlib import Path

import pytest
import yaml

from lochan.stack.addresses import CONTAINER_HOSTS
from lochan.stack.certificates import SERVER_NAMES
from lochan.stack.environment import parse_environment_file
from lochan.stack.services.prefect_server import REDIS_VARIABLE
from lochan.stack.services.registry import IN_CONTAINERS, SERVICES
from lochan.stack.settings import Ports

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
ONCE = {"home", "deploy"}
# Prefect's server in parts, for those who ask for it.
OF_THE_PROFILE = {"redis", "prefect-services"}
# What generates secrets writes them to a volume; none of these may be told to a container.
SECRET_NAMES = re.compile(r"PASSWORD|TOKEN|SECRET|CREDENTIAL|KEY", re.IGNORECASE)
A_URL_WITH_A_PASSWORD = re.compile(r"://[^/@\s]*:[^/@\s]+@")


def stages() -> dict[str, str]:
    """Split the Dockerfile by the names of its stages."""
    parts = re.split(r"^FROM (\S+) AS (\S+)$", DOCKERFILE, flags=re.MULTILINE)[1:]
    return dict(zip(parts[1::3], parts[2::3], strict=True))


@pytest.fixture(params=sorted(COMPOSE))
def service(request):
    return COMPOSE[request.param]


def test_every_service_of_the_stack_has_a_container():
    alone = {name for name in SERVICES if not name.endswith("-backend")}
    assert alone | {"prefect-database"} | ONCE <= set(COMPOSE)


def test_what_containers_serve_is_known():
    commands = [service["command"] for service in COMPOSE.values()]
    served = [name for words in commands if words[:2] == ["lochan", "serve"] for name in words[2:]]
    assert sorted(served) == sorted(IN_CONTAINERS)


def test_only_prefects_parts_are_in_a_profile():
    profiles = {name: one["profiles"] for name, one in COMPOSE.items() if "profiles" in one}
    assert profiles == {name: ["redis"] for name in OF_THE_PROFILE}
    # Compose refuses a file in which what is always there needs what is not.
    for name in set(COMPOSE) - OF_THE_PROFILE:
        assert not OF_THE_PROFILE & set(COMPOSE[name].get("depends_on", {}))


def test_one_file_of_values_asks_for_the_profile_and_tells_prefect_of_it():
    values = parse_environment_file(ROOT / "compose.redis.env")
    assert values == {
        "COMPOSE_PROFILES": "redis",
        "LOCHAN_PREFECT_REDIS": "unix:///lochan/sockets/redis",
    }
    # Without the file Prefect's one server does everything.
    for name in ("prefect", "prefect-services"):
        assert COMPOSE[name]["environment"][REDIS_VARIABLE] == "${LOCHAN_PREFECT_REDIS:-}"


def test_redis_and_prefects_database_listen_on_sockets_that_only_prefect_sees():
    redis, database = COMPOSE["redis"]["command"], COMPOSE["prefect-database"]["command"][-1]
    assert redis[redis.index("--port") + 1] == "0"  # https://redis.io/docs: no TCP at all
    assert redis[redis.index("--unixsocket") + 1] == "/lochan/sockets/redis"
    assert redis[redis.index("--unixsocketperm") + 1] == "700"
    assert redis[redis.index("--save") + 1] == ""
    assert "listen_addresses= " in database
    users = {
        name
        for name, service in COMPOSE.items()
        if "prefect-sockets:/lochan/sockets" in service.get("volumes", ())
    }
    assert users == {"prefect", "prefect-database", *OF_THE_PROFILE}


def test_backends_run_beside_their_servers():
    assert COMPOSE["redshift"]["command"] == ["lochan", "serve", "redshift-backend", "redshift"]
    assert COMPOSE["rds"]["command"] == ["lochan", "serve", "rds-backend", "rds"]


def test_ports_are_published_on_loopback_only(service):
    for port in service.get("ports", ()):
        assert re.fullmatch(r"127\.0\.0\.1:\$\{LOCHAN_[A-Z_]+_PORT:-\d+\}:\d+", port)


def test_ports_are_those_of_the_embedded_stack():
    published = [port for service in COMPOSE.values() for port in service.get("ports", ())]
    assert sorted(published) == sorted(
        f"127.0.0.1:${{LOCHAN_{name.upper()}_PORT:-{port}}}:{port}"
        for name, port in vars(Ports()).items()
    )


def test_the_caller_is_told_every_published_port():
    told = [word for word in COMPOSE["home"]["command"] if word.startswith("--published=")]
    assert sorted(told) == sorted(
        f"--published={name.replace('_', '-')}=${{LOCHAN_{name.upper()}_PORT:-{port}}}"
        for name, port in vars(Ports()).items()
    )


def test_a_service_says_how_it_is_or_ends_by_itself():
    for name, service in COMPOSE.items():
        if name in ONCE:
            assert (service["restart"], service["healthcheck"]) == ("no", {"disable": True})
        else:
            assert service["restart"] == "unless-stopped"
            # Some engines mangle the form CMD where it has quotes.
            assert service["healthcheck"]["test"][0] == "CMD-SHELL"


def test_no_service_has_more_rights_than_a_user(service):
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "devices", "pid", "network_mode", "user"} & set(service)


def test_no_service_reaches_the_engine_or_the_machines_files(service):
    mounted = [volume.rsplit(":/", 1)[0] for volume in service.get("volumes", ())]
    assert not [source for source in mounted if "docker" in source or source.startswith("/")]


def test_only_one_service_sees_a_folder_of_the_caller():
    users = {
        name
        for name, service in COMPOSE.items()
        if any("LOCHAN_HOME" in volume for volume in service.get("volumes", ()))
    }
    assert users == {"home"}


def test_only_what_runs_once_may_write_the_passwords():
    writers = {
        name
        for name, service in COMPOSE.items()
        if "home:/lochan/home" in service.get("volumes", ())
    }
    assert writers == ONCE


def test_the_environment_holds_no_secret(service):
    for name, value in service["environment"].items():
        assert not SECRET_NAMES.search(name)
        assert not A_URL_WITH_A_PASSWORD.search(str(value))


def test_services_wait_for_health_or_for_an_end(service):
    for name, wanted in service.get("depends_on", {}).items():
        ends = COMPOSE[name]["restart"] == "no"
        assert wanted == {
            "condition": "service_completed_successfully" if ends else "service_healthy"
        }


@pytest.mark.parametrize("name", sorted(set(COMPOSE) - ONCE))
def test_limits_are_variables(name):
    assert COMPOSE[name]["mem_limit"].startswith("${LOCHAN_")
    assert COMPOSE[name]["cpus"].startswith("${LOCHAN_")
    # docker-compose 1.29 takes the text of a variable for no number here.
    assert COMPOSE[name]["pids_limit"] == 2048


def test_containers_are_called_by_names_that_the_certificate_has():
    assert set(vars(CONTAINER_HOSTS).values()) <= set(SERVER_NAMES) & set(COMPOSE)


@pytest.mark.parametrize("stage", ["project", "localstack"])
def test_an_image_runs_as_a_user(stage):
    users = re.findall(r"^USER (\S+)$", stages()[stage], flags=re.MULTILINE)
    assert users == ["lochan"]


def test_images_are_made_from_one_base_and_hashed_requirements():
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE) == [
        "debian:bookworm-slim",
        "environment",
        "environment",
    ]
    for installed in re.findall(r"(?:pip sync|pip install) [^&]*", DOCKERFILE):
        assert "--require-hashes" in installed or "--no-deps" in installed


@pytest.mark.parametrize("stage", ["project", "localstack"])
def test_requirements_come_before_code(stage):
    before, copied, after = stages()[stage].partition("\nCOPY localstack localstack\n")
    assert copied
    assert "flows" not in before
    assert not re.search(r"require-hashes|apt-get", after)


def test_no_architecture_is_named():
    for text in (DOCKERFILE, (ROOT / "docker-compose.yml").read_text()):
        assert not re.search(r"amd64|x86_64|--platform|platform:", text)
