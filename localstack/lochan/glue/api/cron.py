"""Cron expressions as Glue has them, in UTC.

`cron(Minutes Hours Day-of-month Month Day-of-week Year)`

https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html
"""

import calendar
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise

from lochan.glue.api.errors import InvalidInputException

FEWEST_MINUTES_BETWEEN = 5
_EXPRESSION = re.compile(r"cron\((.*)\)", re.DOTALL)
_ITEM = re.compile(r"(?P<range>\*|\w+(?:-\w+)?)(?:/(?P<step>\d+))?")
_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_WEEKDAYS = {
    name: number
    for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), start=1)
}
_LAST_WEEKDAY = 7


@dataclass(frozen=True)
class _Field:
    """What a field of the expression may hold."""

    name: str
    lowest: int
    highest: int
    names: Mapping[str, int]


_MINUTE = _Field("Minutes", 0, 59, {})
_HOUR = _Field("Hours", 0, 23, {})
_DAY = _Field("Day-of-month", 1, 31, {})
_MONTH = _Field("Month", 1, 12, _MONTHS)
_WEEKDAY = _Field("Day-of-week", 1, 7, _WEEKDAYS)
_YEAR = _Field("Year", 1970, 2199, {})
_FIELDS = (_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY, _YEAR)

DayTest = Callable[[date], bool]


@dataclass(frozen=True)
class CronSchedule:
    """The minutes at which something is due."""

    minutes: Sequence[int]
    hours: Sequence[int]
    is_day: DayTest
    months: Sequence[int]
    years: Sequence[int]

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first due minute after a moment; None when there is none any more."""
        for day in self._days_from(moment.astimezone(UTC).date()):
            for hour in self.hours:
                for minute in self.minutes:
                    due = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
                    if due > moment:
                        return due
        return None

    def _days_from(self, first: date) -> Iterator[date]:
        for year in self.years:
            for month in self.months:
                if (year, month) < (first.year, first.month):
                    continue
                for number in range(1, calendar.monthrange(year, month)[1] + 1):
                    day = date(year, month, number)
                    if day >= first and self.is_day(day):
                        yield day


def parse_cron(expression: str) -> CronSchedule:
    """Parse an expression; raises InvalidInputException naming the field that is wrong."""
    match = _EXPRESSION.fullmatch(expression.strip())
    texts = match[1].split() if match else []
    if len(texts) != len(_FIELDS):
        raise _invalid(
            expression,
            "write it as cron(Minutes Hours Day-of-month Month Day-of-week Year), such as"
            " cron(15 12 * * ? *) for every day at 12:15 UTC",
        )
    minute, hour, day, month, weekday, year = (text.upper() for text in texts)
    if (day == "?") == (weekday == "?"):
        raise _invalid(
            expression, "exactly one of Day-of-month and Day-of-week must be ?, the other says when"
        )
    try:
        schedule = CronSchedule(
            minutes=_parse_values(_MINUTE, minute),
            hours=_parse_values(_HOUR, hour),
            is_day=_parse_weekday(weekday) if day == "?" else _parse_day(day),
            months=_parse_values(_MONTH, month),
            years=_parse_values(_YEAR, year),
        )
    except ValueError as error:
        raise _invalid(expression, str(error)) from None
    _check_rate(expression, schedule)
    return schedule


def _check_rate(expression: str, schedule: CronSchedule) -> None:
    times = [hour * 60 + minute for hour in schedule.hours for minute in schedule.minutes]
    if any(later - earlier < FEWEST_MINUTES_BETWEEN for earlier, later in pairwise(times)):
        raise _invalid(
            expression,
            f"Glue starts nothing more often than every {FEWEST_MINUTES_BETWEEN} minutes",
        )


def _parse_values(field: _Field, text: str) -> tuple[int, ...]:
    """Return the values of a comma-separated list, in order; raises ValueError."""
    values: set[int] = set()
    for item in text.split(","):
        match = _ITEM.fullmatch(item)
        if match is None:
            raise ValueError(f"{field.name} cannot be {item!r}")
        values.update(_expand(field, match["range"], match["step"]))
    return tuple(sorted(values))


def _expand(field: _Field, text: str, step: str | None) -> range:
    if text == "*":
        first, last = field.lowest, field.highest
    else:
        begin, dash, end = text.partition("-")
        first = _read_value(field, begin)
        last = _read_value(field, end) if dash else (field.highest if step else first)
    if first > last:
        raise ValueError(f"{field.name} cannot go from {first} to {last}")
    if step is not None and int(step) == 0:
        raise ValueError(f"{field.name} cannot go on in steps of 0")
    return range(first, last + 1, int(step or 1))


def _read_value(field: _Field, text: str) -> int:
    number = int(text) if text.isdigit() else field.names.get(text, -1)
    if not field.lowest <= number <= field.highest:
        raise ValueError(
            f"{field.name} is {text!r}, which is not from {field.lowest} to {field.highest}"
        )
    return number


def _parse_day(text: str) -> DayTest:
    """Read a day of the month: also L, the last one, and nW, the weekday nearest to a day."""
    if text == "L":
        return lambda day: day.day == _days_in_month(day)
    if text.endswith("W"):
        wanted = _read_value(_DAY, text.removesuffix("W"))
        return lambda day: day == _nearest_weekday(day, wanted)
    numbers = frozenset(_parse_values(_DAY, text))
    return lambda day: day.day in numbers


def _parse_weekday(text: str) -> DayTest:
    """Read a day of the week: also L, Saturday, and nL, the last such day of the month."""
    if text == "L":
        return lambda day: _number_weekday(day) == _LAST_WEEKDAY
    if text.endswith("L"):
        wanted = _read_value(_WEEKDAY, text.removesuffix("L"))
        return lambda day: _number_weekday(day) == wanted and day.day + 7 > _days_in_month(day)
    numbers = frozenset(_parse_values(_WEEKDAY, text))
    return lambda day: _number_weekday(day) in numbers


def _number_weekday(day: date) -> int:
    """Count from Sunday, 1, to Saturday, 7."""
    return day.isoweekday() % 7 + 1


def _days_in_month(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _nearest_weekday(day: date, wanted: int) -> date | None:
    """Return the day from Monday to Friday that is nearest to one, within the same month."""
    last = _days_in_month(day)
    if wanted > last:
        return None
    target = day.replace(day=wanted)
    saturday, sunday = target.isoweekday() == 6, target.isoweekday() == 7
    if saturday:
        return target.replace(day=wanted - 1 if wanted > 1 else 3)
    if sunday:
        return target.replace(day=wanted + 1 if wanted < last else wanted - 2)
    return target


def _invalid(expression: str, reason: str) -> InvalidInputException:
    return InvalidInputException(f"The schedule {expression!r} is not valid: {reason}.")
