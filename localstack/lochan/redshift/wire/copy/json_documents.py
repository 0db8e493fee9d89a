"""JSON documents, one after the other, mapped to columns.

https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-json.html
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from lochan.redshift.wire.copy.errors import LOAD_CODE, FieldError, internal_error
from lochan.redshift.wire.copy.lines import MAX_ROW_BYTES, decode_chunks
from lochan.redshift.wire.copy.statement import AutoMapping, Conversions
from lochan.redshift.wire.copy.text import Record

_BLANKS = re.compile(r"[ \t\r\n]*")
_NOT_JSON = FieldError(1216, "Invalid value.")
_TOO_LARGE = FieldError(1216, "JSON object exceeds the maximum size of 4 MB")
_TOO_DEEP = FieldError(1216, "JSON object is nested too deeply")
_NOT_AN_OBJECT = FieldError(1216, "Invalid JSON: an array needs a JSONPaths file")
_OUT_OF_RANGE = FieldError(1216, "Invalid JSONPath format: Not an array or index out of range.")


class NumberText(str):
    """A JSON number in the digits it was written in, so that none are lost."""

    __slots__ = ()


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(
    parse_float=NumberText, parse_int=NumberText, parse_constant=_refuse_constant
)

DocumentMapping = Callable[[Any], Sequence[str | None] | FieldError]


def read_documents(
    chunks: Iterable[bytes], options: Conversions, mapping: DocumentMapping
) -> Iterator[Record]:
    """Read the documents of one file as records; a line number is that of the document's last."""
    texts = _skip_lines(decode_chunks(chunks, options.encoding), options.ignore_header)
    line_number = 1 + options.ignore_header
    for raw, document in _split_documents(texts):
        line_number += raw.count("\n")
        text = raw.strip(" \t\r\n")
        fields = document if isinstance(document, FieldError) else _map(document, mapping)
        yield Record(line_number, text, fields)


def _map(document: Any, mapping: DocumentMapping) -> Sequence[str | None] | FieldError:
    try:
        return mapping(document)
    except RecursionError:
        return _TOO_DEEP


def _skip_lines(texts: Iterator[str], count: int) -> Iterator[str]:
    """Leave out the first lines, whatever JSON they hold."""
    for text in texts:
        while count and text:
            _, line_feed, text = text.partition("\n")
            count -= bool(line_feed)
        if text:
            yield text


def _split_documents(texts: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """Cut a stream into documents with the blanks before them; a broken one ends with its line."""
    buffer, position, is_open = "", 0, True
    while True:
        begin = _BLANKS.match(buffer, position).end()  # type: ignore[union-attr]
        outcome = _decode(buffer, begin)
        if is_open and outcome is None and len(buffer) - begin < MAX_ROW_BYTES:
            more = next(texts, None)
            is_open = more is not None
            buffer, position = buffer[position:] + (more or ""), 0
            continue
        if begin == len(buffer):
            return
        document, end = outcome or (_NOT_JSON, _end_of_line(buffer, begin))
        if end - begin > MAX_ROW_BYTES:
            document = _TOO_LARGE
        yield buffer[position:end], document
        position = end


def _decode(buffer: str, begin: int) -> tuple[Any, int] | None:
    """Decode the object or array that begins here; None where there is none, or not all of it."""
    if buffer[begin : begin + 1] not in ("{", "["):
        return None
    try:
        return _DECODER.raw_decode(buffer, begin)
    except (ValueError, RecursionError):
        return None


def _end_of_line(buffer: str, begin: int) -> int:
    end = buffer.find("\n", begin)
    return len(buffer) if end < 0 else end


def map_by_name(
    columns: Sequence[str], render: Sequence[Callable[[Any], str | None]], mapping: AutoMapping
) -> DocumentMapping:
    """Take each column from the key of its name; keys that name no column do not count."""
    pairs = list(zip(columns, render, strict=True))

    def take(document: Any) -> Sequence[str | None] | FieldError:
        if not isinstance(document, dict):
            return _NOT_AN_OBJECT
        if mapping.ignore_case:
            document = {key.lower(): value for key, value in document.items()}
        return [write(document.get(name)) for name, write in pairs]

    return take


def map_whole(render: Callable[[Any], str | None]) -> DocumentMapping:
    """Put each document into the one column there is."""
    return lambda document: [render(document)]


def map_by_path(
    paths: Sequence["JsonPath"], render: Sequence[Callable[[Any], str | None]]
) -> DocumentMapping:
    """Take each column from its path: an absent key is NULL, an absent array element an error."""
    pairs = list(zip(paths, render, strict=True))

    def take(document: Any) -> Sequence[str | None] | FieldError:
        try:
            return [write(_follow(document, path)) for path, write in pairs]
        except IndexError:
            return _OUT_OF_RANGE

    return take


JsonPath = tuple[str | int, ...]

_STEP = re.compile(r"\['((?:[^'\\]|\\.)*)'\]|\[([0-9]{1,9})\]|\.([^.\[\]'*?@()]+)")


def parse_json_paths(text: bytes) -> list[JsonPath] | None:
    """Read a JSONPaths file; None where its key is not `jsonpaths`, which means 'auto'.

    https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html#copy-json-jsonpaths
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise internal_error("Manifest file is not in correct json format", LOAD_CODE) from error
    if not isinstance(document, dict):
        raise internal_error("JSONPaths file must contain a single JSON object", LOAD_CODE)
    if "jsonpaths" not in document:
        return None
    expressions = document["jsonpaths"]
    if not isinstance(expressions, list):
        raise internal_error("JSONPaths file: 'jsonpaths' must be an array", LOAD_CODE)
    return [parse_json_path(expression) for expression in expressions]


def parse_json_path(expression: Any) -> JsonPath:
    """Read one path in bracket or dot notation; raises CopyError naming a malformed one."""
    if not isinstance(expression, str) or not expression.startswith("$"):
        raise _path_error(expression)
    steps: list[str | int] = []
    notations = set()
    position = 1
    while position < len(expression):
        match = _STEP.match(expression, position)
        if match is None:
            raise _path_error(expression)
        bracketed, index, dotted = match.groups()
        notations.add("index" if index else "dot" if dotted else "bracket")
        steps.append(int(index) if index else dotted or re.sub(r"\\(.)", r"\1", bracketed))
        position = match.end()
    if {"dot", "bracket"} <= notations:
        raise _path_error(expression)
    return tuple(steps)


def _path_error(expression: Any) -> Exception:
    return internal_error(f"Invalid JSONPath format: {expression!r} is not supported", LOAD_CODE)


def _follow(document: Any, path: JsonPath) -> Any:
    value = document
    for step in path:
        if isinstance(step, int):
            if not isinstance(value, list) or step >= len(value):
                raise IndexError(step)
            value = value[step]
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value


def render_text(value: Any) -> str | None:
    """Write a JSON value as the text of a column: nested values as JSON."""
    if value is None or type(value) is str:
        return value
    return value if isinstance(value, NumberText) else render_json(value)


def render_super(value: Any) -> str | None:
    """Write a JSON value as the JSON of a SUPER column; null stays the column's NULL."""
    return None if value is None else render_json(value)


def render_json(value: Any) -> str:
    """Serialize with the spacing that AWS's example of a nested value shows."""
    if isinstance(value, NumberText):
        return str(value)
    if isinstance(value, dict):
        members = (f"{_quote(key)}: {render_json(item)}" for key, item in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(render_json, value)) + "]"
    return _quote(value)


def _quote(value: str | bool | None) -> str:
    return json.dumps(value, ensure_ascii=False)
