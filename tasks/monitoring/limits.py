"""The limits beyond which something is a finding, as parts of the flow's parameters."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

# Redshift forgets statements after a week.
LONGEST_SECONDS = 7 * 24 * 3600


class RunLimits(BaseModel):
    """When a run of a job or a crawler is slow or stuck."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slow_factor: float = Field(
        default=3.0,
        gt=1,
        le=1000,
        description="Slow is a run that takes so many times the median of the runs before it",
    )
    slow_margin_seconds: int = Field(
        default=60, ge=0, description="and that takes so many seconds longer than the median"
    )
    slow_seconds: int = Field(
        default=3600, ge=1, description="Slow, whatever the runs before it took"
    )
    median_of: int = Field(
        default=20, ge=1, le=1000, description="Of how many succeeded runs the median is taken"
    )
    median_from: int = Field(
        default=3, ge=1, le=1000, description="Fewer succeeded runs than these have no median"
    )
    stuck_minutes: float = Field(
        default=120, gt=0, le=100_000, description="A run that is active for longer is stuck"
    )

    @model_validator(mode="after")
    def _check_median(self) -> RunLimits:
        if self.median_from > self.median_of:
            raise ValueError(
                f"median_from ({self.median_from}) is more than median_of ({self.median_of}): "
                "there would never be a median"
            )
        return self


class DatasetLimits(BaseModel):
    """When a dataset of the ledger is stale, and how many rows of it may be rejected."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stale_after_hours: float = Field(
        default=36, gt=0, description="Stale is a dataset whose last load is older"
    )
    rejects_percent: float = Field(
        default=5, ge=0, le=100, description="More rejected rows than these are too many"
    )


class WarehouseLimits(BaseModel):
    """When Redshift is too full or too slow."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    disk_warning_percent: float = Field(
        default=80, gt=0, le=100, description="A disk that is fuller is worth a look"
    )
    disk_critical_percent: float = Field(
        default=95, gt=0, le=100, description="A disk that is fuller has to be seen to"
    )
    storage_limit_gb: float | None = Field(
        default=None,
        gt=0,
        description="For Redshift Serverless, whose storage has no end: how much is too much",
    )
    slow_query_seconds: float = Field(
        default=300,
        gt=0,
        le=LONGEST_SECONDS,
        description="A statement that takes longer is slow",
    )
    queue_seconds: float = Field(
        default=60,
        ge=0,
        le=LONGEST_SECONDS,
        description="A statement that waits longer for its turn waits too long",
    )

    @model_validator(mode="after")
    def _check_disk(self) -> WarehouseLimits:
        if self.disk_warning_percent > self.disk_critical_percent:
            raise ValueError(
                f"disk_warning_percent ({self.disk_warning_percent:g}) is more than "
                f"disk_critical_percent ({self.disk_critical_percent:g})"
            )
        return self
