"""What follows the query of an UNLOAD, read into a dataclass before anything executes.

https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
"""

from collections.abc import Callable, Mapping

from lochan.redshift.wire.copy.authorization import (
    choose_authorization,
    read_credentials,
    read_iam_role,
)
from lochan.redshift.wire.copy.errors import (
    INVALID_PARAMETER_VALUE,
    SYNTAX_ERROR,
    CopySyntaxError,
    refuse,
)
from lochan.redshift.wire.copy.locations import parse_location
from lochan.redshift.wire.copy.parameters import PARAMETERS as COPY_PARAMETERS
from lochan.redshift.wire.copy.statement import Compression, Parquet
from lochan.redshift.wire.copy.tokens import Token, TokenKind, TokenReader, tokenize
from lochan.redshift.wire.unload.statement import (
    LARGEST_FILE_BYTES,
    UnloadCsv,
    UnloadFormat,
    UnloadStatement,
    UnloadText,
)

_MEGABYTE = 1024 * 1024
_SMALLEST_FILE_BYTES = 5 * _MEGABYTE
_UNSUPPORTED = frozenset(
    {"ENCRYPTED", "EXTENSION", "FIXEDWIDTH", "JSON", "KMS_KEY_ID", "MASTER_SYMMETRIC_KEY",
     "PARTITION", "ROWGROUPSIZE"}
)  # fmt: skip
_TEXT_ONLY = ("ADDQUOTES", "BZIP2", "DELIMITER", "ESCAPE", "GZIP", "HEADER", "NULL", "ZSTD")
_FORMATS: Mapping[str, UnloadFormat] = {"CSV": UnloadCsv(), "PARQUET": Parquet()}


def _read_manifest(reader: TokenReader) -> str:
    return reader.take_keyword("VERBOSE") or "PLAIN"


def _read_parallel(reader: TokenReader) -> bool:
    return reader.take_keyword("ON", "TRUE", "OFF", "FALSE") not in ("OFF", "FALSE")


def _read_size(reader: TokenReader) -> int:
    """Read `[AS] n [MB|GB]`, n with or without a fraction; it stands for megabytes by itself."""
    reader.take_keyword("AS")
    whole = reader.expect_number()
    fraction = reader.expect_number() if reader.take_symbol(".") else 0
    if fraction < 0:
        raise reader.error()
    unit = 1024 if reader.take_keyword("MB", "GB") == "GB" else 1
    size = int(float(f"{whole}.{fraction}") * unit * _MEGABYTE)
    if not _SMALLEST_FILE_BYTES <= size <= LARGEST_FILE_BYTES:
        raise CopySyntaxError(
            INVALID_PARAMETER_VALUE, "MAXFILESIZE must be between 5 MB and 6.2 GB"
        )
    return size


def _read_format(reader: TokenReader) -> UnloadFormat:
    reader.take_keyword("AS")
    if name := reader.take_keyword(*_UNSUPPORTED):
        raise refuse(f"UNLOAD FORMAT {name} is not supported by this Redshift stand-in")
    name = reader.take_keyword(*_FORMATS)
    if name is None:
        raise reader.error()
    return _FORMATS[name]


_PARAMETERS: Mapping[str, Callable[[TokenReader], object]] = {
    **{
        name: COPY_PARAMETERS[name]
        for name in ("ACCESS_KEY_ID", "BZIP2", "DELIMITER", "ESCAPE", "GZIP", "NULL", "REGION",
                     "SECRET_ACCESS_KEY", "SESSION_TOKEN", "ZSTD")
    },
    "ADDQUOTES": lambda _reader: True,
    "ALLOWOVERWRITE": lambda _reader: True,
    "CLEANPATH": lambda _reader: True,
    "CREDENTIALS": read_credentials,
    "FORMAT": _read_format,
    "HEADER": lambda _reader: True,
    "IAM_ROLE": read_iam_role,
    "MANIFEST": _read_manifest,
    "MAXFILESIZE": _read_size,
    "PARALLEL": _read_parallel,
}  # fmt: skip


