"""COPY statements read into dataclasses before anything executes.

https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html
"""

import re
from dataclasses import replace

from lochan.redshift.wire.copy.authorization import choose_authorization
from lochan.redshift.wire.copy.errors import (
    INVALID_PARAMETER_VALUE,
    SYNTAX_ERROR,
    CopySyntaxError,
    refuse,
)
from lochan.redshift.wire.copy.locations import parse_location
from lochan.redshift.wire.copy.parameters import (
    FORMATS,
    PARAMETERS,
    UNSUPPORTED_FORMATS,
    UNSUPPORTED_PARAMETERS,
    check_compatibility,
)
from lochan.redshift.wire.copy.statement import (
    Compression,
    Conversions,
    CopyStatement,
    Csv,
    DelimitedText,
    Format,
    Json,
    LoadOptions,
    Manifest,
    Prefix,
    Source,
    TableName,
)
from lochan.redshift.wire.copy.tokens import TokenKind, TokenReader, tokenize

_CANDIDATE = re.compile(r"\bcopy\b", re.IGNORECASE)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")

# Statement's parameter -> field of Conversions.
_CONVERSION_FIELDS = {
    "ACCEPTANYDATE": "accept_any_date",
    "ACCEPTINVCHARS": "replacement_character",
    "BLANKSASNULL": "blanks_as_null",
    "DATEFORMAT": "date_format",
    "EMPTYASNULL": "empty_as_null",
    "ENCODING": "encoding",
    "EXPLICIT_IDS": "explicit_ids",
    "FILLRECORD": "fill_record",
    "IGNOREBLANKLINES": "ignore_blank_lines",
    "IGNOREHEADER": "ignore_header",
    "NULL": "null_as",
    "ROUNDEC": "round_decimals",
    "TIMEFORMAT": "time_format",
    "TRIMBLANKS": "trim_blanks",
    "TRUNCATECOLUMNS": "truncate_columns",
}


def is_copy(sql: str) -> bool:
    """Tell whether a statement is a COPY, whatever comments stand before it."""
    if not _CANDIDATE.search(sql):
        return False
    return next(tokenize(sql)).keyword == "COPY"


def parse_copy(sql: str) -> CopyStatement:
    """Read one COPY statement; raises CopySyntaxError naming what is wrong with it."""
    reader = TokenReader(sql)
    reader.expect_keyword("COPY")
    if reader.current.keyword == "JOB":
        raise refuse("COPY JOB is not supported by this Redshift stand-in")
    table = _read_table_name(reader)
    columns = _read_columns(reader)
    reader.expect_keyword("FROM")
    source = _read_source(reader)
    return _build(table, columns, source, _read_parameters(reader))


def _read_table_name(reader: TokenReader) -> TableName:
    parts = [reader.expect_identifier()]
    while reader.take_symbol("."):
        parts.append(reader.expect_identifier())
    if len(parts) > 3:
        raise CopySyntaxError(
            SYNTAX_ERROR, f"improper qualified name (too many dotted names): {'.'.join(parts)}"
        )
    return TableName(tuple(parts))


def _read_columns(reader: TokenReader) -> tuple[str, ...]:
    if not reader.take_symbol("("):
        return ()
    columns = [reader.expect_identifier()]
    while reader.take_symbol(","):
        columns.append(reader.expect_identifier())
    if not reader.take_symbol(")"):
        raise reader.error()
    return tuple(columns)


def _read_source(reader: TokenReader) -> str:
    if reader.take_keyword("STDIN", "STDOUT"):
        parse_location("stdin")
    return reader.expect_string()


def _read_parameters(reader: TokenReader) -> dict[str, object]:
    values: dict[str, object] = {}
    while reader.current.kind is not TokenKind.END:
        if reader.take_symbol(";"):
            _expect_end(reader)
            break
        if values:
            reader.take_symbol(",")
        name, value = _read_parameter(reader)
        if name in values:
            raise CopySyntaxError(
                SYNTAX_ERROR, f"conflicting or redundant options: {name} is specified twice"
            )
        values[name] = value
    return values


