"""Processed zone to Redshift: every partition that the ledger does not know, exactly once."""

from __future__ import annotations

import os
import sys
from collections import Counter

from prefect import flow
from pydantic import BaseModel, ConfigDict, Field

from tasks.artifacts import progress, publish_counts, publish_lineage, publish_plot
from tasks.assets import record_asset, redshift_asset, s3_asset
from tasks.command_line import run_from_terminal
from tasks.connections import migrate_warehouse
from tasks.settings import read_settings
from tasks.twitter.steps import (
    LoadedPartition,
    WarehouseResult,
    count_warehouse_rows,
    find_pending_partitions,
    load_table,
)


class WarehouseTweets(BaseModel):
    """How many bad rows to bear, and whose output is loaded."""

    model_config = ConfigDict(extra="forbid")

    reject_limit: int = Field(
        default=1000,
        ge=0,
        description="Above so many rejected rows in a partition nothing of it is loaded",
    )
    glue_run_id: str | None = Field(
        default=None, description="The Glue run that made the partitions, for the ledger"
    )


@flow(name="warehouse_tweets", flow_run_name="warehouse_tweets")
def warehouse_tweets(parameters: WarehouseTweets = WarehouseTweets()) -> WarehouseResult:
    """Load what is missing or changed, a transaction a partition; nothing to load is success."""
    settings = read_settings(os.environ)
    migrate_warehouse(settings)
    pending = find_pending_partitions(settings)
    loaded: list[LoadedPartition] = []
    if pending:
        with progress(sum(map(len, pending.values())), "Partitions loaded") as advance:
            for table, partitions in pending.items():
                loaded += load_table(
                    settings,
                    table,
                    partitions,
                    reject_limit=parameters.reject_limit,
                    glue_run_id=parameters.glue_run_id,
                    advance=advance,
                )
    rows = count_warehouse_rows(settings)
    publish_counts(
        "warehouse-tweets-loads",
        [one.as_row() for one in loaded],
        "input = loaded + rejected + duplicate",
    )
    publish_counts(
        "warehouse-tweets-tables",
        [{"table": table, "rows": count} for table, count in rows.items()],
        "Rows in Redshift",
    )
    bucket, database = settings.processed_bucket, settings.redshift.database
    publish_lineage(
        "warehouse-tweets-lineage",
        [
            (f"s3://{bucket}/twitter/{table}", f"redshift://{database}/twitter.{table}")
            for table in sorted({one.table for one in loaded})
        ],
    )
    bars = _sum_by_partition(loaded)
    publish_plot("warehouse-tweets-plot", bars, title="Rows loaded by partition", unit="rows")
    for table in sorted({one.table for one in loaded}):
        record_asset(
            redshift_asset(database, "twitter", table),
            made_from=[s3_asset(bucket, f"twitter/{table}")],
            metadata={"rows": rows[f"twitter.{table}"]},
        )
    return WarehouseResult(tuple(loaded), rows)


def _sum_by_partition(loaded: list[LoadedPartition]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for one in loaded:
        sums[one.partition] += one.result.loaded_rows
    return dict(sorted(sums.items()))


if __name__ == "__main__":
    sys.exit(run_from_terminal(warehouse_tweets, str))
