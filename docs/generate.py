"""Write the pages that are read off the code: `python docs/generate.py`, `make docs`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from types import ModuleType

import botocore.session

from lochan.glue.api.operations import OPERATIONS
from lochan.plugin.declared_operations import EC2_REFUSED, ECS_BY_MOTO, ECS_MENDED
from lochan.redshift.api.provisioned import operations as provisioned
from lochan.redshift.api.serverless import operations as serverless
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
        "redshift_operations.md": describe_control_planes(),
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


def describe_control_planes() -> str:
    """Describe which operations of Redshift's control planes and of ECS are emulated."""
    ecs = botocore.session.get_session().get_service_model("ecs")
    declared = sorted({*ECS_BY_MOTO, *ECS_MENDED})
    return "\n".join(
        [
            "# Redshift and ECS: the control planes",
            "",
            "Written by `make docs` from the tables that dispatch them.",
            "",
            "Namespaces, workgroups and clusters are kept as they were declared, with a real secret"
            " for a managed password. Every endpoint is that of the stack's one Redshift, with its"
            " port and its database: another port or database is refused. Capacities, parameters,"
            " limits and logging are kept and shown, and change nothing there; nor does the"
            " administrator of a namespace log in there, whereas the users of `GetCredentials` and"
            " `GetClusterCredentials` do.",
            "",
            *_describe_service("redshift-serverless", serverless),
            *_describe_service("redshift", provisioned),
            "## ecs",
            "",
            "Clusters, task definitions and services are kept; no container ever starts, and tasks"
            f" are pending. Emulated ({len(declared)}): {', '.join(declared)}.",
            "",
            f"Known, not emulated ({len(set(ecs.operation_names) - set(declared))}): all others.",
            "",
            "## ec2",
            "",
            f"LocalStack's, without machines. Refused by name: {', '.join(EC2_REFUSED)}.",
            "",
        ]
    )


def _describe_service(name: str, table: ModuleType) -> list[str]:
    model = botocore.session.get_session().get_service_model(name)
    operations: Mapping[str, object] = table.OPERATIONS
    refused: Mapping[str, Sequence[str]] = table.REFUSED_MEMBERS
    others = sorted(set(model.operation_names) - set(operations))
    emulated = [
        (operation, _module(handler), ", ".join(refused.get(operation, ())))
        for operation, handler in operations.items()
    ]
    return [
        f"## {name}",
        "",
        *_table(("operation", "module", "refused members"), emulated),
        "",
        f"Known, not emulated ({len(others)}): {', '.join(others)}.",
        "",
    ]


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
