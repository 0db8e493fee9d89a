"""How the text of one field becomes a value of its column's type; the slow and exact way.

https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-conversion.html
"""

import json
import re
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from math import isinf
from typing import Any

from lochan.redshift.wire.copy.errors import CellError, FieldError

CellParser = Callable[[str], Any]

INTEGER_RANGES = {
    "int2": (-(2**15), 2**15 - 1, "Short"),
    "int4": (-(2**31), 2**31 - 1, "Integer"),
    "int8": (-(2**63), 2**63 - 1, "Long"),
}
_TRUE = frozenset({"1", "t", "true", "y", "yes"})
_FALSE = frozenset({"0", "f", "false", "n", "no"})
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]*")
_FLOAT = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|nan|inf(?:inity)?)", re.I
)
# Bytes that were no UTF-8 are lone surrogates here; NUL is what no text can hold.
_BAD_BYTES = re.compile("[\0\ud800-\udfff]")


def make_integer_parser(type_name: str) -> CellParser:
    """Make the parser of SMALLINT, INTEGER or BIGINT."""
    low, high, shown = INTEGER_RANGES[type_name]

    def parse(text: str) -> int:
        if not _INTEGER.fullmatch(text):
            raise _invalid_digit(text, shown, 1207)
        # Longer than any BIGINT: int() would take its time over a million digits.
        value = int(text) if len(text) <= 1000 else high + 1
        if not low <= value <= high:
            raise CellError(FieldError(1222, f"Overflow, Value '{text[:40]}', Type: {shown}"))
        return value

    return parse


def make_decimal_parser(precision: int, scale: int, *, round_up: bool) -> CellParser:
    """Make the parser of DECIMAL: a longer fraction is cut off, or rounded with ROUNDEC."""
    step = Decimal(1).scaleb(-scale)
    limit = Decimal(10) ** (precision - scale)
    rounding = ROUND_HALF_UP if round_up else ROUND_DOWN
    overflow = FieldError(1204, f"Overflow for NUMERIC({precision},{scale})")

    def parse(text: str) -> Decimal:
        if not _DECIMAL.fullmatch(text):
            raise _invalid_digit(text, "Decimal", 1207)
        whole, _, fraction = text.partition(".")
        if len(whole.lstrip("+-0")) > precision - scale:
            raise CellError(overflow)
        # One digit more than the scale settles the rounding of all that follow.
        value = Decimal(f"{whole}.{fraction[: scale + 1]}0").quantize(step, rounding)
        if abs(value) >= limit:
            raise CellError(overflow)
        return value

    return parse


def make_float_parser(type_name: str) -> CellParser:
    """Make the parser of REAL or DOUBLE PRECISION."""
    shown = "Float" if type_name == "float4" else "Double"

    def parse(text: str) -> float:
        if not _FLOAT.fullmatch(text):
            raise _invalid_digit(text, shown, 1208)
        value = float(text)
        if isinf(value) and "inf" not in text.lower():
            raise CellError(FieldError(1208, f"Overflow, Value '{text[:40]}', Type: {shown}"))
        return value

    return parse


def parse_boolean(text: str) -> bool:
    """Read a BOOLEAN."""
    lowered = text.lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise CellError(FieldError(1210, "Unknown boolean format"))


def parse_super(text: str) -> str:
    """Check that the field of a text file is JSON, which SUPER takes as it is."""
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CellError(
            FieldError(1224, "Input data is not properly formed JSON for the SUPER data type")
        ) from error
    if "\\u0000" in text or _BAD_BYTES.search(text):
        raise CellError(FieldError(1224, "SUPER cannot hold the character NUL or invalid UTF-8"))
    return text


def make_hexadecimal_parser(length: int | None) -> CellParser:
    """Make the parser of VARBYTE, which text files hold as hexadecimal digits.

    https://docs.aws.amazon.com/redshift/latest/dg/copy-usage-varbyte.html
    """

    def parse(text: str) -> bytes:
        if len(text) % 2 or not _HEXADECIMAL.fullmatch(text):
            raise CellError(FieldError(1219, "UTF-8 hexadecimal contains an invalid digit"))
        if length is not None and len(text) > length * 2:
            raise CellError(FieldError(1204, "String length exceeds DDL length"))
        return bytes.fromhex(text)

    return parse


def make_text_parser(
    length: int | None, *, is_char: bool, replacement: str | None, truncate: bool
) -> CellParser:
    """Make the parser of CHAR and VARCHAR: lengths are bytes, a cut never splits a character."""

    def parse(text: str) -> str:
        text = _replace_bad_bytes(text, replacement)
        if is_char and not text.isascii():
            raise CellError(_multibyte_in_char(text))
        if is_char:
            text = text.rstrip(" ")
        encoded = text.encode()
        if length is None or len(encoded) <= length:
            return text
        if not truncate:
            raise CellError(FieldError(1204, "String length exceeds DDL length"))
        return encoded[:length].decode(errors="ignore")

    return parse


def _replace_bad_bytes(text: str, replacement: str | None) -> str:
    """Replace each byte that is no UTF-8, or say which bytes they are."""
    bad = _BAD_BYTES.search(text)
    if bad is None:
        return text
    if replacement is not None:
        return _BAD_BYTES.sub(replacement, text)
    sequence = _take_bad_sequence(text[bad.start() :])
    raise CellError(
        FieldError(
            1220,
            "String contains invalid or unsupported UTF8 codepoints. "
            f"Bad UTF8 hex sequence: {sequence.hex(' ')} (error {_classify(sequence)})",
            bad.start(),
        )
    )


def _take_bad_sequence(text: str) -> bytes:
    match = re.match("\0|[\ud800-\udfff]{1,4}", text)
    assert match is not None
    return match.group().encode(
        "utf-8", "surrogateescape" if text[0] >= "\udc80" else "surrogatepass"
    )


def _classify(sequence: bytes) -> int:
    """Number the fault as AWS does.

    https://docs.aws.amazon.com/redshift/latest/dg/multi-byte-character-load-errors.html
    """
    first = sequence[0]
    if first in (254, 255) or 128 <= first <= 191:
        return 3
    if first >= 248:
        return 1
    if first == 0xED and len(sequence) > 1 and sequence[1] >= 0xA0:
        return 5
    return 2


def _multibyte_in_char(text: str) -> FieldError:
    position = next(index for index, character in enumerate(text) if not character.isascii())
    shown = text[position].encode().hex(" ")
    return FieldError(
        1220,
        "Multibyte character not supported for CHAR "
        f"(Hint: Try using VARCHAR). Invalid char: {shown}",
        position,
    )


def _invalid_digit(text: str, shown: str, code: int) -> CellError:
    position = _first_wrong_position(text)
    value = text[position : position + 1]
    return CellError(
        FieldError(code, f"Invalid digit, Value '{value}', Pos {position}, Type: {shown}", position)
    )


def _first_wrong_position(text: str) -> int:
    """Find the first character that cannot be where it is; a lone sign ends too early."""
    digits = re.match(r"[+-]?[0-9]*", text)
    assert digits is not None
    return digits.end()
