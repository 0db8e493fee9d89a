"""Judge the ledger of loads: how fresh each dataset is, and how much of it was rejected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tasks.monitoring.findings import Finding, Severity, Watched, count, shorten
from tasks.monitoring.limits import DatasetLimits


@dataclass(frozen=True)
class DatasetLoads:
    """What the ledger holds of a dataset: its last load, and the loads of the time looked at."""

    dataset: str
    seconds_since_load: int
    loads: int = 0
    input_rows: int = 0
    rejected_rows: int = 0
    unbalanced_loads: int = 0
    reasons: tuple[tuple[str, int], ...] = ()


def judge_ledger(
    datasets: Sequence[DatasetLoads],
    limits: Mapping[str, DatasetLimits],
    other_limits: DatasetLimits,
) -> Watched:
    """Judge each dataset by its own limits, or by those for all others."""
    findings = [
        finding
        for loads in datasets
        for finding in _judge_dataset(loads, limits.get(loads.dataset, other_limits))
    ]
    loaded = {loads.dataset for loads in datasets}
    unknown = [f"{name} was never loaded" for name in sorted(set(limits) - loaded)]
    if not datasets:
        unknown.append("How fresh the data is: nothing was loaded yet")
    total = sum(loads.loads for loads in datasets)
    seen = f"{count(len(datasets), 'dataset')}, {count(total, 'load')}"
    return Watched(seen, tuple(findings), tuple(unknown))


def _judge_dataset(loads: DatasetLoads, limits: DatasetLimits) -> Iterator[Finding]:
    hours = loads.seconds_since_load / 3600
    if hours > limits.stale_after_hours:
        text = f"last loaded {hours:.1f} h ago, the limit is {limits.stale_after_hours:g} h"
        yield Finding(Severity.CRITICAL, "stale", loads.dataset, text)
    if loads.unbalanced_loads:
        text = (
            f"{count(loads.unbalanced_loads, 'load')} where input is not "
            "loaded + rejected + duplicate"
        )
        yield Finding(Severity.CRITICAL, "ledger", loads.dataset, text)
    if loads.rejected_rows:
        yield _describe_rejects(loads, limits.rejects_percent)


def _describe_rejects(loads: DatasetLoads, limit: float) -> Finding:
    percent = 100 * loads.rejected_rows / loads.input_rows
    severity = Severity.CRITICAL if percent > limit else Severity.INFO
    reasons = "; ".join(f"{rows:,} x {shorten(reason, 80)}" for reason, rows in loads.reasons[:3])
    text = (
        f"{loads.rejected_rows:,} of {loads.input_rows:,} rows, {percent:.1f} %, "
        f"the limit is {limit:g} %" + (f": {reasons}" if reasons else "")
    )
    return Finding(severity, "rejects", loads.dataset, text)
