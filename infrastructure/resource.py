"""What provisioning knows of a resource: what is declared, what is found, and how they differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Attributes = Mapping[str, Any]


class Refused(Exception):
    """Provisioning cannot go on; the text names the resource and the way out."""


class Resource(Protocol):
    """One thing that must exist; it talks to AWS about itself alone."""

    @property
    def kind(self) -> str:
        """Name what it is, for people."""

    @property
    def name(self) -> str:
        """Return its full name."""

    @property
    def is_shared(self) -> bool:
        """Tell whether other environments use it too, so that none of them deletes it."""

    def declare(self) -> Attributes:
        """Return its attributes as declared."""

    def read(self) -> Attributes | None:
        """Return the same attributes as found, or None where it does not exist."""

    def create(self) -> None:
        """Make it as declared; what a broken attempt left behind is taken up."""

    def update(self, attributes: frozenset[str]) -> None:
        """Bring these attributes back to what is declared."""

    def count_data(self) -> str | None:
        """Say what data would be lost with it, or None."""

    def delete(self) -> None:
        """Delete it with everything in it."""


@dataclass(frozen=True)
class Hidden:
    """A value that is compared and never shown."""

    value: Any

    def __repr__(self) -> str:
        return "(hidden)"


@dataclass(frozen=True)
class Difference:
    """One value that is not as declared; the path names it from its attribute down."""

    path: tuple[str, ...]
    found: Any
    declared: Any

    def __str__(self) -> str:
        path = ".".join(self.path)
        if _is_long(self.found) and _is_long(self.declared):
            gone, missing = (
                set(self.found) - set(self.declared),
                set(self.declared) - set(self.found),
            )
            return f"{path}: {_show(sorted(gone))} -> {_show(sorted(missing))}, the rest as it is"
        return f"{path}: {_show(self.found)} -> {_show(self.declared)}"


def find_differences(declared: Any, found: Any, path: tuple[str, ...] = ()) -> Iterator[Difference]:
    """Tell what is otherwise than declared; what AWS adds by itself does not count."""
    declared, found = _by_sid(declared), _by_sid(found)
    if isinstance(declared, Mapping) and isinstance(found, Mapping):
        for key, value in declared.items():
            yield from find_differences(value, found.get(key), (*path, str(key)))
        return
    if isinstance(declared, list) and isinstance(found, list) and len(declared) == len(found):
        for position, (wanted, given) in enumerate(zip(declared, found, strict=True)):
            yield from find_differences(wanted, given, (*path, str(position)))
        return
    if declared != found:
        yield Difference(path, found, declared)


def _by_sid(value: Any) -> Any:
    """Statements of a policy are known by their Sid, and none may be there that is not declared."""
    if not (isinstance(value, list) and value and all(map(_has_sid, value))):
        return value
    return {"Sids": sorted(item["Sid"] for item in value), **{item["Sid"]: item for item in value}}


def _has_sid(item: Any) -> bool:
    return isinstance(item, Mapping) and "Sid" in item


def _is_long(value: Any) -> bool:
    is_list = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return is_list and len(value) > 1


def _show(value: Any) -> str:
    if value is None:
        return "(nothing)"
    if isinstance(value, Hidden):
        return repr(value)
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
