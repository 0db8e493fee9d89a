"""Write the pages that are read off the code: `python docs/generate.py`, `make docs`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

import botocore.session

from lochan.glue.api.operations import OPERATIONS
from lochan.redshift.wire.rewrites.refusals import REFUSALS
from lochan.redshift.wire.rewrites.row import DOCS
from lochan.redshift.wire.rewrites.table import REWRITES

FOLDER = Path(__file__).resolve().parent


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (FOLDER / name).write_text(text)


def pages() -> dict[str, str]:
    """Return the text of every generated page by its file name."""
    return {
        "redshift_differences.md": describe_redshift(),
        "glue_operations.md": describe_glue(),
    }


def describe_redshift() -> str:
    """Describe what the stand-in translates and what it refuses."""
    translated = [
        (row.name, _code(row.redshift), _code(row.postgres), _link(row.source)) for row in REWRITES
    ]
    refused = [
        (row.name, _code(row.example), row.message, row.sqlstate, _link(row.source))
        for row in REFUSALS
    ]
    return "\n".join(
        [
            "# Redshift over PostgreSQL: the differences",
            "",
            "Written by `make docs` from the tables that do the work; a test runs every example.",
            "",
            "## What is translated",
            "",
            *_table(("what", "Redshift", "PostgreSQL 18", "source"), translated),
            "",
            "## What is refused",
            "",
            *_table(("what", "for example", "message", "SQLSTATE", "source"), refused),
            "",
            "## System views that are answered",
            "",
            "Any other one is refused by name.",
            "",
            ", ".join(_link(_view_page(name)) for name in system_views()),
            "",
        ]
    )


def system_views() -> list[str]:
    """Name the views of Redshift that the compatibility schema has."""
    folder = resources.files("lochan.redshift.wire") / "compatibility"
    text = (folder / "h_views.sql").read_text()
    return sorted(re.findall(r"CREATE OR REPLACE VIEW rs\.(\w+) AS", text))


def _view_page(name: str) -> str:
    prefix = "" if name.startswith("sys_") else "r_"
    return f"{DOCS}/{prefix}{name.upper()}.html"


def describe_glue() -> str:
    """Describe which operations of Glue are emulated."""
    model = botocore.session.get_session().get_service_model("glue")
    others = sorted(set(model.operation_names) - set(OPERATIONS))
    emulated = [(name, _module(handler)) for name, handler in OPERATIONS.items()]
    return "\n".join(
        [
            "# Glue: the operations",
            "",
            "Written by `make docs` from the table that dispatches them.",
            "",
            f"## Emulated ({len(emulated)})",
            "",
            *_table(("operation", "module"), emulated),
            "",
            f"## Known, not emulated ({len(others)})",
            "",
            "These answer by name that they are not emulated.",
            "",
            ", ".join(others),
            "",
        ]
    )


def _module(handler: object) -> str:
    module = inspect.getmodule(handler)
    return f"`{module.__name__}`" if module else ""


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(headings)} |",
        "|---" * len(headings) + "|",
        *(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows),
    ]


def _code(text: str) -> str:
    return f"`{' '.join(text.split())}`"


def _link(source: str) -> str:
    return f"[{source.rpartition('/')[2].removesuffix('.html')}]({source})"


if __name__ == "__main__":
    main()
