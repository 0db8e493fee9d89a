"""Landing zone to processed zone: crawl what arrived, run the Glue job, crawl what it made."""

from __future__ import annotations

import os
import sys
from typing import Any

from prefect import flow
from pydantic import BaseModel, ConfigDict, Field

from tasks.artifacts import (
    progress,
    publish_counts,
    publish_job_run,
    publish_lineage,
    publish_plot,
    publish_quality,
)
from tasks.assets import record_asset, s3_asset
from tasks.command_line import run_from_terminal
from tasks.settings import Settings, read_settings
from tasks.twitter.steps import (
    ProcessedWindow,
    crawl,
    find_landed_endpoints,
    find_pending_windows,
    process_window,
    read_output,
)


class ProcessTweets(BaseModel):
    """Which windows to process, and how many bad records to bear."""

    model_config = ConfigDict(extra="forbid")

    windows: list[str] = Field(
        default=[],
        description="Names of windows, such as 2026-11-20T00-00-00Z; all that are pending if empty",
    )
    reject_limit: int = Field(
        default=1000,
        ge=0,
        description="Above so many rejected records in a window nothing of it is published",
    )


@flow(name="process_tweets", flow_run_name="process_tweets")
def process_tweets(parameters: ProcessTweets = ProcessTweets()) -> list[ProcessedWindow]:
    """Process each window in a Glue job run of its own; none pending is success."""
    settings = read_settings(os.environ)
    windows = parameters.windows or find_pending_windows(settings)
    if not windows:
        return []
    crawl(settings.glue_name("landing-x-api"))
    processed = []
    with progress(len(windows), "Windows processed") as advance:
        for window in windows:
            processed.append(process_window(settings, window, parameters.reject_limit))
            advance()
    crawl(settings.glue_name("processed-twitter"))
    _publish(settings, processed)
    return processed


def _publish(settings: Settings, processed: list[ProcessedWindow]) -> None:
    rows = [
        {"window": one.window, "table": table, **counts}
        for one in processed
        for table, counts in one.counts.items()
    ]
    publish_counts("process-tweets-counts", rows, "input = loaded + rejected + duplicate")
    publish_quality("process-tweets-quality", _rule_outcomes(processed))
    for one in processed:
        publish_job_run("process-tweets-run", one.run, read_output(one.run))
    tables = sorted({table for one in processed for table in one.counts} - {"pages"})
    landing = f"s3://{settings.landing_bucket}/x_api"
    job = processed[0].run.job_name
    publish_lineage(
        "process-tweets-lineage",
        [(landing, job), *((job, f"s3://{settings.processed_bucket}/twitter/{t}") for t in tables)],
    )
    _publish_tables(settings, processed, tables)


def _publish_tables(
    settings: Settings, processed: list[ProcessedWindow], tables: list[str]
) -> None:
    endpoints = find_landed_endpoints(settings)
    pages = [s3_asset(settings.landing_bucket, f"x_api/{endpoint}") for endpoint in endpoints]
    rows = {
        table: sum(one.counts[table]["loaded"] for one in processed if table in one.counts)
        for table in tables
    }
    publish_plot("process-tweets-plot", rows, title="Rows by table", unit="rows")
    for table, count in rows.items():
        record_asset(
            s3_asset(settings.processed_bucket, f"twitter/{table}"),
            made_from=pages,
            metadata={"rows": count, "windows": [one.window for one in processed]},
        )


def _rule_outcomes(processed: list[ProcessedWindow]) -> list[dict[str, Any]]:
    return [
        {"window": one.window, "table": table, **outcome}
        for one in processed
        for table, outcomes in one.quality.items()
        for outcome in outcomes
    ]


if __name__ == "__main__":
    sys.exit(run_from_terminal(process_tweets, str))
