"""The one type table: how Spark, Glue, Redshift and PostgreSQL name the same type.

A row holds for one Redshift type the names that the other systems give it and PostgreSQL's type
OID, which drivers see in a RowDescription. Lookups take a type as people write it, with its
arguments, and keep the arguments where the other system has them.

https://docs.aws.amazon.com/redshift/latest/dg/c_Supported_data_types.html
https://docs.aws.amazon.com/athena/latest/ug/data-types.html
https://spark.apache.org/docs/3.5.6/sql-ref-datatypes.html
https://www.postgresql.org/docs/18/datatype.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

REDSHIFT_DEFAULT_VARCHAR_BYTES = 256
REDSHIFT_MAX_VARCHAR_BYTES = 65535
REDSHIFT_MAX_CHAR_BYTES = 4096
REDSHIFT_DEFAULT_DECIMAL = (18, 0)

Key = TypeVar("Key", int, str)
_TYPE = re.compile(r"([^()<>]*)(?:\(([^()]*)\)([a-z ]*))?")


class UnknownType(ValueError):
    """A type that the table does not hold."""


@dataclass(frozen=True)
class TypeRow:
    """One type under the names that each system knows it by.

    `arguments` tells how many arguments the type can have: 0, 1 (a length) or 2 (precision and
    scale). `spark` and `glue` are empty where the system has no such type.
    """

    redshift: str
    postgres: str
    oid: int
    spark: str = ""
    glue: str = ""
    aliases: tuple[str, ...] = ()
    arguments: int = 0


TYPES: tuple[TypeRow, ...] = (
    TypeRow("smallint", "smallint", 21, "smallint", "smallint", ("int2",)),
    TypeRow("integer", "integer", 23, "int", "int", ("int", "int4")),
    TypeRow("bigint", "bigint", 20, "bigint", "bigint", ("int8",)),
    TypeRow("decimal", "numeric", 1700, "decimal", "decimal", ("numeric",), arguments=2),
    TypeRow("real", "real", 700, "float", "float", ("float4",)),
    TypeRow("double precision", "double precision", 701, "double", "double", ("float8", "float")),
    TypeRow("boolean", "boolean", 16, "boolean", "boolean", ("bool",)),
    TypeRow(
        "character",
        "character",
        1042,
        "char",
        "char",
        ("char", "nchar", "bpchar"),
        arguments=1,
    ),
    TypeRow(
        "character varying",
        "character varying",
        1043,
        "string",
        "string",
        ("varchar", "nvarchar", "text"),
        arguments=1,
    ),
    TypeRow("date", "date", 1082, "date", "date"),
    TypeRow("time", "time without time zone", 1083, aliases=("time without time zone",)),
    TypeRow("timetz", "time with time zone", 1266, aliases=("time with time zone",)),
    TypeRow(
        "timestamp",
        "timestamp without time zone",
        1114,
        "timestamp_ntz",
        "timestamp",
        ("timestamp without time zone", "datetime"),
    ),
    TypeRow(
        "timestamptz",
        "timestamp with time zone",
        1184,
        "timestamp",
        "",
        ("timestamp with time zone",),
    ),
    TypeRow("interval", "interval", 1186, "interval", ""),
    TypeRow(
        "varbyte",
        "bytea",
        17,
        "binary",
        "binary",
        ("varbinary", "binary varying"),
        arguments=1,
    ),
    TypeRow("super", "jsonb", 3802),
)

_BY_REDSHIFT = {name: row for row in TYPES for name in (row.redshift, *row.aliases)}
_BY_POSTGRES = {row.postgres: row for row in TYPES}
_BY_OID = {row.oid: row for row in TYPES}
_BY_SPARK = {row.spark: row for row in TYPES if row.spark}
_BY_GLUE = {row.glue: row for row in TYPES if row.glue}

# Other spellings of the same type, and types that become a wider one.
_SPARK_NAMES = {
    "byte": "smallint",
    "tinyint": "smallint",
    "short": "smallint",
    "integer": "int",
    "long": "bigint",
    "numeric": "decimal",
    "varchar": "string",
}
_GLUE_NAMES = {"tinyint": "smallint", "integer": "int", "varchar": "string", "long": "bigint"}
_NESTED = ("array", "struct", "map")


def find_redshift_type(name: str) -> TypeRow:
    """Find the row of a Redshift type as people write it: `VARCHAR(20)`, `INT8`, `NUMERIC`."""
    return _find(_BY_REDSHIFT, _base_name(name), "Redshift", name)


def find_oid(oid: int) -> TypeRow:
    """Find the row of a PostgreSQL type's OID."""
    if oid == 25:  # text, which expressions have and Redshift calls character varying
        return _BY_REDSHIFT["text"]
    return _find(_BY_OID, oid, "PostgreSQL OID", str(oid))


def find_postgres_type(name: str) -> TypeRow:
    """Find the row of a type as PostgreSQL writes it: `character varying(20)`, `bytea`."""
    base = _base_name(name)
    return _BY_POSTGRES.get(base) or _find(_BY_REDSHIFT, base, "PostgreSQL", name)


