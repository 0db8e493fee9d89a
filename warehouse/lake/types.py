"""Types of columns: read from text, made from the catalog's types, and widened.

https://docs.aws.amazon.com/redshift/latest/dg/c_Supported_data_types.html
https://docs.aws.amazon.com/athena/latest/ug/data-types.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_VARCHAR = 65535
LONGEST_CHAR = 4096
MOST_DIGITS = 38
# A text column of a new table; it is made wider as soon as the data need it.
FIRST_VARCHAR = 256
# A number, a date or a truth value written as text needs no more.
SCALAR_TEXT = 64

_TYPE = re.compile(
    r"([a-z][a-z0-9 ]*?)\s*(?:\(\s*(\d+|max)\s*(?:,\s*(\d+)\s*)?\))?( \w+ time zone)?"
)
_ALIASES = {
    "int2": "smallint",
    "int": "integer",
    "int4": "integer",
    "int8": "bigint",
    "numeric": "decimal",
    "float4": "real",
    "float": "double precision",
    "float8": "double precision",
    "double": "double precision",
    "bool": "boolean",
    "character": "char",
    "nchar": "char",
    "bpchar": "char",
    "character varying": "varchar",
    "nvarchar": "varchar",
    "text": "varchar",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "binary varying": "varbyte",
    "varbinary": "varbyte",
}
_PLAIN = frozenset(
    {"smallint", "integer", "bigint", "real", "double precision", "boolean", "date", "timestamp"}
    | {"timestamptz", "super"}
)
_INTEGER_DIGITS = {"smallint": 5, "integer": 10, "bigint": 19}
_FLOATS = ("real", "double precision")
_GLUE = {
    "boolean": "boolean",
    "tinyint": "smallint",
    "smallint": "smallint",
    "int": "integer",
    "integer": "integer",
    "bigint": "bigint",
    "long": "bigint",
    "float": "real",
    "double": "double precision",
    "string": "varchar",
    "char": "varchar",
    "varchar": "varchar",
    "date": "date",
    "timestamp": "timestamp",
    "binary": "varbyte",
}


class UnusableType(ValueError):
    """A text names no type that a column can be given; the message says what can."""


@dataclass(frozen=True)
class RedshiftType:
    """A type by Redshift's shortest name, with its length or its precision and scale."""

    name: str
    arguments: tuple[int, ...] = ()

    def __str__(self) -> str:
        """Write the type as a statement has it."""
        written = ",".join(map(str, self.arguments))
        return f"{self.name.upper()}({written})" if written else self.name.upper()

    @property
    def is_text(self) -> bool:
        """Whether its length can grow with the data."""
        return self.name == "varchar"


SUPER = RedshiftType("super")
BIGINT = RedshiftType("bigint")


def varchar(length: int) -> RedshiftType:
    """Name a text type by the bytes that it holds."""
    return RedshiftType("varchar", (length,))


def parse_type(text: str) -> RedshiftType:
    """Read a Redshift type as people and as its catalog write it; raises UnusableType."""
    match = _TYPE.fullmatch(" ".join(text.lower().split()))
    if match is None:
        raise _unusable(text)
    base = match[1] + (match[4] or "")
    name = _ALIASES.get(base, base)
    length = LONGEST_VARCHAR if match[2] == "max" else int(match[2] or 0)
    if name in _PLAIN and not (match[2] and name != "timestamp"):
        return RedshiftType(name)
    if name == "decimal":
        return _decimal(text, length or 18, int(match[3] or 0))
    if name in ("varchar", "char", "varbyte") and match[3] is None:
        return _sized(text, name, length)
    raise _unusable(text)


def type_of_catalog(glue_type: str) -> RedshiftType:
    """Give the type that holds a catalog type's values; arrays and maps become SUPER.

    A struct is no value but several: flatten it first. Raises UnusableType.
    """
    base, _, rest = glue_type.strip().lower().partition("(")
    if base.startswith(("array<", "map<")):
        return SUPER
    if base == "decimal":
        precision, scale = (*map(int, rest.rstrip(")").split(",")), 0)[:2] if rest else (10, 0)
        return _decimal(glue_type, precision, scale)
    if base not in _GLUE:
        raise UnusableType(
            f"The catalog's type {glue_type!r} has no counterpart in Redshift: leave the field "
            "out, or map it to VARCHAR."
        )
    name = _GLUE[base]
    if name == "varbyte":
        return RedshiftType(name, (64000,))
    return varchar(FIRST_VARCHAR) if name == "varchar" else RedshiftType(name)


