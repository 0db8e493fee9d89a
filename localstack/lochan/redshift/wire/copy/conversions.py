"""Columns of text turned into Arrow arrays: whole batches at once, cell by cell only where needed.

Each type has a fast way, taken when every text of a batch has its usual form, and an exact way
for one cell (scalars, datetimes). Both give the same values: a property test compares them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow
import pyarrow.compute

from lochan.redshift.wire.backend_protocol import Backend
from lochan.redshift.wire.copy import scalars
from lochan.redshift.wire.copy.arrow_types import arrow_type
from lochan.redshift.wire.copy.dates import DateConverter, make_date_converter
from lochan.redshift.wire.copy.errors import CellError, FieldError
from lochan.redshift.wire.copy.statement import Conversions
from lochan.redshift.wire.copy.table import Column

MISSING_DATA = FieldError(1213, "Missing data for not-null field")
_NULL_TOO_LONG = FieldError(
    1218, "When using NULL AS '\\0', a field containing NUL held more than that"
)

_INTEGER_PATTERN = "^-?[0-9]{1,19}$"
_FLOAT_PATTERN = r"^-?[0-9]{1,30}(\.[0-9]{1,30})?(e[+-]?[0-9]{1,2})?$"
_SPACES = " \t\n\r\f\v"

Texts = Sequence[str | None]
Errors = dict[int, FieldError]


@dataclass(frozen=True)
class Converted:
    """A column of a batch: its values, NULL where a cell failed, and why each of those failed."""

    array: pyarrow.Array
    errors: Errors


class ColumnConverter:
    """Turns the texts of one column into values of its type."""

    def __init__(self, column: Column, options: Conversions, rules: "TypeRules") -> None:
        self._column = column
        self._options = options
        self._rules = rules

    def convert(self, texts: Texts) -> Converted:
        """Convert one batch; a NULL in a NOT NULL column is an error too."""
        try:
            array = self.convert_fast(pyarrow.array(texts, pyarrow.string()))
        except UnicodeEncodeError:  # bytes that were no UTF-8
            array = None
        if array is not None:
            return Converted(array, {})
        converted = self.convert_exactly(texts)
        return self._check_not_null(converted) if self._column.not_null else converted

    def convert_fast(self, texts: pyarrow.Array) -> pyarrow.Array | None:
        """Convert a batch in which every cell has its type's usual form; None for any other."""
        if self._rules.fast is None:
            return None
        array = self._rules.fast(self._mark_nulls(texts))
        has_missing = array is not None and self._column.not_null and array.null_count
        return None if has_missing else array

    def _mark_nulls(self, array: pyarrow.Array) -> pyarrow.Array:
        options, compute = self._options, pyarrow.compute
        conditions = []
        if options.null_as is not None:
            conditions.append(compute.equal(array, options.null_as))
        if self._rules.empty_is_null:
            conditions.append(compute.equal(array, ""))
        if self._rules.is_text and options.blanks_as_null:
            conditions.append(compute.match_substring_regex(array, r"^\s+$"))
        for condition in conditions:
            array = compute.if_else(condition, None, array)
        if self._rules.trims:
            array = compute.utf8_rtrim(array, _SPACES)
        return array

    def convert_exactly(self, texts: Texts) -> Converted:
        """Convert a batch cell by cell."""
        values, errors = self._rules.exact(
            [None if text is None or self._is_null(text) else self._trim(text) for text in texts]
        )
        if self._options.null_as == "\0":
            errors = errors | self._find_stray_nulls(texts)
        if self._rules.failure_is_null:
            errors = {}
        return Converted(pyarrow.array(values, self._rules.storage).cast(self._rules.type), errors)

    def _is_null(self, text: str) -> bool:
        options = self._options
        if text == options.null_as or (text == "" and self._rules.empty_is_null):
            return True
        is_blank = not text.strip(_SPACES)
        return is_blank and bool(text) and (not self._rules.is_text or options.blanks_as_null)

    def _trim(self, text: str) -> str:
        if not self._rules.is_text:
            return text.strip(_SPACES)
        return text.rstrip(_SPACES) if self._rules.trims else text

    def _find_stray_nulls(self, texts: Texts) -> Errors:
        return {
            index: _NULL_TOO_LONG
            for index, text in enumerate(texts)
            if text is not None and "\0" in text and text != "\0"
        }

    def _check_not_null(self, converted: Converted) -> Converted:
        if not converted.array.null_count:
            return converted
        nulls = pyarrow.compute.indices_nonzero(converted.array.is_null()).to_pylist()
        return Converted(converted.array, dict.fromkeys(nulls, MISSING_DATA) | converted.errors)


@dataclass(frozen=True)
class TypeRules:
    """How one column's type reads text.

    `fast` answers None for a batch that it cannot take. `exact` gives the values in `storage`'s
    type with NULL for the cells that failed, and the failures by index.
    """

    type: pyarrow.DataType
    storage: pyarrow.DataType
    exact: Callable[[list[str | None]], tuple[list[Any], Errors]]
    fast: Callable[[pyarrow.Array], pyarrow.Array | None] | None = None
    is_text: bool = False
    empty_is_null: bool = True
    trims: bool = False
    failure_is_null: bool = False


