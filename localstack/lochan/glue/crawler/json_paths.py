"""JSON paths, as far as Glue's classifiers take them: `$`, `.name`, `['name']`, `[n]`, `*`.

https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html#custom-classifier-json
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

WILDCARD = "*"
_STEP = re.compile(
    r"""\.(?P<name>[^.\[\]'"\s]+) | \[(?P<index>[0-9]{1,9}|\*)\] | \['(?P<single>[^']+)'\]
    | \["(?P<double>[^"]+)"\]""",
    re.VERBOSE,
)
Step = str | int


class InvalidJsonPath(ValueError):
    """A path that is none, or has an operator that classifiers do not know."""


def parse_json_path(path: str) -> tuple[Step, ...]:
    """Parse a path into its steps: names, indexes and `*`; raises InvalidJsonPath."""
    steps: list[Step] = []
    position = 1
    if not path.startswith("$"):
        raise InvalidJsonPath(f"The JSON path {path!r} does not begin with $.")
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise InvalidJsonPath(
                f"The JSON path {path!r} cannot be read from {path[position:]!r} on: classifiers"
                " know $, .name, ['name'], [number] and *."
            )
        steps.append(_read_step(match))
        position = match.end()
    return tuple(steps)


def follow_json_path(steps: Sequence[Step], value: Any) -> Iterator[Any]:
    """Yield each value to which the steps lead from a document; a missing member leads nowhere."""
    if not steps:
        yield value
        return
    for child in _children(steps[0], value):
        yield from follow_json_path(steps[1:], child)


def _read_step(match: re.Match[str]) -> Step:
    index = match["index"]
    if index is not None:
        return index if index == WILDCARD else int(index)
    return str(match["name"] or match["single"] or match["double"])


def _children(step: Step, value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        if step == WILDCARD:
            yield from value
        elif isinstance(step, int) and step < len(value):
            yield value[step]
    elif isinstance(value, dict):
        if step == WILDCARD:
            yield from value.values()
        elif step in value:
            yield value[step]
