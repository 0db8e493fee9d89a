from dataclasses import replace

from lochan.stack.home import Home
from lochan.stack.services.x_api import x_api
from lochan.stack.site import open_site


def test_the_callers_choices_reach_the_server(settings, tmp_path):
    chosen = {
        "X_API_TWEETS": "200000",
        "X_API_LIMITS": "*=1000000",
        "X_API_RECORDINGS": str(tmp_path),
        "X_API_TOKENS_FILE": "/elsewhere",
    }
    Home(settings.home).open()
    site = open_site(replace(settings, inherited=chosen))
    environment = x_api(site).environment
    assert environment["X_API_TWEETS"] == "200000"
    assert environment["X_API_LIMITS"] == "*=1000000"
    assert environment["X_API_RECORDINGS"] == str(tmp_path)
    assert environment["X_API_TOKENS_FILE"].startswith(str(settings.home))
