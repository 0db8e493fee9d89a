"""Columns of dates and times, 'auto' included.

'auto' recognises what a cast recognises, AWS says, so forms beyond ISO 8601 are put to
PostgreSQL's own date parser, which Redshift's descends from.
https://docs.aws.amazon.com/redshift/latest/dg/automatic-recognition.html
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow

from lochan.redshift.wire.backend_protocol import Backend
from lochan.redshift.wire.copy.datetimes import (
    make_date_parser,
    make_timestamp_parser,
    parse_iso,
    parse_time,
)
from lochan.redshift.wire.copy.errors import CellError, CopyError, CopySyntaxError, FieldError
from lochan.redshift.wire.copy.quoting import quote_literal
from lochan.redshift.wire.copy.statement import Conversions

_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_DATE_PATTERN = "^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$"
_TIMESTAMP_PATTERN = r"^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?$"

# Names are qualified: on the session's search_path a user's table may be called `date`.
_CASTS = {
    "date": "x::pg_catalog.date - '1970-01-01'::pg_catalog.date",
    "timestamp": "(extract(epoch FROM x::pg_catalog.timestamp) * 1000000)::pg_catalog.int8",
    "timestamptz": "(extract(epoch FROM x::pg_catalog.timestamptz) * 1000000)::pg_catalog.int8",
}
_ASK_SQL = """
SELECT CASE WHEN pg_catalog.pg_input_is_valid(x, {type}) THEN ({cast})::pg_catalog.text END
  FROM pg_catalog.unnest(ARRAY[{values}]::pg_catalog.text[]) WITH ORDINALITY AS texts(x, n)
 ORDER BY n
"""

Cells = tuple[list[Any], dict[int, FieldError]]


@dataclass(frozen=True)
class DateConverter:
    """One column's way with dates: values as numbers since 1970 in `storage`'s type."""

    convert: Callable[[list[str | None]], Cells]
    storage: pyarrow.DataType
    pattern: str | None


def make_date_converter(type_name: str, options: Conversions, backend: Backend) -> DateConverter:
    """Make the converter of a DATE, TIME, TIMESTAMP or TIMESTAMPTZ column."""
    try:
        parse = _make_parser(type_name, options)
    except CopySyntaxError as error:
        raise CopyError(error.sqlstate, error.message) from error
    storage = pyarrow.int32() if type_name == "date" else pyarrow.int64()
    pattern = _choose_pattern(type_name, options)
    if parse is not None:
        return DateConverter(_remember(parse), storage, pattern)
    return DateConverter(_Recognizer(type_name, backend).convert, storage, pattern)


def _choose_pattern(type_name: str, options: Conversions) -> str | None:
    if type_name == "date" and options.date_format in (None, "auto"):
        return _DATE_PATTERN
    if type_name in ("timestamp", "timestamptz") and options.time_format in (None, "auto"):
        return _TIMESTAMP_PATTERN
    return None


def _make_parser(type_name: str, options: Conversions) -> Callable[[str], int] | None:
    """Make the parser of one text; None for 'auto', which asks for many at once."""
    if type_name == "time":
        return lambda text: _time_number(parse_time(text))
    if type_name == "date":
        if options.date_format == "auto":
            return None
        parse_date = make_date_parser(options.date_format)
        return lambda text: _date_number(parse_date(text))
    if options.time_format == "auto":
        return None
    parse = make_timestamp_parser(options.time_format, with_zone=type_name == "timestamptz")
    return lambda text: _timestamp_number(parse(text))


def _remember(parse: Callable[[str], int]) -> Callable[[list[str | None]], Cells]:
    """Apply a parser to a column, once for each different text in it."""

    def convert(texts: list[str | None]) -> Cells:
        known = {text: _try(parse, text) for text in set(texts) if text is not None}
        return _lay_out(texts, known)

    return convert


def _try(parse: Callable[[str], int], text: str) -> int | FieldError:
    try:
        return parse(text)
    except CellError as failure:
        return failure.error


def _lay_out(texts: list[str | None], known: dict[str, int | FieldError]) -> Cells:
    cells = [None if text is None else known[text] for text in texts]
    errors = {index: cell for index, cell in enumerate(cells) if isinstance(cell, FieldError)}
    return [None if isinstance(cell, FieldError) else cell for cell in cells], errors


class _Recognizer:
    """'auto': ISO 8601 here, every other form by PostgreSQL over a side connection."""

    def __init__(self, type_name: str, backend: Backend) -> None:
        self._type_name = type_name
        self._backend = backend
        self._is_date = type_name == "date"
        code, what = (1205, "Date Format") if self._is_date else (1206, "timestamp format or value")
        self._invalid = FieldError(code, f"Invalid {what} [auto]")

    def convert(self, texts: list[str | None]) -> Cells:
        distinct = {text for text in texts if text is not None}
        known: dict[str, int | FieldError] = {}
        unusual = []
        for text in distinct:
            number = _try(self._parse_iso, text)
            if number == _UNUSUAL:
                unusual.append(text)
            else:
                known[text] = number
        return _lay_out(texts, known | self._ask(unusual))

    def _parse_iso(self, text: str) -> int:
        moment = parse_iso(text, with_zone=self._type_name == "timestamptz")
        if moment is None:
            return _UNUSUAL
        return _date_number(moment.date()) if self._is_date else _timestamp_number(moment)

    def _ask(self, texts: list[str]) -> dict[str, int | FieldError]:
        # Words such as 'now' and 'infinity' are input to PostgreSQL alone; dates have digits.
        asked = [text for text in texts if any(map(str.isdigit, text)) and text.isascii()]
        asked = [text for text in asked if "\0" not in text]
        known: dict[str, int | FieldError] = dict.fromkeys(texts, self._invalid)
        if not asked:
            return known
        sql = _ASK_SQL.format(
            type=quote_literal(f"pg_catalog.{self._type_name}"),
            cast=_CASTS[self._type_name],
            values=",".join(map(quote_literal, asked)),
        )
        with self._backend.side_connection() as side:
            answers = side.execute(sql)
        for text, (answer,) in zip(asked, answers, strict=True):
            if answer is not None:
                known[text] = int(answer)
        return known


_UNUSUAL = -(2**63)  # no timestamp: PostgreSQL's own -infinity


def _date_number(value: date) -> int:
    return value.toordinal() - _EPOCH.toordinal()


def _timestamp_number(value: datetime) -> int:
    return (value - _EPOCH) // _MICROSECOND


def _time_number(value: time) -> int:
    return _timestamp_number(datetime.combine(_EPOCH, value))
