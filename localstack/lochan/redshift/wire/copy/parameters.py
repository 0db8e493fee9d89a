"""The parameters of COPY: how each is read, and with which formats it goes.

https://docs.aws.amazon.com/redshift/latest/dg/r_COPY-alphabetical-parm-list.html
"""

import re
from collections.abc import Callable, Mapping

from lochan.redshift.wire.copy import authorization
from lochan.redshift.wire.copy.errors import (
    FEATURE_NOT_SUPPORTED,
    INTERNAL_ERROR,
    INVALID_PARAMETER_VALUE,
    SYNTAX_ERROR,
    CopySyntaxError,
    refuse,
)
from lochan.redshift.wire.copy.locations import parse_location
from lochan.redshift.wire.copy.statement import (
    AutoMapping,
    Csv,
    DelimitedText,
    Format,
    Json,
    JsonPathsFile,
    Parquet,
    WholeDocument,
)
from lochan.redshift.wire.copy.tokens import TokenKind, TokenReader

MAX_ERRORS = 100_000
_ENCODINGS = ("UTF8", "UTF16", "UTF16LE", "UTF16BE")
_BOOLEANS = ("ON", "TRUE", "OFF", "FALSE")
_ESCAPED_CHARACTERS = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}
_OCTAL = re.compile(r"\\([0-7]{1,3})")


def _read_flag(_reader: TokenReader) -> bool:
    return True


def _read_text(reader: TokenReader) -> str:
    reader.take_keyword("AS")
    return reader.expect_string()


def _read_number(reader: TokenReader) -> int:
    reader.take_keyword("AS")
    return reader.expect_number()


def _read_switch(reader: TokenReader) -> bool:
    return reader.take_keyword(*_BOOLEANS) not in ("OFF", "FALSE")


def _read_compression_update(reader: TokenReader) -> bool:
    return reader.take_keyword("PRESET") is not None or _read_switch(reader)


def _read_encoding(reader: TokenReader) -> str:
    reader.take_keyword("AS")
    token = reader.take()
    if token.kind not in (TokenKind.WORD, TokenKind.STRING):
        raise reader.error()
    encoding = token.text.upper().replace("-", "")
    if encoding not in _ENCODINGS:
        raise CopySyntaxError(
            INVALID_PARAMETER_VALUE,
            f"ENCODING {token.text} is not supported. Valid values are {', '.join(_ENCODINGS)}",
        )
    return encoding


def _read_replacement(reader: TokenReader) -> str:
    reader.take_keyword("AS")
    if reader.current.kind is not TokenKind.STRING:
        return "?"
    text = reader.expect_string()
    if len(text) != 1 or not text.isascii() or text == "\0":
        raise CopySyntaxError(
            INVALID_PARAMETER_VALUE, "ACCEPTINVCHARS replacement must be a single ASCII character"
        )
    return text


def _read_character(reader: TokenReader) -> str:
    """Read a DELIMITER or QUOTE: one ASCII character, `\\t` and octal `\\ddd` included."""
    text = _read_text(reader)
    octal = _OCTAL.fullmatch(text)
    character = chr(int(octal[1], 8)) if octal else _ESCAPED_CHARACTERS.get(text, text)
    if len(character) != 1 or not character.isascii() or character in "\0\r\n":
        raise CopySyntaxError(
            INVALID_PARAMETER_VALUE, "COPY delimiter and quote must be a single ASCII character"
        )
    return character


def _read_null(reader: TokenReader) -> str:
    text = _read_text(reader)
    if text in ("\\0", "\\000"):
        return "\0"
    return "\\N" if text == "\\\\N" else text


def _read_max_errors(reader: TokenReader) -> int:
    number = _read_number(reader)
    if not 0 <= number <= MAX_ERRORS:
        raise CopySyntaxError(
            INVALID_PARAMETER_VALUE, f"MAXERROR must be between 0 and {MAX_ERRORS}"
        )
    return number


def _read_count(reader: TokenReader) -> int:
    number = _read_number(reader)
    if number < 0:
        raise CopySyntaxError(INVALID_PARAMETER_VALUE, "IGNOREHEADER must not be negative")
    return number


def _read_json(reader: TokenReader) -> Json:
    reader.take_keyword("AS")
    if reader.current.kind is not TokenKind.STRING:
        return Json()
    text = reader.expect_string()
    mappings: dict[str, AutoMapping | WholeDocument] = {
        "auto": AutoMapping(),
        "auto ignorecase": AutoMapping(ignore_case=True),
        "noshred": WholeDocument(),
    }
    if text.lower() in mappings:
        return Json(mappings[text.lower()])
    if not text.lower().startswith("s3://"):
        raise CopySyntaxError(
            INTERNAL_ERROR,
            f"'{text}' is not a valid JSON option: use 'auto', 'auto ignorecase', 'noshred' "
            "or 's3://jsonpaths_file'",
        )
    return Json(JsonPathsFile(parse_location(text)))


