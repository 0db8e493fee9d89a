"""JSON: one object after another, on lines of their own or not, or one array."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lochan.glue.crawler.json_paths import Step, follow_json_path
from lochan.glue.crawler.samples import MEBIBYTE, MOST_RECORDS, Sample
from lochan.glue.crawler.schema import NestedTooDeeply, Struct, infer_type, merge_structs

_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class JsonContent:
    """The columns of the sampled records, and how many lie in the first megabyte."""

    schema: Struct
    records: int


def infer_json(sample: Sample, path: Sequence[Step] = ()) -> JsonContent | None:
    """Infer the columns of what a JSON path leads to; None when the file has nothing of it.

    A file that is one array is a table with the single column `array`; with a path, records that
    are no objects are the column `record`
    (https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html).
    """
    while True:
        text = sample.content.decode("utf-8", errors="replace").lstrip("\ufeff \t\r\n")
        if not text.startswith(("{", "[")):
            return None
        records = [
            (end, found)
            for end, value in _read_records(text)
            for found in follow_json_path(path, value)
        ]
        if records or not sample.extend():
            return _summarise(records, "record" if path else "array")


def _read_records(text: str) -> Iterator[tuple[int, Any]]:
    """Yield each complete value with the place where it ends, as far as the text goes."""
    position = 0
    while position < len(text):
        try:
            value, end = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):  # RecursionError: nested deeper than anybody means
            return
        if not isinstance(value, dict | list):
            return
        yield end, value
        position = _skip_separators(text, end)


def _skip_separators(text: str, position: int) -> int:
    while position < len(text) and text[position] in ", \t\r\n":
        position += 1
    return position


def _summarise(records: list[tuple[int, Any]], column: str) -> JsonContent | None:
    if not records:
        return None
    schema = Struct()
    try:
        for _, value in records[:MOST_RECORDS]:
            schema = merge_structs(schema, _columns(value, column))
    except NestedTooDeeply:
        return None
    within = sum(end <= MEBIBYTE for end, _ in records)
    # One array longer than a megabyte ends beyond it with all its records: take their share.
    counted = within or len(records) * MEBIBYTE // records[-1][0]
    return JsonContent(schema, max(counted, 1))


def _columns(value: Any, column: str) -> Struct:
    kind = infer_type(value)
    return kind if isinstance(kind, Struct) else Struct({column: kind})
