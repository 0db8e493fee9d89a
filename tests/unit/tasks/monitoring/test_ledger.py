from __future__ import annotations

from tasks.monitoring.findings import Finding, Severity
from tasks.monitoring.ledger import DatasetLoads, judge_ledger
from tasks.monitoring.limits import DatasetLimits

HOUR = 3600
OTHERS = DatasetLimits(stale_after_hours=36, rejects_percent=5)


def test_a_fresh_and_clean_dataset_is_no_finding() -> None:
    watched = judge_ledger([DatasetLoads("books", HOUR, 2, 1000)], {}, OTHERS)
    assert (watched.seen, watched.findings, watched.unknown) == ("1 dataset, 2 loads", (), ())


def test_a_stale_dataset_is_critical_by_its_own_limit() -> None:
    loads = [DatasetLoads("books", 30 * HOUR), DatasetLoads("twitter", 30 * HOUR)]
    limits = {"twitter": DatasetLimits(stale_after_hours=24)}
    assert judge_ledger(loads, limits, OTHERS).findings == (
        Finding(Severity.CRITICAL, "stale", "twitter", "last loaded 30.0 h ago, the limit is 24 h"),
    )


def test_rejects_are_told_with_their_reasons_and_critical_above_the_limit() -> None:
    reasons = (("isbn is missing", 50), ("age is missing", 10), ("c", 1), ("d", 1))
    few = DatasetLoads("books", 1, 1, 1000, 50, reasons=reasons[:1])
    many = DatasetLoads("ratings", 1, 1, 1000, 62, reasons=reasons)
    assert judge_ledger([few, many], {}, OTHERS).findings == (
        Finding(
            Severity.INFO,
            "rejects",
            "books",
            "50 of 1,000 rows, 5.0 %, the limit is 5 %: 50 x isbn is missing",
        ),
        Finding(
            Severity.CRITICAL,
            "rejects",
            "ratings",
            "62 of 1,000 rows, 6.2 %, the limit is 5 %: "
            "50 x isbn is missing; 10 x age is missing; 1 x c",
        ),
    )


def test_a_ledger_that_does_not_add_up_is_critical() -> None:
    (found,) = judge_ledger([DatasetLoads("books", 1, 3, 9, 0, 2)], {}, OTHERS).findings
    assert (found.severity, found.kind) == (Severity.CRITICAL, "ledger")
    assert found.text == "2 loads where input is not loaded + rejected + duplicate"


def test_what_was_never_loaded_cannot_be_judged() -> None:
    watched = judge_ledger([], {"anpr": OTHERS}, OTHERS)
    assert watched.unknown == (
        "anpr was never loaded",
        "How fresh the data is: nothing was loaded yet",
    )
