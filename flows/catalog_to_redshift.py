"""Any S3 prefix of CSV, JSON or Parquet into a table of Redshift, through the Data Catalog."""

from __future__ import annotations

import os
import sys
from typing import Literal

from prefect import flow
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tasks.artifacts import progress
from tasks.command_line import run_from_terminal
from tasks.connections import migrate_warehouse
from tasks.lake.report import (
    LoadReport,
    draw_report,
    publish_load,
    publish_plan,
    say_plan,
)
from tasks.lake.request import (
    LoadRequest,
    check_column,
    check_distinct_sources,
    parse_source,
    parse_target,
    read_mapped,
)
from tasks.lake.steps import (
    crawl_source,
    crawl_target,
    fill_table,
    find_objects,
    find_pending,
    plan_load,
    prepare_target,
    publish_rows,
    tidy_up,
)
from tasks.settings import Settings, read_settings


class ColumnMapping(BaseModel):
    """One field of the source, and the column that it becomes."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(
        description="The field: its name, or struct.member; backticks around a name with a dot"
    )
    target: str | None = Field(
        default=None, description="The column; named after the field where nothing is given"
    )
    type: str | None = Field(
        default=None,
        description="The column's type, such as DECIMAL(10,2); if empty, the source's",
    )

    @model_validator(mode="after")
    def _check(self) -> ColumnMapping:
        read_mapped(self.source, self.target, self.type)
        return self


class CatalogToRedshift(BaseModel):
    """What to load, where to, and how rows and columns are treated on the way."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(
        description="The S3 prefix; {landing} and {processed} are the buckets of the environment"
    )
    format: Literal["auto", "csv", "json", "parquet"] = Field(
        default="auto", description="What the prefix has to hold; auto takes what the crawler finds"
    )
    target: str = Field(
        description="The table in Redshift, as schema.table; the schema is lake if not given"
    )
    mapping: list[ColumnMapping] = Field(
        default=[],
        description="The fields to load, in order; the others are left out. Empty loads all",
    )
    merge_keys: list[str] = Field(
        default=[],
        description="Columns by which rows are merged; without any the rows of a folder are "
        "replaced whenever its objects change",
    )
    newest_by: str | None = Field(
        default=None,
        description="Of rows with equal keys the one with the greatest value here wins",
    )
    delimiter: str | None = Field(
        default=None, description="The delimiter of CSV, where the crawler does not find it"
    )
    header: Literal["auto", "present", "absent"] = Field(
        default="auto", description="Whether CSV files begin with the names of their columns"
    )
    json_path: str | None = Field(
        default=None, description="Where the records of JSON files are, such as $[*]"
    )
    combine: bool = Field(
        default=False,
        description="Take files whose columns differ for one table; types that differ are widened",
    )
    rules: str = Field(
        default="",
        description="DQDL rules for the rows to load; if empty: RowCount > 0, keys complete",
    )
    reject_limit: int = Field(
        default=1000, ge=0, description="Above so many unusable records nothing is loaded"
    )
    max_rejected_share: float = Field(
        default=0.1, ge=0, le=1, description="As reject_limit, as a share of the records"
    )
    dry_run: bool = Field(default=False, description="Crawl, show the plan, and stop there")

    @field_validator("source")
    @classmethod
    def _check_source(cls, text: str) -> str:
        bucket, prefix = parse_source(text)
        return f"s3://{bucket}/{prefix}"

    @field_validator("target")
    @classmethod
    def _check_target(cls, text: str) -> str:
        return ".".join(parse_target(text))

    @field_validator("merge_keys")
    @classmethod
    def _check_keys(cls, names: list[str]) -> list[str]:
        if len(set(names)) < len(names):
            raise ValueError(f"The merge_keys {', '.join(names)} name a column twice.")
        return [check_column(name) for name in names]

    @field_validator("newest_by")
    @classmethod
    def _check_newest_by(cls, name: str | None) -> str | None:
        return check_column(name) if name else None

    @field_validator("delimiter")
    @classmethod
    def _check_delimiter(cls, text: str | None) -> str | None:
        if text is not None and (len(text) != 1 or text in "\"'\r\n\\"):
            raise ValueError(f"{text!r} is no delimiter: give one character, and no quote.")
        return text

    @field_validator("json_path")
    @classmethod
    def _check_json_path(cls, text: str | None) -> str | None:
        if text is not None and not text.startswith("$"):
            raise ValueError(
                f"{text!r} is no JSON path: it begins with $, as in $[*] or $.rows[*]."
            )
        return text

    @model_validator(mode="after")
    def _check_together(self) -> CatalogToRedshift:
        check_distinct_sources([read_mapped(m.source, m.target, m.type) for m in self.mapping])
        if self.newest_by and not self.merge_keys:
            raise ValueError(
                "newest_by tells which of the rows with equal keys wins: give merge_keys."
            )
        if self.json_path and (self.delimiter or self.header != "auto"):
            raise ValueError("json_path is for JSON, delimiter and header are for CSV: give one.")
        return self

    def as_request(self, settings: Settings) -> LoadRequest:
        """Name the bucket, and leave out what is not about the load."""
        bucket, prefix = parse_source(self.source)
        schema, table = parse_target(self.target)
        return LoadRequest(
            bucket=bucket.format(
                landing=settings.landing_bucket, processed=settings.processed_bucket
            ),
            prefix=prefix,
            format=self.format,
            schema=schema,
            table=table,
            mapping=tuple(read_mapped(m.source, m.target, m.type) for m in self.mapping),
            keys=tuple(self.merge_keys),
            newest_by=self.newest_by,
            delimiter=self.delimiter,
            header=self.header,
            json_path=self.json_path,
            combine=self.combine,
            rules=self.rules,
            reject_limit=self.reject_limit,
            max_rejected_share=self.max_rejected_share,
        )