def widen(present: RedshiftType, wanted: RedshiftType) -> RedshiftType | None:
    """Give the narrowest type that holds a column's values and the wanted type's; None without one.

    A text column holds anything, as text; nothing else becomes text by itself.
    """
    if present == wanted:
        return present
    if present.is_text:
        return _widen_text(present, wanted)
    if {present.name, wanted.name} == {"date", "timestamp"}:
        return RedshiftType("timestamp")
    if present.name == wanted.name == "varbyte":
        return max(present, wanted, key=lambda one: one.arguments)
    if present.name == "char" and wanted.name in ("char", "varchar"):
        return _widen_char(present, wanted)
    return _widen_number(present, wanted)


def _widen_text(present: RedshiftType, wanted: RedshiftType) -> RedshiftType:
    if wanted.name in ("varchar", "char"):
        return varchar(max(present.arguments[0], wanted.arguments[0]))
    if wanted.name in ("super", "varbyte"):
        return present
    return varchar(max(present.arguments[0], SCALAR_TEXT))


def _widen_char(present: RedshiftType, wanted: RedshiftType) -> RedshiftType:
    if wanted.name == "char" and wanted.arguments <= present.arguments:
        return present
    return varchar(max(present.arguments[0], wanted.arguments[0]))


def _widen_number(present: RedshiftType, wanted: RedshiftType) -> RedshiftType | None:
    names = {present.name, wanted.name}
    if names <= set(_INTEGER_DIGITS):
        return max(present, wanted, key=lambda one: _INTEGER_DIGITS[one.name])
    if names <= {*_INTEGER_DIGITS, "decimal"}:
        return _widen_decimal(present, wanted)
    if names <= {*_INTEGER_DIGITS, *_FLOATS}:
        return RedshiftType("real" if names <= {"smallint", "real"} else "double precision")
    return None


def _widen_decimal(present: RedshiftType, wanted: RedshiftType) -> RedshiftType | None:
    whole, scale = (max(parts) for parts in zip(_digits(present), _digits(wanted), strict=True))
    return RedshiftType("decimal", (whole + scale, scale)) if whole + scale <= MOST_DIGITS else None


def _digits(one: RedshiftType) -> tuple[int, int]:
    """Count the digits before and after the point."""
    if one.name == "decimal":
        precision, scale = one.arguments
        return precision - scale, scale
    return _INTEGER_DIGITS[one.name], 0


def round_up_length(length: int) -> int:
    """Give a column room to grow: the next power of two from 256 on, at most Redshift's limit."""
    roomy = FIRST_VARCHAR
    while roomy < length:
        roomy *= 2
    return min(roomy, LONGEST_VARCHAR)


def _decimal(text: str, precision: int, scale: int) -> RedshiftType:
    if not (1 <= precision <= MOST_DIGITS and 0 <= scale <= precision):
        raise UnusableType(
            f"{text!r} is no DECIMAL of Redshift: it has 1 to {MOST_DIGITS} digits, and no more of "
            "them behind the point."
        )
    return RedshiftType("decimal", (precision, scale))


def _sized(text: str, name: str, length: int) -> RedshiftType:
    default = {"varchar": FIRST_VARCHAR, "char": 1, "varbyte": 64000}[name]
    most = {"varchar": LONGEST_VARCHAR, "char": LONGEST_CHAR, "varbyte": 1024000}[name]
    if length > most or (length == 0 and "(" in text):
        raise UnusableType(f"{text!r} has no length that Redshift allows: 1 to {most} bytes.")
    return RedshiftType(name, (length or default,))


def _unusable(text: str) -> UnusableType:
    return UnusableType(
        f"{text!r} is no type that a column can be given: SMALLINT, INTEGER, BIGINT, "
        "DECIMAL(precision,scale), REAL, DOUBLE PRECISION, BOOLEAN, CHAR(n), VARCHAR(n), DATE, "
        "TIMESTAMP, TIMESTAMPTZ, VARBYTE(n) or SUPER."
    )
