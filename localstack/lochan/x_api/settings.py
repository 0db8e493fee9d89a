"""What the server is told by its environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from lochan.x_api.endpoints import BY_NAME
from lochan.x_api.faults import PlannedFault, parse_faults
from lochan.x_api.limits import WINDOW_SECONDS, parse_limits
from lochan.x_api.world import World


class SettingsError(Exception):
    """The environment asks for something that cannot be; the message says what to do."""


@dataclass(frozen=True)
class Settings:
    """The server's settings.

    X_API_TOKENS_FILE   a JSON list of the bearer tokens that are accepted (required)
    X_API_RECORDINGS    folder of recorded pages; without it pages are generated
    X_API_SEED          seed of generated pages (1)
    X_API_TWEETS        generated tweets in each 24 hours of their timeline (200)
    X_API_NOW           RFC 3339 moment at which the server's calendar stands still (today)
    X_API_LIMITS        requests per window, as `search_recent=450,followers=15,*=1000`
    X_API_LIMIT_SECONDS length of that window (900)
    X_API_FORBIDDEN     endpoints that answer 403, separated by commas
    X_API_FAULTS        see lochan.x_api.faults
    X_API_SLOW_SECONDS  how late a slow answer is (5)
    """

    tokens: frozenset[str]
    world: World = field(default_factory=World)
    recordings: Path | None = None
    now: datetime | None = None
    limits: Mapping[str, int] = field(default_factory=dict)
    limit_seconds: int = WINDOW_SECONDS
    forbidden: frozenset[str] = frozenset()
    faults: tuple[PlannedFault, ...] = ()
    slow_seconds: float = 5.0


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from the environment, or SettingsError."""
    try:
        return Settings(
            tokens=_read_tokens(environment),
            world=World(
                _read_whole(environment, "X_API_SEED", 1, least=0),
                _read_whole(environment, "X_API_TWEETS", 200, least=1),
            ),
            recordings=_read_folder(environment),
            now=_read_now(environment),
            limits=parse_limits(environment.get("X_API_LIMITS", "")),
            limit_seconds=_read_whole(environment, "X_API_LIMIT_SECONDS", WINDOW_SECONDS, least=1),
            forbidden=_read_forbidden(environment),
            faults=parse_faults(environment.get("X_API_FAULTS", "")),
            slow_seconds=float(environment.get("X_API_SLOW_SECONDS", "5")),
        )
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _read_tokens(environment: Mapping[str, str]) -> frozenset[str]:
    name = environment.get("X_API_TOKENS_FILE")
    if not name:
        raise SettingsError(
            "X_API_TOKENS_FILE is not set: let it name a file with a JSON list of the bearer "
            'tokens to accept, such as ["secret"], that only you can read (chmod 600).'
        )
    path = Path(name)
    try:
        tokens = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise SettingsError(f"X_API_TOKENS_FILE {path} cannot be read as JSON: {error}.") from error
    if path.stat().st_mode & 0o077:
        raise SettingsError(f"X_API_TOKENS_FILE {path} can be read by others: chmod 600 {path}")
    if not isinstance(tokens, list) or not all(
        isinstance(token, str) and token for token in tokens
    ):
        raise SettingsError(f"X_API_TOKENS_FILE {path} must hold a JSON list of strings.")
    return frozenset(tokens)


def _read_whole(environment: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    text = environment.get(name, str(default))
    if not text.isdigit() or int(text) < least:
        raise ValueError(f"{name} is {text!r}: it must be a whole number of at least {least}.")
    return int(text)


def _read_folder(environment: Mapping[str, str]) -> Path | None:
    name = environment.get("X_API_RECORDINGS")
    if not name:
        return None
    if not Path(name).is_dir():
        raise ValueError(
            f"X_API_RECORDINGS {name} is not a folder: name one that holds .jsonl files."
        )
    return Path(name)


def _read_now(environment: Mapping[str, str]) -> datetime | None:
    text = environment.get("X_API_NOW")
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"X_API_NOW is {text!r}: add a time zone, as in 2026-11-20T12:00:00Z.")
    return moment.astimezone(UTC)


def _read_forbidden(environment: Mapping[str, str]) -> frozenset[str]:
    names = {name.strip() for name in environment.get("X_API_FORBIDDEN", "").split(",")} - {""}
    if unknown := names - set(BY_NAME):
        known = ", ".join(BY_NAME)
        raise ValueError(
            f"X_API_FORBIDDEN has {', '.join(sorted(unknown))}: choose out of {known}."
        )
    return frozenset(names)
