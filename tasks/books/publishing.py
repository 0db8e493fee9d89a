"""What the books flows show of themselves in Prefect: artifacts, and the assets that they made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from tasks.artifacts import (
    publish_counts,
    publish_job_run,
    publish_lineage,
    publish_plot,
    publish_quality,
)
from tasks.assets import record_asset, redshift_asset, s3_asset
from tasks.books.steps import (
    EXPORT_PREFIX,
    CleanedFiles,
    ExportedFiles,
    ModelledBooks,
    read_output,
)
from tasks.settings import Settings

_STAR_OF = {
    "dim_location": ("users",),
    "dim_users": ("users", "ratings"),
    "dim_books": ("books", "ratings"),
    "fact_ratings": ("ratings",),
}


def postgres_asset(settings: Settings, table: str) -> str:
    """Name a table of the database."""
    return f"postgres://{settings.rds.host}/{settings.rds.database}/books/{table}"


def publish_cleaned(settings: Settings, cleaned: CleanedFiles) -> None:
    """Publish what became of every record, and why those that were not kept were not."""
    rows = [
        {
            "file": one.file,
            "table": one.table,
            "input": one.input_rows,
            "loaded": one.loaded_rows,
            "rejected": one.rejected_rows,
            "duplicate": one.duplicate_rows,
            "quarantine": one.quarantine_uri,
        }
        for one in cleaned.files
    ]
    publish_counts("clean-books-counts", rows, "input = loaded + rejected + duplicate")
    publish_counts("clean-books-reasons", _kinds(cleaned, "reasons"), "Why records were rejected")
    publish_counts("clean-books-mended", _kinds(cleaned, "mended"), "What was mended in records")
    publish_plot(
        "clean-books-rows",
        {one.file.rpartition("/")[2]: one.loaded_rows for one in cleaned.files},
        title="Rows by file",
        unit="rows",
    )
    edges = []
    for one in cleaned.files:
        source = s3_asset(settings.landing_bucket, one.file)
        target = postgres_asset(settings, one.table)
        record_asset(target, made_from=[source], metadata={"rows": cleaned.rows[one.table]})
        edges.append((source, target))
    publish_lineage("clean-books-lineage", edges)


def publish_exported(settings: Settings, exported: ExportedFiles) -> None:
    """Publish the exported tables and where they came from."""
    rows = [{**asdict(one), "keys": len(one.keys)} for one in exported.tables]
    publish_counts("export-books-counts", rows, "Exported tables")
    edges = []
    for one in exported.tables:
        source, target = postgres_asset(settings, one.table), _export_asset(settings, one.table)
        record_asset(target, made_from=[source], metadata={"rows": one.rows})
        edges.append((source, target))
    publish_lineage("export-books-lineage", edges)


def publish_modelled(settings: Settings, modelled: ModelledBooks) -> None:
    """Publish what the star took, how the rules came out, and which rating was given how often."""
    rows = [{"table": one.table, **asdict(one.result), **one.changes} for one in modelled.tables]
    publish_counts("model-books-counts", rows, "input = loaded + rejected + duplicate")
    publish_plot(
        "model-books-ratings", modelled.ratings, title="Ratings by what they say", unit="ratings"
    )
    if modelled.made is not None:
        outcomes = modelled.made.quality.items()
        publish_quality(
            "model-books-quality",
            [{"table": table, **outcome} for table, own in outcomes for outcome in own],
        )
    if modelled.run is not None:
        publish_job_run("model-books-run", modelled.run, read_output(modelled.run))
    edges = []
    for table, sources in _STAR_OF.items():
        target = redshift_asset(settings.redshift.database, "books", table)
        made_from = [_export_asset(settings, source) for source in sources]
        record_asset(
            target, made_from=made_from, metadata={"rows": modelled.rows[f"books.{table}"]}
        )
        edges += [(source, target) for source in made_from]
    publish_lineage("model-books-lineage", edges)


def _kinds(cleaned: CleanedFiles, field: str) -> Sequence[dict[str, object]]:
    return [
        {"file": one.file, "kind": kind, "records": count}
        for one in cleaned.files
        for kind, count in Counter(getattr(one, field)).most_common()
    ]


def _export_asset(settings: Settings, table: str) -> str:
    return s3_asset(settings.landing_bucket, f"{EXPORT_PREFIX}/books/{table}")