def _expect_end(reader: TokenReader) -> None:
    while reader.take_symbol(";"):
        pass
    if reader.current.kind is not TokenKind.END:
        raise reader.error()


def _read_parameter(reader: TokenReader) -> tuple[str, object]:
    """Read one parameter; a format's bare name counts as FORMAT."""
    if reader.take_keyword("WITH") and reader.current.keyword != "CREDENTIALS":
        raise reader.error()
    keyword = reader.current.keyword
    if keyword in UNSUPPORTED_PARAMETERS | UNSUPPORTED_FORMATS:
        raise refuse(f"COPY parameter {keyword} is not supported by this Redshift stand-in")
    if keyword in FORMATS:
        reader.take()
        return "FORMAT", FORMATS[keyword](reader)
    if keyword not in PARAMETERS:
        raise reader.error()
    reader.take()
    return keyword, PARAMETERS[keyword](reader)


def _build(
    table: TableName, columns: tuple[str, ...], source: str, values: dict[str, object]
) -> CopyStatement:
    authorization = choose_authorization(values)
    data_format = _choose_format(values)
    check_compatibility(data_format, values)
    return CopyStatement(
        table=table,
        columns=columns,
        source=_choose_source(source, values),
        authorization=authorization,
        format=_complete_format(data_format, values),
        compression=_choose_compression(values),
        region=_check_region(values.get("REGION")),
        conversions=_collect_conversions(data_format, values),
        load=_collect_load_options(values),
    )


def _choose_source(text: str, values: dict[str, object]) -> Source:
    location = parse_location(text)
    return Manifest(location) if "MANIFEST" in values else Prefix(location)


def _choose_format(values: dict[str, object]) -> Format:
    data_format = values.get("FORMAT", DelimitedText())
    assert isinstance(data_format, Format)
    return data_format


def _complete_format(data_format: Format, values: dict[str, object]) -> Format:
    """Give a text format the delimiter, quote and escapes that stand elsewhere in the statement."""
    given = {name.lower(): values[name] for name in ("DELIMITER", "QUOTE") if name in values}
    match data_format:
        case Csv():
            completed = replace(data_format, **given)  # type: ignore[arg-type]
            if completed.delimiter == completed.quote:
                raise CopySyntaxError(
                    INVALID_PARAMETER_VALUE, "CSV delimiter and quote must be different"
                )
            return completed
        case DelimitedText():
            completed_text = replace(data_format, **given)  # type: ignore[arg-type]
            return replace(
                completed_text,
                escape="ESCAPE" in values,
                remove_quotes="REMOVEQUOTES" in values,
            )
    return data_format


def _choose_compression(values: dict[str, object]) -> Compression | None:
    given = [compression for compression in Compression if compression.value in values]
    if len(given) > 1:
        names = " and ".join(compression.value for compression in given)
        raise CopySyntaxError(SYNTAX_ERROR, f"conflicting or redundant options: {names}")
    return given[0] if given else None


def _check_region(region: object) -> str | None:
    if region is None:
        return None
    if not _REGION.fullmatch(str(region)):
        raise CopySyntaxError(INVALID_PARAMETER_VALUE, f"'{region}' is not a valid AWS region")
    return str(region)


def _collect_conversions(data_format: Format, values: dict[str, object]) -> Conversions:
    """Gather the conversions; JSON has a null of its own and so no null string."""
    given = {field: values[name] for name, field in _CONVERSION_FIELDS.items() if name in values}
    if isinstance(data_format, Json):
        given["null_as"] = None
    return Conversions(**given)  # type: ignore[arg-type]


def _collect_load_options(values: dict[str, object]) -> LoadOptions:
    max_errors = values.get("MAXERROR", 0)
    assert isinstance(max_errors, int)
    return LoadOptions(
        max_errors=max_errors,
        ignore_all_errors="IGNOREALLERRORS" in values,
        no_load="NOLOAD" in values,
    )
