"""Errors and notices as Redshift words them.

PostgreSQL's own texts are kept wherever Redshift, which descends from it, has the same ones.
"""

import re
from collections.abc import Callable, Mapping

from lochan.redshift.wire.errors import WireError
from lochan.redshift.wire.messages.answers import ErrorResponse, NoticeResponse

_POSITIONS = ("P", "p", "q")
# What only a client of PostgreSQL 9.3 and newer knows, or what names our source of the error.
_INTERNAL = ("V", "F", "L", "R")

# A byte length is a CHECK constraint whose name tells the type: see rewrites/columns.py.
_LENGTH_CHECK = re.compile(r"(varchar|char|varbyte)\((\d+)\)\$")
_SYSTEM_VIEW = re.compile(r'relation "(?:rs\.|pg_catalog\.)?((?:stl|stv|svcs|svl|svv|sys)_\w+)"')
_LENGTH_TYPES = {
    "varchar": "character varying",
    "char": "character",
    "varbyte": "binary varying",
}

Fields = dict[str, str]


def error_response(error: WireError) -> ErrorResponse:
    """Write an error of the stand-in."""
    fields = {"S": "ERROR", "C": error.sqlstate, "M": error.message}
    if error.detail:
        fields["D"] = error.detail
    if error.hint:
        fields["H"] = error.hint
    return ErrorResponse(fields)


def fatal_response(error: WireError) -> ErrorResponse:
    """Write an error that ends the connection."""
    return ErrorResponse({**error_response(error).fields, "S": "FATAL"})


def information(message: str) -> NoticeResponse:
    """Write a notice of the severity that Redshift gives its reports on loads."""
    return NoticeResponse({"S": "INFO", "C": "00000", "M": message.removeprefix("INFO: ").strip()})


def translate_error(error: ErrorResponse, *, changed: bool = False) -> ErrorResponse:
    """Word PostgreSQL's error as Redshift does.

    `changed` drops positions, which count characters of a text that the client never wrote.
    """
    hidden = (*_INTERNAL, *_POSITIONS) if changed else _INTERNAL
    fields = {name: value for name, value in error.fields.items() if name not in hidden}
    translate = _TRANSLATIONS.get(fields.get("C", ""))
    return ErrorResponse(translate(fields) if translate else fields)


def _serialization_failure(fields: Fields) -> Fields:
    """Give Redshift's error 1023.

    https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation-serializable-isolation-troubleshooting.html
    """
    return {
        **fields,
        "C": "XX000",
        "M": "1023",
        "D": f"Serializable isolation violation on table in Redshift: {fields['M']}",
        "H": "The transaction might succeed if retried.",
    }


def _check_violation(fields: Fields) -> Fields:
    """Give the error of a value that has more bytes than its column.

    https://docs.aws.amazon.com/redshift/latest/dg/r_Character_types.html
    """
    match = _LENGTH_CHECK.match(fields.get("n", ""))
    if match is None:
        return fields
    message = f"value too long for type {_LENGTH_TYPES[match[1]]}({match[2]})"
    return {"S": fields["S"], "C": "22001", "M": message}


def _cardinality_violation(fields: Fields) -> Fields:
    """Give MERGE's error for a target row that several source rows match.

    https://docs.aws.amazon.com/redshift/latest/dg/r_MERGE.html
    """
    if not fields["M"].startswith("MERGE command cannot affect row a second time"):
        return fields
    message = "Found multiple matches to update the same tuple."
    return {"S": fields["S"], "C": "XX000", "M": message}


def _undefined_table(fields: Fields) -> Fields:
    """Name a system view that Redshift has and the stand-in has not.

    https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_system-tables.html
    """
    match = _SYSTEM_VIEW.search(fields["M"])
    if match is None:
        return fields
    message = f"{fields['M']}; as a system view {match[1]} is not supported by this stand-in"
    return {**fields, "M": message}


_TRANSLATIONS: Mapping[str, Callable[[Fields], Fields]] = {
    "40001": _serialization_failure,
    "23514": _check_violation,
    "21000": _cardinality_violation,
    "42P01": _undefined_table,
}
