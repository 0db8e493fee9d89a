"""Readings from the hours of their arrival into the hours of their events, late ones included."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from prefect import flow
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tasks.artifacts import progress
from tasks.command_line import run_from_terminal
from tasks.repartition.hours import Asked
from tasks.repartition.report import Repartitioned, draw_report, publish_report
from tasks.repartition.steps import (
    Repartitioning,
    find_pending_hours,
    register_arrivals,
    repartition_hours,
)
from tasks.settings import read_settings

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,99}$")]
FieldName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
ColumnType = Literal["string", "int", "bigint", "double", "boolean", "timestamp"]

# What the table adds to the columns, and what the catalog keeps in partitions.
OWN_NAMES = {
    *("event_time", "arrived_at", "event_hour", "year", "month", "day", "hour"),
    *("file", "reason", "record", "file_number", "is_new", "is_loaded"),
    *("row_hash", "next_row", "row_rank"),
}


class RepartitionByEventTime(BaseModel):
    """Which arrival hours to take, what a reading is, and how its table is to be."""

    model_config = ConfigDict(extra="forbid")

    stream: str = Field(
        default="anpr/observations",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$",
        max_length=200,
        description="Prefix in the landing bucket below which Firehose lands year=/month=/…",
    )
    from_hour: datetime | None = Field(
        default=None, description="First arrival hour, included; all that are pending if empty"
    )
    to_hour: datetime | None = Field(
        default=None, description="Last arrival hour, excluded; a full hour, UTC without a zone"
    )
    refresh: bool = Field(
        default=False, description="Read hours again that are done; needs from_hour"
    )
    event_time_field: FieldName = Field(
        default="t", description="Field that says when the reading was made"
    )
    event_time_format: Literal["auto", "iso8601", "epoch_millis", "epoch_seconds"] = Field(
        default="iso8601", description="How it says it; auto is ISO-8601 or epoch milliseconds"
    )
    time_zone: str = Field(
        default="UTC", description="Zone of times that are written without an offset"
    )
    id_field: FieldName = Field(default="id", description="Field that identifies a reading")
    version_field: FieldName | None = Field(
        default="sent_at",
        description="Column whose greatest value is the newest of readings with one id",
    )
    columns: dict[FieldName, ColumnType] = Field(
        default={
            "id": "string",
            "site_id": "int",
            "vehicle_id": "string",
            "plate": "string",
            "confidence": "double",
            "sent_at": "timestamp",
        },
        min_length=1,
        description="Fields of a reading that become columns, with their types",
    )
    landing_table: Name = Field(
        default="anpr_observations", description="Table in the catalog over the arrival hours"
    )
    dataset: Name = Field(default="anpr", description="Dataset that the target table belongs to")
    table: Name = Field(
        default="readings", description="Target table; <dataset>_<table> in the catalog"
    )
    table_format: Literal["parquet", "delta"] = Field(
        default="parquet",
        description="parquet: each event hour changes in one step; delta: all in one commit",
    )
    earliest_event: datetime = Field(
        default=datetime(2000, 1, 1, tzinfo=UTC), description="Earlier event times are absurd"
    )
    future_tolerance_minutes: int = Field(
        default=15, ge=0, le=1440, description="So far after its arrival hour an event may be"
    )
    reject_limit: int = Field(
        default=1000, ge=0, description="Above so many rejects in a run nothing is published"
    )
    hours_per_run: int = Field(
        default=168, ge=1, le=1000, description="Arrival hours that one Glue run takes"
    )
    settle_hours: int = Field(
        default=48,
        ge=24,
        le=2400,
        description="So long an arrival hour is looked at again for objects that Firehose adds",
    )
    open_minutes: int = Field(
        default=15, ge=0, le=1440, description="So long after its end an hour is still filling"
    )
    file_megabytes: int = Field(default=128, ge=1, le=1024, description="Size of files to aim at")
    keep_generations_hours: int = Field(
        default=24, ge=1, le=720, description="So long readers may go on reading replaced files"
    )
    rules: str | None = Field(
        default=None,
        min_length=1,
        description="Data-quality rules in DQDL; those kept beside the table where not given",
    )

    @field_validator("from_hour", "to_hour", "earliest_event")
    @classmethod
    def _in_utc(cls, moment: datetime | None) -> datetime | None:
        return moment and moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)

    @field_validator("time_zone")
    @classmethod
    def _check_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{zone!r} is no time zone such as Europe/London or UTC") from None
        return zone

    @model_validator(mode="after")
    def _check_hours(self) -> RepartitionByEventTime:
        for hour in filter(None, (self.from_hour, self.to_hour)):
            if (hour.minute, hour.second, hour.microsecond) != (0, 0, 0):
                raise ValueError(f"{hour.isoformat()} is no full hour")
        if self.from_hour and self.to_hour and self.from_hour >= self.to_hour:
            raise ValueError("to_hour has to be after from_hour")
        if self.refresh and self.from_hour is None:
            raise ValueError("refresh reads done hours again, so say from which one: from_hour")
        return self

    @model_validator(mode="after")
    def _check_columns(self) -> RepartitionByEventTime:
        names = [name.lower() for name in self.columns]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"columns name {', '.join(twice)} twice: case does not count")
        if taken := sorted(OWN_NAMES & set(names)):
            raise ValueError(f"columns may not be named {', '.join(taken)}: the table uses that")
        for role, name in (("id_field", self.id_field), ("version_field", self.version_field)):
            if name is not None and name not in self.columns:
                raise ValueError(f"{role} {name!r} has to be one of the columns")
        return self

    def asked(self, now: datetime) -> Asked:
        """Return which hours are asked for."""
        closed = now - timedelta(minutes=self.open_minutes)
        return Asked(self.from_hour, self.to_hour, closed, self.refresh)

    def repartitioning(self) -> Repartitioning:
        """Return what is to be done, in the terms of the job's plan."""
        return Repartitioning(
            stream=self.stream,
            landing_table=self.landing_table,
            dataset=self.dataset,
            table=self.table,
            table_format=self.table_format,
            event_time={
                "field": self.event_time_field,
                "format": self.event_time_format,
                "zone": self.time_zone,
                "earliest": f"{self.earliest_event:%Y-%m-%dT%H:%M:%SZ}",
                "future_tolerance_minutes": self.future_tolerance_minutes,
            },
            shape={
                "columns": dict(self.columns),
                "id_field": self.id_field,
                "version_field": self.version_field,
            },
            limits={
                "rejects": self.reject_limit,
                "file_bytes": self.file_megabytes * 1024 * 1024,
                "keep_generations_hours": self.keep_generations_hours,
            },
            rules=self.rules,
            refresh=self.refresh,
            settle=timedelta(hours=self.settle_hours),
        )


@flow(name="repartition_by_event_time", flow_run_name="repartition_by_event_time")
def repartition_by_event_time(
    parameters: RepartitionByEventTime = RepartitionByEventTime(),
) -> Repartitioned:
    """Repartition the pending arrival hours, oldest first; none pending is success."""
    settings = read_settings(os.environ)
    what = parameters.repartitioning()
    pending = find_pending_hours(settings, what, parameters.asked(datetime.now(UTC)))
    size = parameters.hours_per_run
    batches = [pending.hours[at : at + size] for at in range(0, len(pending.hours), size)]
    done = []
    if batches:
        with progress(len(batches), "Glue runs done") as advance:
            for batch in batches:
                register_arrivals(settings, what, [one.hour for one in batch])
                done.append(repartition_hours(settings, what, pending, batch))
                advance()
    result = Repartitioned(what.stream, f"{what.dataset}_{what.table}", tuple(done))
    publish_report(settings, what, result)
    return result


if __name__ == "__main__":
    sys.exit(run_from_terminal(repartition_by_event_time, draw_report))
