"""What a flow run shows of itself in Prefect's UI: counts, lineage, logs, progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from tasks.glue import JobRun
from tasks.lineage import Edge, describe_lineage

MOST_BARS = 48
LONGEST_BAR = 20  # blocks of 11 pixels, beside a name and a number in 580


def publish_counts(key: str, rows: Sequence[Mapping[str, Any]], description: str) -> None:
    """Publish a table of counts in and out."""
    create_table_artifact(key=key, table=[dict(row) for row in rows], description=description)


def publish_quality(key: str, outcomes: Iterable[Mapping[str, Any]]) -> None:
    """Publish what became of data-quality rules: rule, outcome, reason and metrics.

    Other fields of an outcome, such as its table, come first.
    """
    create_table_artifact(
        key=key,
        table=[describe_outcome(outcome) for outcome in outcomes],
        description="Data quality: the rules of each table, in DQDL",
    )


def describe_outcome(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row for an outcome; its metrics are one text, such as `Dataset.*.RowCount = 3`."""
    metrics = outcome["metrics"].items()
    return {
        **outcome,
        "reason": outcome["reason"] or "",
        "metrics": ", ".join(f"{name} = {value:g}" for name, value in metrics),
    }


def publish_lineage(key: str, edges: Iterable[Edge]) -> None:
    """Publish which data came from which, as a picture; nothing where nothing was made."""
    drawn = list(edges)
    if drawn:
        create_markdown_artifact(key=key, markdown=describe_lineage(drawn), description="Lineage")


def publish_job_run(key: str, run: JobRun, output: Sequence[str]) -> None:
    """Publish what a Glue job run cost, where its logs lie and how they end."""
    create_markdown_artifact(
        key=key, markdown=describe_job_run(run, output), description="Glue job run"
    )


def describe_job_run(run: JobRun, output: Sequence[str]) -> str:
    """Describe a job run in Markdown; the commands work wherever the AWS_* variables point."""
    command = "aws logs get-log-events --output text --query 'events[].message'"
    stream = f"--log-stream-name {run.run_id}"
    return "\n".join(
        [
            f"# {run.job_name}: {run.state}",
            "",
            f"Run `{run.run_id}`, {run.execution_seconds} s, {run.dpu_seconds:g} DPU seconds.",
            "",
            "```",
            f"{command} --log-group-name {run.log_group}/output {stream}",
            f"{command} --log-group-name {run.log_group}/error {stream}",
            "```",
            "",
            "The end of its output:",
            "",
            "```",
            *output,
            "```",
        ]
    )


def publish_plot(key: str, bars: Mapping[str, int], *, title: str, unit: str) -> None:
    """Publish a bar chart, such as rows by partition; nothing where there is nothing to plot."""
    if bars:
        create_markdown_artifact(key=key, markdown=draw_plot(bars, unit=unit), description=title)


def draw_plot(bars: Mapping[str, int], *, unit: str) -> str:
    """Draw bars in their order as a table; of more than 48 the last ones.

    Mermaid's xychart renders in the newer of Prefect's UIs only, lets a dozen names of partitions
    overlap, and does not begin at zero.
    """
    shown = list(bars.items())[-MOST_BARS:]
    longest = max((length for _, length in shown), default=0)
    rows = [f"| {_escape(name)} | {n:,} | {_bar(n, longest)} |" for name, n in shown]
    note = ["", f"The last {MOST_BARS} of {len(bars)}."] if len(bars) > MOST_BARS else []
    return "\n".join([f"| | {unit} | |", "|:--|--:|:--|", *rows, *note])


def _bar(length: int, longest: int) -> str:
    """Draw a bar of blocks; whatever is more than nothing shows."""
    blocks = round(LONGEST_BAR * length / longest) if longest else 0
    return "\N{FULL BLOCK}" * max(blocks, 1 if length else 0)


def _escape(name: str) -> str:
    return name.replace("|", "\\|")


@contextmanager
def progress(total: int, description: str) -> Iterator[Callable[[], None]]:
    """Give a function to be called after each of `total` steps; shows them as a progress bar."""
    # Prefect types the synchronous call as if it might be awaited.
    artifact = cast(UUID, create_progress_artifact(progress=0.0, description=description))
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        update_progress_artifact(artifact_id=artifact, progress=100.0 * done / total)

    yield advance
