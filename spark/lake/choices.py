"""Which fields of a source hold values of several types, and what becomes of them.

A field that is one value or another is made a struct of both, from which a column takes whichever
fits it (spark/lake/values.py). Elements of arrays are made text: JSON cannot tell which they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def choice_specs(schema: Any) -> list[tuple[str, str]]:
    """List what resolveChoice is to do, by the schema of a DynamicFrame."""
    return list(_specs(schema, "", in_array=False))


def _specs(kind: Any, path: str, *, in_array: bool) -> Iterator[tuple[str, str]]:
    name = kind.typeName()
    if name == "choice":
        yield path, "cast:string" if in_array else "make_struct"
    elif name == "struct":
        for field in kind:
            step = "`" + field.name.replace("`", "``") + "`"
            below = f"{path}.{step}" if path else step
            yield from _specs(field.dataType, below, in_array=in_array)
    elif name == "array":
        yield from _specs(kind.elementType, f"{path}[]", in_array=True)