def redshift_to_postgres(name: str) -> str:
    """Name PostgreSQL's type with the arguments that Redshift would give it in a table."""
    row = find_redshift_type(name)
    arguments = column_arguments(name)
    if row.redshift in ("varbyte", "super") or not arguments:
        return row.postgres
    return f"{row.postgres}({','.join(map(str, arguments))})"


def redshift_to_spark(name: str) -> str:
    """Name the Spark SQL type that holds a Redshift type's values."""
    return _with_decimal(find_redshift_type(name), name, "spark")


def redshift_to_glue(name: str) -> str:
    """Name the Glue type that holds a Redshift type's values."""
    return _with_decimal(find_redshift_type(name), name, "glue")


def spark_to_redshift(name: str) -> str:
    """Name the Redshift type that holds a Spark SQL type's values; nested types become SUPER."""
    return _to_redshift(name, _BY_SPARK, _SPARK_NAMES, "Spark")


def glue_to_redshift(name: str) -> str:
    """Name the Redshift type that holds a Glue type's values; nested types become SUPER."""
    return _to_redshift(name, _BY_GLUE, _GLUE_NAMES, "Glue")


def column_arguments(name: str) -> tuple[int, ...]:
    """Give a type's arguments as a Redshift column has them, defaults included.

    `VARCHAR` and `TEXT` have 256 bytes, `VARCHAR(MAX)` 65535, `CHAR` 1, `BPCHAR` 256 and
    `DECIMAL` (18,0). https://docs.aws.amazon.com/redshift/latest/dg/r_Character_types.html
    """
    row = find_redshift_type(name)
    written = _written_arguments(name)
    if row.arguments == 0:
        return ()
    if row.arguments == 2:
        return (*written, 0)[:2] if written else REDSHIFT_DEFAULT_DECIMAL
    if not written:
        return (_default_length(_base_name(name)),)
    return _check_length(name, row, written[0])


def _default_length(base_name: str) -> int:
    if base_name in ("char", "character", "nchar"):
        return 1
    if base_name in ("varbyte", "varbinary", "binary varying"):
        return 64000
    return REDSHIFT_DEFAULT_VARCHAR_BYTES


def _check_length(name: str, row: TypeRow, length: int) -> tuple[int, ...]:
    limits = {"character": REDSHIFT_MAX_CHAR_BYTES, "character varying": REDSHIFT_MAX_VARCHAR_BYTES}
    limit = limits.get(row.redshift, 16_777_216)
    if _base_name(name) == "text":
        return (REDSHIFT_DEFAULT_VARCHAR_BYTES,)
    if not 1 <= length <= limit:
        raise UnknownType(f"length for type {row.redshift} must be between 1 and {limit}: {name}")
    return (length,)


def _to_redshift(
    name: str, rows: dict[str, TypeRow], other_names: dict[str, str], system: str
) -> str:
    base = _base_name(name)
    if base.startswith(_NESTED):
        return "super"
    row = _find(rows, other_names.get(base, base), system, name)
    if row.redshift == "character varying":
        length = (*_written_arguments(name), REDSHIFT_MAX_VARCHAR_BYTES)[0]
        return f"varchar({min(length, REDSHIFT_MAX_VARCHAR_BYTES)})"
    if row.arguments and (arguments := _written_arguments(name)):
        return f"{row.redshift}({','.join(map(str, arguments))})"
    return "decimal(10,0)" if row.redshift == "decimal" else row.redshift


def _with_decimal(row: TypeRow, name: str, system: str) -> str:
    other: str = getattr(row, system)
    if not other:
        raise UnknownType(f"{system} has no type for Redshift's {name}: cast the column first.")
    if other in ("decimal", "char"):
        return f"{other}({','.join(map(str, column_arguments(name)))})"
    return other


def _find(rows: dict[Key, TypeRow], key: Key, system: str, name: str) -> TypeRow:
    row = rows.get(key)
    if row is None:
        raise UnknownType(f"{system} type {name} is not in the type table.")
    return row


def _base_name(name: str) -> str:
    match = _TYPE.fullmatch(name.lower())
    if match is None:
        return name.strip().lower()
    words = f"{match[1]} {match[3] or ''}".split()
    return " ".join(words)


def _written_arguments(name: str) -> tuple[int, ...]:
    match = _TYPE.fullmatch(name.lower())
    if match is None or not match[2]:
        return ()
    return tuple(_read_arguments(match[2], name))


def _read_arguments(text: str, name: str) -> Iterator[int]:
    for argument in text.split(","):
        if argument.strip() == "max":
            yield REDSHIFT_MAX_VARCHAR_BYTES
        elif argument.strip().isdecimal() and len(argument) <= 19:
            yield int(argument)
        else:
            raise UnknownType(f"{argument.strip()!r} is no length or precision in the type {name}.")
