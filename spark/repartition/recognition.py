"""How a rejected reading is known again among the lines of its file."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any

from spark.rejects import Recognition
from spark.repartition.readings import raw_names
from spark.repartition.request import EventTime, Shape


def recognition(shape: Shape, event_time: EventTime) -> Recognition:
    """Know readings by the fields that they are judged by, and others at once by their id."""
    field = json.dumps(shape.id_field)
    quoted = re.compile(rf'{re.escape(field)}\s*:\s*"([^"\\]*)"')
    identity = partial(identify_line, raw_names(shape, event_time))
    return Recognition(identity, partial(_find_words, field, quoted))


def identify_line(names: Sequence[str], text: str) -> Hashable:
    """Tell what a line and the record that was read of it have in common.

    A record has the fields that it was judged by, as text, and Glue may have written 7 as 7.0.
    Lines that are alike in those fields were rejected for the same reason.
    """
    try:
        fields = json.loads(text)
    except ValueError:
        return text.strip()
    if not isinstance(fields, dict):
        return text.strip()
    return tuple(_normalize(fields.get(name)) for name in names)


def _find_words(field: str, quoted: re.Pattern[str], text: str) -> Sequence[str]:
    """Find the id; nothing where one of the name is a number or has an escape."""
    found = quoted.findall(text)
    return found if len(found) == text.count(field) else ()


def _normalize(value: Any) -> str | None:
    if value is None or isinstance(value, bool):
        return None if value is None else str(value).lower()
    text = value if isinstance(value, str) else json.dumps(value)
    try:
        return repr(float(text))
    except ValueError:
        return text