def _read_parquet(reader: TokenReader) -> Parquet:
    return Parquet(serialize_to_json=reader.take_keyword("SERIALIZETOJSON") is not None)


UNSUPPORTED_FORMATS = frozenset(
    {"AVRO", "ORC", "FIXEDWIDTH", "SHAPEFILE", "RCFILE", "SEQUENCEFILE", "TEXTFILE"}
)

FORMATS: Mapping[str, Callable[[TokenReader], Format]] = {
    "CSV": lambda _reader: Csv(),
    "JSON": _read_json,
    "PARQUET": _read_parquet,
}


def read_format(reader: TokenReader) -> Format:
    """Read what follows FORMAT: `[AS] name [argument]`."""
    reader.take_keyword("AS")
    if name := reader.take_keyword(*UNSUPPORTED_FORMATS):
        raise refuse(f"COPY FORMAT {name} is not supported by this Redshift stand-in")
    name = reader.take_keyword(*FORMATS)
    if name is None:
        raise reader.error()
    return FORMATS[name](reader)


PARAMETERS: Mapping[str, Callable[[TokenReader], object]] = {
    "ACCEPTANYDATE": _read_flag,
    "ACCEPTINVCHARS": _read_replacement,
    "ACCESS_KEY_ID": _read_text,
    "BLANKSASNULL": _read_flag,
    "BZIP2": _read_flag,
    "COMPROWS": _read_number,
    "COMPUPDATE": _read_compression_update,
    "CREDENTIALS": authorization.read_credentials,
    "DATEFORMAT": _read_text,
    "DELIMITER": _read_character,
    "EMPTYASNULL": _read_flag,
    "ENCODING": _read_encoding,
    "ESCAPE": _read_flag,
    "EXPLICIT_IDS": _read_flag,
    "FILLRECORD": _read_flag,
    "FORMAT": read_format,
    "GZIP": _read_flag,
    "IAM_ROLE": authorization.read_iam_role,
    "IGNOREALLERRORS": _read_flag,
    "IGNOREBLANKLINES": _read_flag,
    "IGNOREHEADER": _read_count,
    "MANIFEST": _read_flag,
    "MAXERROR": _read_max_errors,
    "NOLOAD": _read_flag,
    "NULL": _read_null,
    "QUOTE": _read_character,
    "REGION": _read_text,
    "REMOVEQUOTES": _read_flag,
    "ROUNDEC": _read_flag,
    "SECRET_ACCESS_KEY": _read_text,
    "SESSION_TOKEN": _read_text,
    "STATUPDATE": _read_switch,
    "TIMEFORMAT": _read_text,
    "TRIMBLANKS": _read_flag,
    "TRUNCATECOLUMNS": _read_flag,
    "ZSTD": _read_flag,
}

UNSUPPORTED_PARAMETERS = frozenset(
    {"ENCRYPTED", "JOB", "LZOP", "MASTER_SYMMETRIC_KEY", "READRATIO", "SSH", "TEMPLATE", "USING"}
)

# https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-columnar.html
_PARQUET_PARAMETERS = authorization.PARAMETERS | {
    "ACCEPTINVCHARS",
    "EXPLICIT_IDS",
    "FILLRECORD",
    "FORMAT",
    "MANIFEST",
    "STATUPDATE",
}
_INCOMPATIBLE: Mapping[type, tuple[str, ...]] = {
    DelimitedText: ("QUOTE",),
    Csv: ("ESCAPE", "REMOVEQUOTES"),
    Json: (
        "DELIMITER",
        "ESCAPE",
        "FILLRECORD",
        "IGNOREBLANKLINES",
        "NULL",
        "QUOTE",
        "REMOVEQUOTES",
    ),
}


def check_compatibility(data_format: Format, given: Mapping[str, object]) -> None:
    """Refuse parameters that do not go with the format, or with each other."""
    if isinstance(data_format, Parquet):
        _check_parquet(given)
        return
    for name in _INCOMPATIBLE[type(data_format)]:
        if name in given:
            raise CopySyntaxError(
                SYNTAX_ERROR, f"{_format_name(data_format)} is not compatible with {name}"
            )
    if "IGNOREALLERRORS" in given and "MAXERROR" in given:
        raise CopySyntaxError(SYNTAX_ERROR, "IGNOREALLERRORS is not compatible with MAXERROR")


def _check_parquet(given: Mapping[str, object]) -> None:
    for name in given:
        if name not in _PARQUET_PARAMETERS:
            raise CopySyntaxError(
                FEATURE_NOT_SUPPORTED, f"{name} argument is not supported for PARQUET based COPY"
            )


def _format_name(data_format: Format) -> str:
    return (
        "delimited text"
        if isinstance(data_format, DelimitedText)
        else type(data_format).__name__.upper()
    )