def parse_unload(text: str) -> UnloadStatement:
    """Read `TO 's3://...' <parameters>`; raises CopySyntaxError naming what is wrong with it."""
    reader = TokenReader(text)
    reader.expect_keyword("TO")
    location = parse_location(reader.expect_string())
    values: dict[str, object] = {}
    while reader.current.kind is not TokenKind.END:
        if values:
            reader.take_symbol(",")
        name, value = _read_parameter(reader)
        if name in values:
            raise CopySyntaxError(
                SYNTAX_ERROR, f"conflicting or redundant options: {name} is specified twice"
            )
        values[name] = value
    _check(values)
    return UnloadStatement(
        location=location,
        authorization=choose_authorization(values),
        format=_choose_format(values),
        compression=next((item for item in Compression if item.value in values), None),
        header="HEADER" in values,
        null_as=str(values.get("NULL", "")),
        manifest="MANIFEST" in values,
        verbose_manifest=values.get("MANIFEST") == "VERBOSE",
        allow_overwrite="ALLOWOVERWRITE" in values,
        clean_path="CLEANPATH" in values,
        parallel=bool(values.get("PARALLEL", True)),
        max_file_bytes=int(str(values.get("MAXFILESIZE", LARGEST_FILE_BYTES))),
        region=None if "REGION" not in values else str(values["REGION"]),
    )


def _read_parameter(reader: TokenReader) -> tuple[str, object]:
    """Read one parameter; a format's bare name counts as FORMAT."""
    reader.take_keyword("WITH")
    keyword = reader.current.keyword
    if keyword in _UNSUPPORTED:
        raise refuse(f"UNLOAD parameter {keyword} is not supported by this Redshift stand-in")
    if keyword in _FORMATS:
        reader.take()
        return "FORMAT", _FORMATS[keyword]
    if keyword not in _PARAMETERS:
        raise reader.error()
    reader.take()
    return keyword, _PARAMETERS[keyword](reader)


def _check(values: Mapping[str, object]) -> None:
    """Refuse parameters that do not go with the format, or with each other."""
    conflicts = [("CLEANPATH", "ALLOWOVERWRITE")]
    chosen = values.get("FORMAT")
    if isinstance(chosen, Parquet):
        conflicts += [("PARQUET", name) for name in _TEXT_ONLY]
    if isinstance(chosen, UnloadCsv):
        conflicts += [("CSV", name) for name in ("ADDQUOTES", "ESCAPE")]
    given = {*values, *(name for name, known in _FORMATS.items() if type(known) is type(chosen))}
    for first, second in conflicts:
        if first in given and second in given:
            raise CopySyntaxError(
                SYNTAX_ERROR, f"UNLOAD option {first} is not compatible with {second}"
            )
    compressions = [item.value for item in Compression if item.value in values]
    if len(compressions) > 1:
        raise CopySyntaxError(
            SYNTAX_ERROR, f"conflicting or redundant options: {' and '.join(compressions)}"
        )


def _choose_format(values: Mapping[str, object]) -> UnloadFormat:
    delimiter = values.get("DELIMITER")
    match values.get("FORMAT"):
        case Parquet() as parquet:
            return parquet
        case UnloadCsv() as csv:
            return csv if delimiter is None else UnloadCsv(str(delimiter))
    return UnloadText(
        "|" if delimiter is None else str(delimiter),
        escape="ESCAPE" in values,
        add_quotes="ADDQUOTES" in values,
    )


def has_outer_limit(query: str) -> bool:
    """Tell whether the outermost SELECT has a LIMIT, which UNLOAD does not take."""
    depth = 0
    for token in tokenize(query):
        depth += _depth_change(token)
        if depth == 0 and token.keyword == "LIMIT":
            return True
    return False


def _depth_change(token: Token) -> int:
    if token.kind is not TokenKind.SYMBOL:
        return 0
    return {"(": 1, ")": -1}.get(token.text, 0)
