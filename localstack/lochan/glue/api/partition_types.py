"""The types that partition keys may have in a filter, and how text becomes a value of each.

Documented for GetPartitions: string, date, timestamp, int, bigint, long, tinyint, smallint and
decimal.
https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from lochan.glue.api.errors import InvalidInputException

Value = str | int | Decimal | date | datetime

# The value of a partition whose key was null when Hive wrote it.
HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"


_INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _parse_integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _parse_date(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise ValueError(text)  # Python reads 20261120 and 2026-W47-5, too
    return date.fromisoformat(text)


def _parse_decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not number.is_finite():
        raise ValueError(text)
    return number


def _parse_timestamp(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        raise ValueError(text)  # a Hive timestamp has no zone
    return moment


PARSERS: Mapping[str, Callable[[str], Value]] = {
    "string": str,
    "varchar": str,
    "char": str,
    "date": _parse_date,
    "timestamp": _parse_timestamp,
    "tinyint": _parse_integer,
    "smallint": _parse_integer,
    "int": _parse_integer,
    "bigint": _parse_integer,
    "long": _parse_integer,
    "decimal": _parse_decimal,
}
_TEXT_TYPES = ("string", "varchar", "char")


def find_parser(column: str, declared_type: str) -> Callable[[str], Value]:
    """Return the function that reads a value of a key's type, or refuse the type."""
    parser = PARSERS.get(_base_type(declared_type))
    if parser is None:
        raise InvalidInputException(
            f"Partition key {column} has the type {declared_type}, which a filter expression cannot"
            f" compare; it can compare {', '.join(PARSERS)}."
        )
    return parser


def is_text(declared_type: str) -> bool:
    """Tell whether LIKE applies to keys of this type."""
    return _base_type(declared_type) in _TEXT_TYPES


def read_value(column: str, declared_type: str, text: str) -> Value | None:
    """Return a partition's value of a key, None where it is Hive's null."""
    if text == HIVE_NULL:
        return None
    try:
        return find_parser(column, declared_type)(text)
    except ValueError as error:
        raise InvalidInputException(
            f"Partition value {text!r} of key {column} is not of its type {declared_type}."
        ) from error


def read_literal(column: str, declared_type: str, text: str) -> Value:
    """Return a literal of an expression as a value of the key that it is compared with."""
    try:
        return find_parser(column, declared_type)(text)
    except ValueError as error:
        raise InvalidInputException(
            f"{text!r} cannot be compared with partition key {column}: it is not of the type"
            f" {declared_type}."
        ) from error


def _base_type(declared_type: str) -> str:
    return re.sub(r"\s*\(.*\)$", "", declared_type.strip().lower())
