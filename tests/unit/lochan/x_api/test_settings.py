import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lochan.x_api.settings import SettingsError, read_settings
from lochan.x_api.world import World


@pytest.fixture
def tokens(tmp_path: Path) -> Path:
    path = tmp_path / "tokens.json"
    path.write_text(json.dumps(["one", "two"]))
    path.chmod(0o600)
    return path


def test_settings_are_read_from_the_environment(tokens: Path, tmp_path: Path) -> None:
    settings = read_settings(
        {
            "X_API_TOKENS_FILE": str(tokens),
            "X_API_SEED": "7",
            "X_API_TWEETS": "200000",
            "X_API_RECORDINGS": str(tmp_path),
            "X_API_NOW": "2026-11-20T12:00:00+02:00",
            "X_API_FORBIDDEN": "followers, following",
        }
    )
    assert settings.tokens == {"one", "two"}
    assert settings.world == World(7, 200_000)
    assert settings.recordings == tmp_path
    assert settings.now == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert settings.forbidden == {"followers", "following"}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("X_API_TOKENS_FILE", "", "X_API_TOKENS_FILE is not set: let it name a file"),
        ("X_API_TOKENS_FILE", "/nowhere/tokens.json", "cannot be read as JSON"),
        ("X_API_TWEETS", "0", "X_API_TWEETS is '0': it must be a whole number of at least 1"),
        ("X_API_RECORDINGS", "/nowhere", "X_API_RECORDINGS /nowhere is not a folder"),
        ("X_API_FORBIDDEN", "likes", "X_API_FORBIDDEN has likes: choose out of search_recent"),
        ("X_API_NOW", "2026-11-20T12:00:00", "add a time zone"),
    ],
)
def test_a_wrong_setting_is_a_sentence(tokens: Path, name: str, value: str, message: str) -> None:
    environment = {"X_API_TOKENS_FILE": str(tokens)} | {name: value}
    with pytest.raises(SettingsError, match=message):
        read_settings(environment)


def test_tokens_that_others_can_read_are_refused(tokens: Path) -> None:
    tokens.chmod(0o644)
    with pytest.raises(SettingsError, match=f"can be read by others: chmod 600 {tokens}"):
        read_settings({"X_API_TOKENS_FILE": str(tokens)})
