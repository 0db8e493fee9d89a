"""What the parameters refuse, and that nothing that they let through breaks out of its place."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from flows.repartition_by_event_time import RepartitionByEventTime
from spark.repartition.arrivals import bounding_predicate, hours_predicate


def test_the_defaults_are_those_of_the_generated_readings() -> None:
    what = RepartitionByEventTime().repartitioning()
    assert what.fields == ("id", "site_id", "vehicle_id", "plate", "confidence", "sent_at", "t")
    assert what.event_time["earliest"] == "2000-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"stream": "../landing"}, "String should match pattern"),
        ({"stream": "anpr//observations"}, "String should match pattern"),
        ({"stream": ""}, "String should match pattern"),
        ({"from_hour": "2026-10-25T07:30:00Z"}, "2026-10-25T07:30:00+00:00 is no full hour"),
        (
            {"from_hour": "2026-10-25T07:00:00Z", "to_hour": "2026-10-25T07:00:00Z"},
            "to_hour has to be after from_hour",
        ),
        ({"refresh": True}, "say from which one: from_hour"),
        ({"time_zone": "Europe/Lochan"}, "'Europe/Lochan' is no time zone"),
        ({"time_zone": "../../etc/passwd"}, "is no time zone"),
        ({"event_time_format": "rfc2822"}, "Input should be 'auto', 'iso8601'"),
        ({"columns": {}}, "at least 1 item"),
        ({"columns": {"id": "text"}}, "Input should be 'string', 'int'"),
        ({"columns": {"id": "string", "ID": "string"}, "version_field": None}, "name id twice"),
        ({"columns": {"id": "string", "hour": "int"}, "version_field": None}, "named hour"),
        ({"id_field": "uuid"}, "id_field 'uuid' has to be one of the columns"),
        ({"version_field": "updated"}, "version_field 'updated' has to be one of the columns"),
        ({"table": "Robert'); DROP TABLE"}, "String should match pattern"),
        ({"table_format": "iceberg"}, "Input should be 'parquet' or 'delta'"),
        ({"reject_limit": -1}, "greater than or equal to 0"),
        ({"hour": 7}, "Extra inputs are not permitted"),
    ],
)
def test_what_cannot_work_is_refused(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        RepartitionByEventTime.model_validate(given)
    assert sentence in str(refused.value)


def test_hours_without_a_zone_are_utc() -> None:
    parameters = RepartitionByEventTime.model_validate(
        {"from_hour": "2026-10-25T02:00:00+01:00", "to_hour": "2026-10-25T02:00:00"}
    )
    asked = parameters.asked(datetime(2026, 11, 1, tzinfo=UTC))
    assert asked.first == datetime(2026, 10, 25, 1, tzinfo=UTC)
    assert asked.end == datetime(2026, 10, 25, 2, tzinfo=UTC)
    assert asked.closed_before == datetime(2026, 10, 31, 23, 45, tzinfo=UTC)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_names_cannot_break_out(stream: str, table: str, column: str, zone: str) -> None:
    attempts: list[dict[str, Any]] = [
        {"stream": stream},
        {"table": table},
        {"dataset": table},
        {"landing_table": table},
        {"columns": {"id": "string", column: "string"}, "version_field": None},
        {"event_time_field": column},
        {"time_zone": zone},
    ]
    for attempt in attempts:
        try:
            what = RepartitionByEventTime.model_validate(attempt).repartitioning()
        except ValidationError:
            continue
        plain = [what.dataset, what.table, what.landing_table, *what.fields]
        assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) for name in plain)
        assert re.fullmatch(r"[A-Za-z0-9._/-]+", what.stream)
        assert not {"", ".", ".."} & set(what.stream.split("/"))
        assert "'" not in what.event_time["zone"]


def test_predicates_select_the_hours() -> None:
    hours = ["2026-02-28-23", "2026-03-01-00"]
    assert hours_predicate(hours) == (
        "concat_ws('-', year, month, day, hour) in ('2026-02-28-23', '2026-03-01-00')"
    )
    assert bounding_predicate(hours) == "year = '2026' and month >= '02' and month <= '03'"
    assert bounding_predicate(["2026-02-28-07"]) == (
        "year = '2026' and month = '02' and day = '28' and hour = '07'"
    )