# The generated input of a fresh stack (lochan.samples.catalog_to_redshift).
SAMPLE = CatalogToRedshift(
    source="s3://{landing}/lake/parking_sessions/",
    target="lake.parking_sessions",
    mapping=[
        ColumnMapping(source="session id", type="INTEGER"),
        ColumnMapping(source="day", type="DATE"),
        ColumnMapping(source="car park"),
        ColumnMapping(source="started at", type="TIMESTAMP"),
        ColumnMapping(source="updated at", type="TIMESTAMP"),
        ColumnMapping(source="hours"),
        ColumnMapping(source="fare (£)", type="DECIMAL(8,2)"),
        ColumnMapping(source="user"),
        ColumnMapping(source="paid"),
    ],
    merge_keys=["session_id"],
    newest_by="updated_at",
)

# Planned, target made and crawled, job done, rows published.
STEPS = 4


@flow(name="catalog_to_redshift", flow_run_name="catalog_to_redshift")
def catalog_to_redshift(parameters: CatalogToRedshift = SAMPLE) -> LoadReport:
    """Crawl, plan, create or evolve the table, load exactly once; loaded objects are success."""
    settings = read_settings(os.environ)
    request = parameters.as_request(settings)
    migrate_warehouse(settings)
    found = find_pending(settings, request, find_objects(request))
    if not (parameters.dry_run or found.pending):
        tidy_up(settings, request)
        return LoadReport(request, loaded=found.loaded)
    with progress(STEPS, f"Steps of the load of {request.target}") as advance:
        plan = plan_load(settings, request, found, crawl_source(settings, request, found))
        publish_plan(plan)
        advance()
        if parameters.dry_run:
            return LoadReport(request, plan)
        say_plan(plan)
        prepare_target(settings, plan)
        into = crawl_target(settings, plan)
        advance()
        filled = fill_table(settings, plan, into)
        advance()
        published = publish_rows(settings, plan, filled)
        advance()
    tidy_up(settings, request)
    publish_load(settings, plan, filled, published)
    return LoadReport(request, plan, published.result, filled, published.target_rows)


if __name__ == "__main__":
    sys.exit(run_from_terminal(catalog_to_redshift, draw_report))
