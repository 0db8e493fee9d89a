"""The resources of one environment, every name resolved; resources.json is their only source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

DECLARATION = Path(__file__).with_name("resources.json")
NO_VALUES: Mapping[str, str] = MappingProxyType({})
# What is known only once something is made stays as it is until then.
LATE = ("key_arn", "bucket_arn")


@dataclass(frozen=True)
class Place:
    """Where resources live; these three make every name unique."""

    environment: str
    account: str
    region: str


@dataclass(frozen=True)
class Resources:
    """resources.json for one place: a section is a mapping of short name to declaration."""

    place: Place
    sections: Mapping[str, Mapping[str, Any]]

    def section(self, name: str) -> Mapping[str, Any]:
        """Return a section's declarations by short name."""
        return self.sections[name]

    def name(self, section: str, key: str) -> str:
        """Return the full name of one resource."""
        return str(self.sections[section][key]["name"])

    def role_arn(self, key: str) -> str:
        """Return the ARN of one of the roles."""
        return f"arn:aws:iam::{self.place.account}:role/{self.name('roles', key)}"


def resolve_resources(
    place: Place, declaration: Path = DECLARATION, values: Mapping[str, str] = NO_VALUES
) -> Resources:
    """Read the declarations and put this place's names into them.

    What stands under `values` is a name of a person's own, `academy_bucket` for example: the value
    of ACADEMY_BUCKET where `values` have one, else what is declared.
    """
    declared = json.loads(declaration.read_text())
    names = {
        "environment": place.environment,
        "account": place.account,
        "region": place.region,
        **{name: f"{{{name}}}" for name in LATE},
    }
    for name, default in declared.pop("values").items():
        names[name] = values.get(name.upper()) or default
    for key, spec in declared["buckets"].items():
        names[f"{key}_bucket"] = spec["name"].format_map(names)
    return Resources(place, _fill(declared, names))


def replace_late(value: Any, **late: str) -> Any:
    """Put in what is known by now: `key_arn`, or the `bucket_arn` of a bucket's policy."""
    names = {name: f"{{{name}}}" for name in LATE}
    return _fill(value, {**names, **late})


def _fill(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return value.format_map(names)
    if isinstance(value, list):
        return [_fill(item, names) for item in value]
    if isinstance(value, dict):
        return {key: _fill(item, names) for key, item in value.items()}
    return value
