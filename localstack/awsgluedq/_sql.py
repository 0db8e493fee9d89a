"""Spark SQL text of names and values, quoted so that no value can be anything else."""

from __future__ import annotations


def name(column: str) -> str:
    """Quote the name of a column."""
    return "`" + column.replace("`", "``") + "`"


def text(value: str) -> str:
    """Quote a text."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def both(*conditions: str | None) -> str:
    """Join those conditions that there are with AND; `true` without any."""
    given = [f"({condition})" for condition in conditions if condition is not None]
    return " AND ".join(given) if given else "true"


def is_true(condition: str) -> str:
    """Turn an unknown condition into a false one."""
    return f"coalesce({condition}, false)"


def share(part: str, whole: str) -> str:
    """Divide; nothing out of nothing is all of it."""
    return f"if({whole} = 0, 1, {part} / {whole})"
