from __future__ import annotations

from datetime import UTC, datetime

from rich.console import Console

from tasks.glue import JobRun
from tasks.twitter.collection import CollectResult
from tasks.twitter.landing import Window
from tasks.twitter.report import TweetsReport, draw_report
from tasks.twitter.steps import LoadedPartition, ProcessedWindow, WarehouseResult
from tasks.warehouse import LoadResult

WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
RUN = JobRun("job", "jr_1", "SUCCEEDED", 3, 6.0, "/aws-glue/jobs")


def drawn(report: TweetsReport) -> str:
    console = Console(width=80)
    with console.capture() as captured:
        console.print(draw_report(report))
    return captured.get()


def test_report_adds_up_each_tables_partitions() -> None:
    counts = {"tweets": {"input": 5, "loaded": 4, "rejected": 1, "duplicate": 0}}
    loads = tuple(
        LoadedPartition("tweets", day, LoadResult("id", 1200, 1000, 50, 150, skipped=False))
        for day in ("event_date=2026-11-01", "event_date=2026-11-02")
    )
    text = drawn(
        TweetsReport(
            CollectResult(WINDOW),
            (ProcessedWindow("2026-11-01T00-00-00Z", RUN, counts, "s3://q/x", {}),),
            WarehouseResult(loads, {"twitter.tweets": 2000, "twitter.users": 7}),
        )
    )
    assert "run SUCCEEDED, 3 s, 6 DPU seconds" in text
    assert "rejected   1 records, laid aside in s3://q/x" in text
    assert "loaded     2 partitions" in text
    rows = {line.split()[1]: line.split()[3::2] for line in text.splitlines() if "twitter." in line}
    assert rows["twitter.tweets"] == ["2,400", "2,000", "100", "300", "2,000"]
    assert rows["twitter.users"] == ["0", "0", "0", "0", "7"]
    assert max(map(len, text.splitlines())) <= 80


def test_report_says_that_nothing_was_pending() -> None:
    text = drawn(TweetsReport(CollectResult(WINDOW), (), WarehouseResult((), {})))
    assert "processed  nothing: no collected window is pending" in text
