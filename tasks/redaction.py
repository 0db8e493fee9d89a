"""Secrets that this process has read, hidden in whatever it logs from then on.

Prefect hides its API key in the messages of its own loggers, and not in tracebacks. Here records
are rewritten where they are made, so that every handler of every library gets them rewritten.
https://docs.python.org/3/library/logging.html#logging.setLogRecordFactory
"""

from __future__ import annotations

import html
import json
import logging
import re
from collections.abc import Callable, Iterable
from functools import partial
from threading import Lock
from typing import Any
from urllib.parse import quote, quote_plus

from prefect.settings import PREFECT_API_KEY

MASK = "***"
# What libraries do to a text before they show it: JSON, URLs, repr(), SQL, HTML.
_ENCODINGS: tuple[Callable[[str], str], ...] = (
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    lambda text: repr(text)[1:-1],
    lambda text: text.replace("'", "''"),
    partial(quote, safe=""),
    quote,
    quote_plus,
    lambda text: re.sub("%[0-9A-F]{2}", lambda byte: byte[0].lower(), quote(text, safe="")),
    html.escape,
)
# JSON in JSON, a URL in a repr(): nobody goes further.
_DEPTH = 2

RecordFactory = Callable[..., logging.LogRecord]


class _Hidden:
    """The values to hide, as one pattern of every form in which they may be written."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._forms: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None

    def add(self, values: Iterable[str]) -> None:
        with self._lock:
            forms = self._forms.union(*map(_find_forms, filter(None, values)))
            if forms != self._forms:
                longest_first = sorted(forms, key=len, reverse=True)
                self._forms = forms
                self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def redact(self, text: str) -> str:
        return self._pattern.sub(MASK, text) if self._pattern else text


_HIDDEN = _Hidden()


def hide(*values: str) -> None:
    """Write *** for these values, and Prefect's API key, in all that is logged from now on."""
    _HIDDEN.add((*values, PREFECT_API_KEY.value() or ""))
    make = logging.getLogRecordFactory()
    if not (isinstance(make, partial) and make.func is _make_record):
        logging.setLogRecordFactory(partial(_make_record, make))


def redact(text: str) -> str:
    """Write *** for each hidden value in a text, however it is escaped there."""
    return _HIDDEN.redact(text)


def _make_record(make: RecordFactory, *args: Any, **kwargs: Any) -> logging.LogRecord:
    record = make(*args, **kwargs)
    message = _format(record)
    if redact(message) != message:
        record.msg, record.args = redact(message), None
    if record.stack_info:
        record.stack_info = redact(record.stack_info)
    if record.exc_info:
        _redact_traceback(record)
    return record


def _format(record: logging.LogRecord) -> str:
    """Format a message; a handler would show one that cannot be formatted with its arguments."""
    try:
        return record.getMessage()
    except Exception as error:
        record.msg = f"A log message that cannot be formatted ({error!r}): {record.msg!r}"
        record.args = None
        return record.msg


def _redact_traceback(record: logging.LogRecord) -> None:
    """Keep a traceback that has a hidden value as text: the exception itself would show it."""
    assert record.exc_info is not None
    text = logging.Formatter().formatException(record.exc_info)
    if redact(text) != text:
        record.exc_info, record.exc_text = None, redact(text)


def _find_forms(value: str) -> set[str]:
    forms = {value}
    for _ in range(_DEPTH):
        forms |= {encode(form) for encode in _ENCODINGS for form in forms}
    return forms
