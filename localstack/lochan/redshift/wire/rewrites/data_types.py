"""Type names: read as Redshift writes them, written so that PostgreSQL means the same.

With `pg_catalog` last on the search path a user's table that is called `date` or `text` would take
the type's place, so every type name that is not part of PostgreSQL's grammar is qualified.
"""

from dataclasses import dataclass

from lochan.redshift.wire.errors import NotSupported, SqlSyntaxError, WireError
from lochan.redshift.wire.sql.cursor import Cursor
from lochan.redshift.wire.sql.names import fragment
from lochan.redshift.wire.sql.tokens import Tokens
from lochan.types import UnknownType, column_arguments, find_redshift_type

# Types that are domains in the compatibility schema: PostgreSQL has none of that name.
_DOMAINS = ("super", "geometry", "geography", "hllsketch")
_QUALIFIED = {"date": "pg_catalog.date", "bytea": "pg_catalog.bytea"}

# https://docs.aws.amazon.com/redshift/latest/dg/c_unsupported-postgresql-datatypes.html
_UNSUPPORTED_WORDS = """
    bigserial bit bit_varying box bytea cidr circle inet int4range int8range json jsonb line
    lseg macaddr macaddr8 money name numrange path pg_lsn point polygon serial serial2 serial4
    serial8 smallserial tsquery tsrange tstzrange tsvector uuid xml
"""
UNSUPPORTED = frozenset(_UNSUPPORTED_WORDS.split())
_KNOWN_WORDS_WORDS = """
    bigint binary bool boolean bpchar char character date datetime dec decimal double float
    float4 float8 int int2 int4 int8 integer interval nchar numeric nvarchar real smallint text
    time timestamp timestamptz timetz varbinary varbyte varchar super geometry geography
    hllsketch
"""
_KNOWN_WORDS = frozenset(_KNOWN_WORDS_WORDS.split())
_SPELLINGS = {
    "dec": "decimal",
    "int": "integer",
    "nvarchar": "varchar",
    "datetime": "timestamp",
}


class UnsupportedType(NotSupported):
    """A type of PostgreSQL's that Redshift does not have."""

    def __init__(self, type_name: str) -> None:
        super().__init__(f'type "{type_name}" is not supported', hint="Use SUPER for nested data.")
        self.type_name = type_name


@dataclass(frozen=True)
class DataType:
    """A type as the statement names it: canonical words and the arguments as written."""

    name: str
    arguments: tuple[str, ...] = ()
    suffix: str = ""

    @property
    def text(self) -> str:
        """The type in Redshift's own spelling."""
        arguments = f"({','.join(self.arguments)})" if self.arguments else ""
        return f"{self.name}{arguments}{self.suffix}"


def sees_type(cursor: Cursor) -> bool:
    """Tell whether a type's name comes next."""
    token = cursor.peek()
    return token is not None and token.is_word(*_KNOWN_WORDS, *UNSUPPORTED)


def take_type(cursor: Cursor) -> DataType:
    """Read a type; raises NotSupported for PostgreSQL's own, SqlSyntaxError for others."""
    token = cursor.peek()
    if token is None or not token.is_name:
        raise cursor.error()
    word = token.value.lower()
    if word in UNSUPPORTED:
        raise UnsupportedType(word)
    if word not in _KNOWN_WORDS:
        raise WireError("42704", f'type "{word}" does not exist')
    cursor.take()
    name = _take_second_word(cursor, _SPELLINGS.get(word, word))
    arguments = _take_arguments(cursor)
    found = DataType(name, arguments, _take_suffix(cursor, name))
    if cursor.sees_symbol("["):
        raise UnsupportedType(f"{found.text}[]")
    return found


def _take_second_word(cursor: Cursor, word: str) -> str:
    if word == "double":
        cursor.expect("precision")
        return "double precision"
    if word in ("character", "char", "nchar") and cursor.accept("varying"):
        return "varchar"
    if word == "binary":
        cursor.expect("varying")
        return "varbyte"
    return word


def _take_arguments(cursor: Cursor) -> tuple[str, ...]:
    if not cursor.sees_symbol("("):
        return ()
    inside = cursor.take_parenthesised()
    return tuple(token.value for token in inside if not token.is_symbol(","))


def _take_suffix(cursor: Cursor, name: str) -> str:
    if name in ("time", "timestamp"):
        for words in (("with", "time", "zone"), ("without", "time", "zone")):
            if cursor.accept(*words):
                return " " + " ".join(words)
    if name == "interval":
        for qualifier in (("year", "to", "month"), ("day", "to", "second"), ("year",), ("month",)):
            if cursor.accept(*qualifier):
                return " " + " ".join(qualifier)
    return ""


def column_type(data_type: DataType) -> str:
    """Write the type of a table's column: lengths and precisions that Redshift defaults to."""
    if data_type.name in _DOMAINS:
        return f"rs.{data_type.name}"
    if data_type.name == "interval":
        return data_type.text
    arguments = _column_arguments(data_type)
    row = find_redshift_type(data_type.name + data_type.suffix)
    if row.postgres == "bytea":
        return "pg_catalog.bytea"
    written = f"({','.join(map(str, arguments))})" if arguments else ""
    return _QUALIFIED.get(row.postgres, row.postgres) + written


def column_length(data_type: DataType) -> tuple[str, int] | None:
    """Give the family and the bytes of a type whose values have a greatest length."""
    if data_type.name in _DOMAINS or data_type.name == "interval":
        return None
    families = {"character varying": "varchar", "character": "char", "varbyte": "varbyte"}
    family = families.get(find_redshift_type(data_type.name + data_type.suffix).redshift)
    return (family, _column_arguments(data_type)[0]) if family else None


def expression_type(data_type: DataType) -> Tokens:
    """Write the type of a cast, where a length is only what was written."""
    if data_type.name in _DOMAINS or data_type.name == "interval":
        return fragment(column_type(data_type))
    row = find_redshift_type(data_type.name + data_type.suffix)
    if row.redshift == "character varying" and (
        not data_type.arguments or data_type.name == "text"
    ):
        return fragment("character varying")
    if data_type.name == "bpchar" and not data_type.arguments:
        return fragment("pg_catalog.bpchar")
    return fragment(column_type(data_type))


def _column_arguments(data_type: DataType) -> tuple[int, ...]:
    try:
        return column_arguments(data_type.text)
    except UnknownType as error:
        raise SqlSyntaxError(str(error)) from error
