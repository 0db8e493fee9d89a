"""Dates and times in text: Redshift's default forms, format strings, epochs and ISO 8601.

https://docs.aws.amazon.com/redshift/latest/dg/r_DATEFORMAT_and_TIMEFORMAT_strings.html
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone

from lochan.redshift.wire.copy.errors import CellError, CopySyntaxError, FieldError

DEFAULT_DATE_FORMAT = "YYYY-MM-DD"
DEFAULT_TIME_FORMAT = "YYYY-MM-DD HH:MI:SS"

_EPOCH = datetime(1970, 1, 1)
_EPOCH_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d+)?", re.ASCII)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)

_PARTS = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short_year>\d{2})",
    "MON": r"(?P<month_name>[A-Za-z]{3,9})",
    "MM": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{1,2})",
    "HH24": r"(?P<hour>\d{1,2})",
    "HH12": r"(?P<half_hour>\d{1,2})",
    "HH": r"(?P<hour>\d{1,2})",
    "MI": r"(?P<minute>\d{1,2})",
    "SS": r"(?P<second>\d{1,2})(?:\.(?P<fraction>\d{1,9}))?",
    "AM": r"(?P<meridian>[AaPp]\.?[Mm]\.?)",
    "PM": r"(?P<meridian>[AaPp]\.?[Mm]\.?)",
}
_PART = re.compile("|".join(_PARTS), re.IGNORECASE)
_ZONE = re.compile(
    r"\s*(?:(?P<utc>Z|UTC)|(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?)\Z", re.ASCII
)
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"(?:[T ]+(?P<hour>\d{1,2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,9}))?)?)?",
    re.ASCII,
)

DateTimeParser = Callable[[str], datetime]


def compile_format(text: str, parameter: str) -> re.Pattern[str]:
    """Turn a DATEFORMAT or TIMEFORMAT string into a pattern; other letters are refused."""
    pattern, position = "", 0
    for match in _PART.finditer(text):
        pattern += _literal(text[position : match.start()], text, parameter)
        pattern += _PARTS[match.group().upper()]
        position = match.end()
    pattern += _literal(text[position:], text, parameter)
    try:
        return re.compile(pattern, re.ASCII)
    except re.error as error:
        raise _format_error(text, parameter) from error


def _literal(separator: str, text: str, parameter: str) -> str:
    if any(character.isalpha() and character.upper() != "T" for character in separator):
        raise _format_error(text, parameter)
    return re.escape(separator)


def _format_error(text: str, parameter: str) -> CopySyntaxError:
    return CopySyntaxError("22007", f"'{text}' is not a valid {parameter} string")


def make_date_parser(date_format: str | None) -> Callable[[str], date]:
    """Make the parser of DATE columns, 'auto' excepted; time in the text is ignored."""
    shown = date_format or DEFAULT_DATE_FORMAT
    pattern = compile_format(shown, "DATEFORMAT")
    invalid = FieldError(1205, f"Invalid Date Format [{shown}]")
    shortest = 0 if "MON" in shown.upper() else len(shown)
    too_short = FieldError(1205, f"Invalid Date Format - length must be {shortest} or more")

    def parse(text: str) -> date:
        if len(text) < shortest:
            raise CellError(too_short)
        match = pattern.match(text)
        if match is None or text[match.end() : match.end() + 1].isdigit():
            raise CellError(invalid)
        return _assemble(match, invalid).date()

    return parse


def make_timestamp_parser(time_format: str | None, *, with_zone: bool) -> DateTimeParser:
    """Make the parser of TIMESTAMP and TIMESTAMPTZ columns for a format other than 'auto'."""
    if time_format in ("epochsecs", "epochmillisecs"):
        return _make_epoch_parser(1 if time_format == "epochsecs" else 1000)
    text_format = time_format or DEFAULT_TIME_FORMAT
    pattern = compile_format(text_format, "TIMEFORMAT")
    shown = time_format or "YYYY-MM-DD HH24:MI:SS"
    invalid = FieldError(1206, f"Invalid timestamp format or value [{shown}]")
    only_date = compile_format(DEFAULT_DATE_FORMAT, "DATEFORMAT") if time_format is None else None

    def parse(text: str) -> datetime:
        match = pattern.match(text) or (only_date and only_date.fullmatch(text))
        if not match:
            raise CellError(invalid)
        return _add_zone(_assemble(match, invalid), text[match.end() :], with_zone, invalid)

    return parse


def parse_iso(text: str, *, with_zone: bool) -> datetime | None:
    """Read the ISO forms of 'auto'; None for any other form."""
    match = _ISO.match(text)
    if match is None:
        return None
    invalid = FieldError(1206, "Invalid timestamp format or value [auto]")
    rest = text[match.end() :]
    if rest and not _ZONE.match(rest):
        return None
    moment = _assemble(match, invalid)
    # TIMESTAMP takes the clock as it is written, as PostgreSQL's own input does.
    return _add_zone(moment, rest, with_zone, invalid) if with_zone else moment


def parse_time(text: str) -> time:
    """Read a TIME value: HH:MI[:SS[.FFFFFF]]."""
    match = re.fullmatch(
        r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,9}))?)?",
        text,
        re.ASCII,
    )
    invalid = FieldError(1206, "Invalid time format or value [HH24:MI:SS]")
    if match is None:
        raise CellError(invalid)
    return _assemble(match, invalid).time()


def _make_epoch_parser(units_per_second: int) -> DateTimeParser:
    invalid = FieldError(
        1206,
        "Invalid timestamp format or value "
        f"[{'epochsecs' if units_per_second == 1 else 'epochmillisecs'}]",
    )

    def parse(text: str) -> datetime:
        if not _EPOCH_NUMBER.fullmatch(text):
            raise CellError(invalid)
        whole, _, fraction = text.partition(".")
        try:
            return _EPOCH + timedelta(
                microseconds=int(whole + fraction[:6].ljust(6, "0")) // units_per_second
            )
        except OverflowError as error:
            raise CellError(invalid) from error

    return parse


def _assemble(match: re.Match[str], invalid: FieldError) -> datetime:
    """Build the moment from a match's groups; fractions beyond microseconds are cut off."""
    parts = {name: value for name, value in match.groupdict().items() if value is not None}
    try:
        return datetime(
            _read_year(parts),
            _read_month(parts),
            int(parts.get("day", "1")),
            _read_hour(parts),
            int(parts.get("minute", "0")),
            int(parts.get("second", "0")),
            int(parts.get("fraction", "0")[:6].ljust(6, "0")),
        )
    except ValueError as error:
        raise CellError(invalid) from error


