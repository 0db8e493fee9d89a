"""Write docs/licences.md: `make docs`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from requirements.components import ROOT, Component, find_components

PAGE = ROOT / "docs" / "licences.md"
_USES = {
    "app": "flows, the Glue worker and the stack",
    "dev": "tests and linters only",
    "localstack": "LocalStack's process",
    "jars": "Spark, beside its own jars",
}


def main() -> None:
    """Write the page."""
    PAGE.write_text(describe(find_components()))


def describe(components: Iterable[Component]) -> str:
    """List what is used by what it is used for and by its licence."""
    names: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one in components:
        if one.licence is not None:
            names[(one.used_for, one.licence)].add(one.name)
    return "\n".join(
        [
            "# Licences of what is used",
            "",
            "Written by `make docs` from what the pinned distributions say of themselves; what",
            "only other platforms need is not listed. A test refuses any licence that",
            "`requirements/components.py` does not allow; `make sbom` writes versions and digests.",
            "Nothing of it is copied into this repository, and all of it is used unchanged.",
            *(line for use in _USES for line in _describe_use(use, names)),
            "",
        ]
    )


def _describe_use(use: str, names: dict[tuple[str, str], set[str]]) -> list[str]:
    rows = [
        f"| {licence} | {', '.join(sorted(found))} |"
        for (used_for, licence), found in sorted(names.items())
        if used_for == use
    ]
    return ["", f"## For {_USES[use]}", "", "| licence | components |", "|---|---|", *rows]


if __name__ == "__main__":
    main()
