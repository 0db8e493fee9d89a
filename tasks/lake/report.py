"""What a load will do and what it did, as people read it: in the terminal and in Prefect's UI."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prefect.artifacts import create_markdown_artifact
from prefect.logging import get_run_logger
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tasks.artifacts import (
    publish_counts,
    publish_job_run,
    publish_lineage,
    publish_plot,
    publish_quality,
)
from tasks.assets import record_asset, redshift_asset, s3_asset
from tasks.lake.plan import LoadPlan, describe_plan, schema_rows
from tasks.lake.request import LoadRequest
from tasks.lake.steps import FilledTable, Published, read_output
from tasks.settings import Settings
from tasks.warehouse import LoadResult


@dataclass(frozen=True)
class LoadReport:
    """A run of the flow: planned only, loaded, or nothing to do because it was loaded before."""

    request: LoadRequest
    plan: LoadPlan | None = None
    loaded: LoadResult | None = None
    filled: FilledTable | None = None
    target_rows: int | None = None


def publish_plan(plan: LoadPlan) -> None:
    """Publish the plan: what will be done, and where each column comes from."""
    steps = "\n".join(f"- {step}" for step in describe_plan(plan))
    create_markdown_artifact(
        key="catalog-to-redshift-plan",
        markdown=f"# {plan.request.source_uri} to {plan.table.name}\n\n{steps}",
        description="What the load will do",
    )
    publish_counts(
        "catalog-to-redshift-schema", schema_rows(plan), "Fields of the source and their columns"
    )


def say_plan(plan: LoadPlan) -> None:
    """Say in the log what will be done."""
    for step in describe_plan(plan):
        get_run_logger().info("Plan: %s", step)


def publish_load(
    settings: Settings, plan: LoadPlan, filled: FilledTable, published: Published
) -> None:
    """Publish the counts, the rules, the reasons, the lineage, the run, and the asset."""
    result, table = published.result, plan.table.name
    publish_counts(
        "catalog-to-redshift-counts",
        [
            {
                "table": table,
                "input": result.input_rows,
                "loaded": result.loaded_rows,
                "rejected": result.rejected_rows,
                "duplicate": result.duplicate_rows,
                "rows now": published.target_rows,
            }
        ],
        "input = loaded + rejected + duplicate",
    )
    publish_quality(
        "catalog-to-redshift-quality", [{"table": table, **outcome} for outcome in filled.rules]
    )
    publish_plot(
        "catalog-to-redshift-rows",
        {
            "loaded": result.loaded_rows,
            "rejected": result.rejected_rows,
            "duplicate": result.duplicate_rows,
        },
        title=f"What became of the records for {table}",
        unit="rows",
    )
    if filled.reasons:
        publish_counts(
            "catalog-to-redshift-rejects",
            [{"reason": reason, "records": count} for reason, count in filled.reasons.items()],
            f"Why records were rejected; each of them is in etl.rejects, load {result.load_id}",
        )
    publish_job_run("catalog-to-redshift-run", filled.run, read_output(filled.run))
    source = s3_asset(plan.request.bucket, plan.request.prefix)
    target = redshift_asset(settings.redshift.database, plan.table.schema, plan.table.table)
    crawled = f"catalog {plan.source.database}.{plan.source.table}"
    job = filled.run.job_name
    publish_lineage(
        "catalog-to-redshift-lineage", [(source, crawled), (crawled, job), (job, target)]
    )
    record_asset(target, made_from=[source], metadata={"rows": published.target_rows})


def draw_report(report: LoadReport) -> RenderableType:
    """Draw what was planned and what became of it."""
    parts: list[RenderableType] = ["", *map(Text, _lines(report))]
    if report.plan is not None:
        parts += ["", _draw_schema(report.plan)]
    if report.loaded is not None:
        parts += ["", _draw_counts(report)]
    return Group(*parts)


def _lines(report: LoadReport) -> Iterator[str]:
    request = report.request
    if report.plan is None:
        yield f"nothing to load: {request.target} has the objects of {request.source_uri} already"
        return
    word = "would" if report.loaded is None else "did"
    for step in describe_plan(report.plan):
        yield f"{word:<6} {step}"
    if report.filled is not None:
        run = report.filled.run
        yield f"ran    {run.job_name}: {run.execution_seconds} s, {run.dpu_seconds:.0f} DPU seconds"
        for reason, count in report.filled.reasons.items():
            yield f"reject {count} records: {reason}"


def _draw_schema(plan: LoadPlan) -> Table:
    drawn = Table(*("field", "in the catalog", "column", "in Redshift"))
    for row in schema_rows(plan):
        drawn.add_row(*map(Text, row.values()))
    return drawn


def _draw_counts(report: LoadReport) -> Table:
    drawn = Table("Redshift table")
    result = report.loaded
    assert result is not None
    counts = {
        "input": result.input_rows,
        "loaded": result.loaded_rows,
        "rejected": result.rejected_rows,
        "duplicate": result.duplicate_rows,
    }
    if report.target_rows is not None:
        counts["rows now"] = report.target_rows
    for heading in counts:
        drawn.add_column(heading, justify="right")
    drawn.add_row(report.request.target, *(f"{count:,}" for count in counts.values()))
    return drawn
