from dataclasses import replace

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
