"""Cron expressions; dates were looked up in a calendar (`cal 11 2026`: the 20th is a Friday).

https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html (2026-11-21)
"""

from datetime import UTC, datetime

import pytest

from lochan.glue.api.cron import parse_cron
from lochan.glue.api.errors import InvalidInputException

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def write(moment):
    return moment.strftime("%Y-%m-%d %H:%M")


# The first seven are the examples of AWS' page.
@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("0 10 * * ? *", ["2026-11-21 10:00", "2026-11-22 10:00"]),
        ("15 12 * * ? *", ["2026-11-20 12:15", "2026-11-21 12:15"]),
        ("0 18 ? * MON-FRI *", ["2026-11-20 18:00", "2026-11-23 18:00"]),
        ("0 8 1 * ? *", ["2026-12-01 08:00", "2027-01-01 08:00"]),
        ("0/15 * * * ? *", ["2026-11-20 12:15", "2026-11-20 12:30"]),
        ("0/10 * ? * MON-FRI *", ["2026-11-20 12:10", "2026-11-20 12:20"]),
        ("0/5 8-17 ? * MON-FRI *", ["2026-11-20 12:05", "2026-11-20 12:10"]),
        ("1/10 23 * * ? *", ["2026-11-20 23:01", "2026-11-20 23:11"]),
        ("0 0 L * ? *", ["2026-11-30 00:00", "2026-12-31 00:00"]),
        ("0 0 L 2 ? *", ["2027-02-28 00:00", "2028-02-29 00:00"]),
        # 2026-08-15 is a Saturday, 2027-08-15 a Sunday.
        ("0 0 15W 8 ? *", ["2027-08-16 00:00", "2028-08-15 00:00"]),
        # 2027-05-01 is a Saturday, 2027-01-31 a Sunday: the month is not left.
        ("0 0 1W 5 ? 2027", ["2027-05-03 00:00"]),
        ("0 0 31W 1 ? 2027", ["2027-01-29 00:00"]),
        ("0 0 ? * L *", ["2026-11-21 00:00", "2026-11-28 00:00"]),
        ("0 0 ? * 6L *", ["2026-11-27 00:00", "2026-12-25 00:00"]),
        ("0 0 ? JAN,JUL SUN 2027-2028", ["2027-01-03 00:00", "2027-01-10 00:00"]),
        ("30 6,18 29 FEB ? *", ["2028-02-29 06:30", "2028-02-29 18:30"]),
    ],
)
def test_times_that_are_due(expression, due):
    schedule = parse_cron(f"cron({expression})")
    moment, found = NOW, []
    for _ in due:
        moment = schedule.next_after(moment)
        found.append(write(moment))
    assert found == due


def test_due_minute_is_after_the_moment_and_not_at_it():
    assert write(parse_cron("cron(0 12 * * ? *)").next_after(NOW)) == "2026-11-21 12:00"


@pytest.mark.parametrize("expression", ["0 0 30 2 ? *", "0 0 1 1 ? 2020"])
def test_schedule_that_is_never_due_again(expression):
    assert parse_cron(f"cron({expression})").next_after(NOW) is None


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("15 12 * * ? *", r"write it as cron\(Minutes"),
        ("cron(15 12 * * ?)", r"write it as cron\(Minutes"),
        ("rate(5 minutes)", r"write it as cron\(Minutes"),
        ("cron(15 12 * * * *)", "exactly one of Day-of-month and Day-of-week must be"),
        ("cron(15 12 ? * ? *)", "exactly one of Day-of-month and Day-of-week must be"),
        ("cron(60 12 * * ? *)", "Minutes is '60', which is not from 0 to 59"),
        ("cron(0 24 * * ? *)", "Hours is '24'"),
        ("cron(0 0 0 * ? *)", "Day-of-month is '0'"),
        ("cron(0 0 * FOO ? *)", "Month is 'FOO'"),
        ("cron(0 0 ? * 8 *)", "Day-of-week is '8'"),
        ("cron(0 0 ? * FRI-MON *)", "cannot go from 6 to 2"),
        ("cron(0 0 ? * 3#2 *)", "Day-of-week cannot be '3#2'"),
        ("cron(0/0 0 * * ? *)", "steps of 0"),
        ("cron(? 0 * * ? *)", r"Minutes cannot be '\?'"),
        ("cron(0/4 * * * ? *)", "more often than every 5 minutes"),
        ("cron(* * * * ? *)", "more often than every 5 minutes"),
        ("cron(0,58 * * * ? *)", "more often than every 5 minutes"),
    ],
)
def test_expression_that_is_not_valid(expression, complaint):
    with pytest.raises(InvalidInputException, match=complaint):
        parse_cron(expression)
