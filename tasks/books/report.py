"""What a run of the books pipeline did, as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tasks.books.steps import CleanedFiles, ExportedFiles, ModelledBooks
from tasks.warehouse_table import draw_tables, group_parts


@dataclass(frozen=True)
class BooksReport:
    """The results of the three stages."""

    cleaned: CleanedFiles
    exported: ExportedFiles
    modelled: ModelledBooks


def draw_report(report: BooksReport) -> RenderableType:
    """Draw the way of the books from their files to the star."""
    return Group(
        draw_cleaned(report.cleaned), draw_exported(report.exported), draw_modelled(report.modelled)
    )


def draw_cleaned(cleaned: CleanedFiles) -> RenderableType:
    """Draw a row for each file that was loaded, and why records were rejected."""
    if not cleaned.files:
        return Group("", Text("cleaned    nothing: every file is loaded as it is"))
    drawn = Table("File")
    for heading in ("input", "loaded", "rejected", "duplicate", "mended"):
        drawn.add_column(heading, justify="right")
    for one in cleaned.files:
        counts = (one.input_rows, one.loaded_rows, one.rejected_rows, one.duplicate_rows)
        mended = sum(one.mended.values())
        name = one.file.rpartition("/")[2]
        drawn.add_row(name, *(f"{count:,}" for count in (*counts, mended)))
    return Group("", drawn, *map(Text, _reasons(cleaned)))


def draw_exported(exported: ExportedFiles) -> RenderableType:
    """Draw a line for each exported table."""
    lines = [
        f"exported   {one.table}: {one.rows:,} rows in {len(one.keys)} files, {one.bytes:,} bytes"
        for one in exported.tables
    ]
    return Group("", *map(Text, lines))


def draw_modelled(modelled: ModelledBooks) -> RenderableType:
    """Draw the job's run and a row for each table of the star."""
    parts = group_parts("books", ((one.table, one.result) for one in modelled.tables))
    drawn = draw_tables(modelled.rows, parts)
    return Group("", *map(Text, _modelling(modelled)), "", drawn)


def _reasons(cleaned: CleanedFiles) -> Iterator[str]:
    for one in cleaned.files:
        for reason, count in one.reasons.items():
            yield f"rejected   {one.file.rpartition('/')[2]}: {count:,} times {reason}"


def _modelling(modelled: ModelledBooks) -> Iterator[str]:
    if modelled.recorded:
        rejected = sum(one.rejected_rows for one in modelled.recorded)
        yield f"recorded   {len(modelled.recorded)} files, {rejected:,} rejects, in Redshift's etl"
    run = modelled.run
    if run is not None:
        yield (
            f"modelled   run {run.state}, {run.execution_seconds} s, "
            f"{run.dpu_seconds:.0f} DPU seconds"
        )
    elif modelled.made is not None:
        yield "modelled   an earlier run had done so"
    if all(one.result.skipped for one in modelled.tables):
        yield "loaded     nothing: the star has this export already"
        return
    for one in modelled.tables:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(one.changes.items()))
        yield f"loaded     {one.table}: {kinds or 'nothing new'}"
