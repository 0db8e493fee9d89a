from dataclasses import replace

from prefect.settings import Settings as PrefectSettings
from prefect_redis.cleanup_queue import RedisWorkerCleanupQueueSettings
from prefect_redis.client import RedisMessagingSettings

from lochan.stack.home import Home
from lochan.stack.services.prefect_server import prefect_server
from lochan.stack.site import open_site


def build(settings, **inherited):
    Home(settings.home).open()
    return prefect_server(open_site(replace(settings, inherited=inherited)))


def test_the_callers_own_prefect_is_none_of_its_business(settings):
    environment = build(settings, PREFECT_SERVER_DATABASE_CONNECTION_URL="mine").environment
    assert "PREFECT_SERVER_DATABASE_CONNECTION_URL" not in environment


def test_its_database_and_its_public_address_can_be_chosen(settings):
    environment = build(
        settings,
        LOCHAN_PREFECT_SERVER_DATABASE_CONNECTION_URL="postgresql+asyncpg://lochan@/postgres",
        LOCHAN_PREFECT_UI_URL="http://127.0.0.1:14200",
    ).environment
    assert environment["PREFECT_UI_URL"] == "http://127.0.0.1:14200"
    assert (
        environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"]
        == "postgresql+asyncpg://lochan@/postgres"
    )


def test_it_listens_where_it_is_told(settings):
    Home(settings.home).open()
    service = prefect_server(open_site(replace(settings, listen="0.0.0.0")))
    assert service.command[service.command.index("--host") + 1] == "0.0.0.0"


def test_the_ui_in_a_browser_asks_this_server_and_no_other(settings):
    chosen = build(settings, LOCHAN_PREFECT_UI_URL="http://127.0.0.1:14200").environment
    assert chosen["PREFECT_UI_API_URL"] == "http://127.0.0.1:14200/api"
    own = build(settings).environment
    assert own["PREFECT_UI_API_URL"] == f"{own['PREFECT_UI_URL']}/api"


def test_alone_it_runs_its_background_services_and_needs_no_redis(settings):
    service = build(settings)
    assert "--no-services" not in service.command
    assert not [name for name, value in service.environment.items() if "prefect_redis" in value]


def test_beside_a_redis_it_leaves_the_background_services_to_others(settings):
    service = build(settings, LOCHAN_PREFECT_REDIS="redis://queue:6379")
    assert service.command[-1] == "--no-services"
    told = {
        name: value
        for name, value in service.environment.items()
        if "prefect_redis" in value or "redis://" in value
    }
    # https://docs.prefect.io/v3/advanced/self-hosted#redis-setup, and the queue of clean-ups that
    # workers are told of, which came later (prefect.settings.models.server.worker_channel)
    assert told == {
        "PREFECT_SERVER_EVENTS_MESSAGING_BROKER": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_MESSAGING_CACHE": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
        "PREFECT_SERVER_WORKER_CHANNEL_CLEANUP_QUEUE_STORAGE": "prefect_redis.cleanup_queue",
        "PREFECT_REDIS_MESSAGING_URL": "redis://queue:6379",
        "PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL": "redis://queue:6379",
        "PREFECT_SERVER_DOCKET_URL": "redis://queue:6379",
    }


def test_prefect_knows_every_name_that_it_is_told(settings, monkeypatch):
    environment = build(settings, LOCHAN_PREFECT_REDIS="redis://queue:6379").environment
    for name, value in environment.items():
        if name.startswith("PREFECT_"):
            monkeypatch.setenv(name, value)
    server = PrefectSettings().server
    assert server.events.messaging_broker == "prefect_redis.messaging"
    assert server.events.messaging_cache == "prefect_redis.messaging"
    assert server.events.causal_ordering == "prefect_redis.ordering"
    assert server.concurrency.lease_storage == "prefect_redis.lease_storage"
    assert server.worker_channel.cleanup_queue_storage == "prefect_redis.cleanup_queue"
    assert server.docket.url == "redis://queue:6379"
    assert RedisMessagingSettings().url == "redis://queue:6379"
    assert RedisWorkerCleanupQueueSettings().url == "redis://queue:6379"
