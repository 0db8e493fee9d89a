import signal
import socket
import time
from dataclasses import replace

import pytest
import redis

from lochan.stack.errors import NotReadyError, StackError
from lochan.stack.home import Home
from lochan.stack.services.prefect_services import prefect_services
from lochan.stack.site import open_site

URL = "unix:///nonexistent/redis"


def build(settings, **inherited):
    Home(settings.home).open()
    return prefect_services(open_site(replace(settings, inherited=inherited)))


@pytest.fixture
def service(settings):
    return build(settings, LOCHAN_PREFECT_REDIS=URL)


@pytest.fixture
def signs(monkeypatch):
    """What Redis holds under the key at which docket writes its workers' signs of life."""
    held: dict[bytes, float] = {}

    class Client:
        def __enter__(self):
            return self

        def __exit__(self, *raised):
            return None

        def zrange(self, key, start, end, *, withscores):
            assert (key, start, end, withscores) == ("prefect:workers", 0, -1, True)
            return list(held.items())

    monkeypatch.setattr(redis, "from_url", lambda url, **options: Client())
    return held


def test_it_is_refused_without_a_redis(settings):
    with pytest.raises(StackError, match=r"LOCHAN_PREFECT_REDIS.*compose\.redis\.env"):
        build(settings)


def test_it_shares_database_and_redis_with_the_server(settings):
    database = "postgresql+asyncpg://lochan@/postgres"
    environment = build(
        settings,
        LOCHAN_PREFECT_REDIS=URL,
        LOCHAN_PREFECT_SERVER_DATABASE_CONNECTION_URL=database,
    ).environment
    assert environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"] == database
    assert environment["PREFECT_REDIS_MESSAGING_URL"] == URL


def test_it_runs_prefects_services_and_ends_by_the_signal_that_they_obey(service):
    assert service.command[-3:] == ("server", "services", "start")
    assert service.stop.signals == (signal.SIGINT,)


def test_it_has_a_home_of_its_own(service):
    service.prepare()
    service.prepare()
    assert service.environment["PREFECT_HOME"].endswith("prefect-services/home")


def test_a_redis_that_does_not_answer_is_named(service):
    with pytest.raises(NotReadyError, match=r"Redis does not answer: .*/nonexistent/redis"):
        service.probe()


def test_a_password_of_redis_is_not_told(settings):
    service = build(settings, LOCHAN_PREFECT_REDIS="redis://user:hidden@127.0.0.1:1")
    with pytest.raises(NotReadyError, match="Redis does not answer") as refused:
        service.probe()
    assert "hidden" not in str(refused.value)


def test_a_fresh_sign_of_life_is_enough(service, signs):
    signs[f"{socket.gethostname()}#7".encode()] = time.time() - 2
    service.probe()


def test_old_signs_and_those_of_other_machines_are_none(service, signs):
    signs[f"{socket.gethostname()}#7".encode()] = time.time() - 60
    signs[b"elsewhere#7"] = time.time()
    with pytest.raises(NotReadyError, match="no sign of life"):
        service.probe()


def test_no_sign_at_all_is_none(service, signs):
    with pytest.raises(NotReadyError, match="no sign of life"):
        service.probe()