def _read_year(parts: dict[str, str]) -> int:
    if "short_year" in parts:
        # Two digits mean 1970 to 2069, as in PostgreSQL.
        short = int(parts["short_year"])
        return short + (1900 if short >= 70 else 2000)
    return int(parts.get("year", "1970"))


def _read_month(parts: dict[str, str]) -> int:
    if "month_name" not in parts:
        return int(parts.get("month", "1"))
    name = parts["month_name"].lower()
    for number, month in enumerate(_MONTHS, start=1):
        if name in (month, month[:3]):
            return number
    raise ValueError(f"{name} is no month")


def _read_hour(parts: dict[str, str]) -> int:
    if "half_hour" not in parts and "meridian" not in parts:
        return int(parts.get("hour", "0"))
    hour = int(parts.get("half_hour", parts.get("hour", "0")))
    if not 1 <= hour <= 12:
        raise ValueError(f"{hour} is no hour of a 12-hour clock")
    afternoon = parts.get("meridian", "am").lower().startswith("p")
    return hour % 12 + 12 * afternoon


def _add_zone(moment: datetime, rest: str, with_zone: bool, invalid: FieldError) -> datetime:
    """Turn local time into UTC by the offset that follows it; without one it is UTC."""
    if not rest.strip():
        return moment
    zone = _ZONE.match(rest)
    if zone is None or not with_zone:
        raise CellError(invalid)
    if zone["utc"]:
        return moment
    offset = timedelta(hours=int(zone["hours"]), minutes=int(zone["minutes"] or 0))
    if offset >= timedelta(days=1):
        raise CellError(invalid)
    local = moment.replace(tzinfo=timezone(-offset if zone["sign"] == "-" else offset))
    try:
        return local.astimezone(UTC).replace(tzinfo=None)
    except OverflowError as error:
        raise CellError(invalid) from error