def make_converters(
    columns: Sequence[Column], options: Conversions, backend: Backend, *, is_json: bool
) -> list[ColumnConverter]:
    """Make the converter of each column; columns whose type COPY cannot load are refused."""
    return [
        ColumnConverter(column, options, _choose_rules(column, options, backend, is_json=is_json))
        for column in columns
    ]


def _choose_rules(
    column: Column, options: Conversions, backend: Backend, *, is_json: bool
) -> TypeRules:
    target = arrow_type(column)
    if column.is_super:
        return _super_rules(target, is_json=is_json)
    match column.type_name:
        case "int2" | "int4" | "int8":
            return _integer_rules(column.type_name, target)
        case "numeric":
            return _decimal_rules(column, options, target)
        case "float4" | "float8":
            parser = scalars.make_float_parser(column.type_name)
            cast = _make_pattern_cast(_FLOAT_PATTERN, target)
            return TypeRules(target, pyarrow.float64(), _each(parser), cast)
        case "bool":
            return TypeRules(target, target, _each(scalars.parse_boolean))
        case "bytea":
            return TypeRules(target, target, _each(scalars.make_hexadecimal_parser(column.length)))
        case "date" | "timestamp" | "timestamptz" | "time":
            dates = make_date_converter(column.type_name, options, backend)
            return _date_rules(dates, options, target)
    return _text_rules(column, options, target)


def _each(parse: scalars.CellParser) -> Callable[[list[str | None]], tuple[list[Any], Errors]]:
    """Apply a cell's parser to a column, collecting what fails."""

    def convert(texts: list[str | None]) -> tuple[list[Any], Errors]:
        values: list[Any] = []
        errors: Errors = {}
        for index, text in enumerate(texts):
            value = None
            if text is not None:
                try:
                    value = parse(text)
                except CellError as failure:
                    errors[index] = failure.error
            values.append(value)
        return values, errors

    return convert


def _make_pattern_cast(
    pattern: str, target: pyarrow.DataType
) -> Callable[[pyarrow.Array], pyarrow.Array | None]:
    """Make the fast way of a type: Arrow's own cast, once every text has the usual form."""

    def cast(array: pyarrow.Array) -> pyarrow.Array | None:
        matches = pyarrow.compute.match_substring_regex(array, pattern)
        if pyarrow.compute.all(matches, min_count=0).as_py() is False:
            return None
        try:
            return array.cast(target)
        except pyarrow.ArrowInvalid:  # out of range: the exact way says which
            return None

    return cast


def _integer_rules(type_name: str, target: pyarrow.DataType) -> TypeRules:
    parser = scalars.make_integer_parser(type_name)
    return TypeRules(
        target, pyarrow.int64(), _each(parser), _make_pattern_cast(_INTEGER_PATTERN, target)
    )


def _decimal_rules(column: Column, options: Conversions, target: pyarrow.DataType) -> TypeRules:
    precision, scale = column.length or 18, column.scale
    parser = scalars.make_decimal_parser(precision, scale, round_up=options.round_decimals)
    fraction = rf"(\.[0-9]{{1,{scale}}})?" if scale else ""
    whole = max(precision - scale, 1)
    cast = _make_pattern_cast(rf"^-?[0-9]{{1,{whole}}}{fraction}$", target)
    return TypeRules(target, target, _each(parser), cast)


def _date_rules(dates: DateConverter, options: Conversions, target: pyarrow.DataType) -> TypeRules:
    fast = _make_pattern_cast(dates.pattern, target) if dates.pattern else None
    return TypeRules(
        target, dates.storage, dates.convert, fast, failure_is_null=options.accept_any_date
    )


def _super_rules(target: pyarrow.DataType, *, is_json: bool) -> TypeRules:
    """JSON files give SUPER columns values that are JSON already."""
    return TypeRules(target, target, _each(scalars.parse_super), None, empty_is_null=not is_json)


def _text_rules(column: Column, options: Conversions, target: pyarrow.DataType) -> TypeRules:
    is_char = column.type_name == "bpchar"
    parser = scalars.make_text_parser(
        column.length,
        is_char=is_char,
        replacement=None if is_char else options.replacement_character,
        truncate=options.truncate_columns,
    )

    def accept(array: pyarrow.Array) -> pyarrow.Array | None:
        compute = pyarrow.compute
        if compute.any(compute.match_substring(array, "\0"), min_count=0).as_py():
            return None
        if is_char and not compute.all(compute.string_is_ascii(array), min_count=0).as_py():
            return None
        longest = compute.max(compute.binary_length(array)).as_py() or 0
        if is_char:
            array = compute.utf8_rtrim(array, " ")
        return array if column.length is None or longest <= column.length else None

    return TypeRules(
        target,
        pyarrow.string(),
        _each(parser),
        accept,
        is_text=True,
        empty_is_null=options.empty_as_null or options.null_as == "",
        trims=options.trim_blanks and not is_char,
    )
