from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tasks.monitoring.findings import Finding, Severity
from tasks.monitoring.tables import CatalogTable, TableVersion, judge_gone, judge_table, remember

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def version(number: str, **columns: str) -> TableVersion:
    return TableVersion(number, NOW, tuple(columns.items()))


def judge(*versions: TableVersion, deprecated: bool = False) -> list[Finding]:
    return judge_table(CatalogTable("landing.books", versions, deprecated))


def test_the_same_columns_are_no_finding() -> None:
    same = version("2", a="int", b="string"), version("1", b="string", a="int")
    assert judge(*same) == []
    assert judge(version("0", a="int")) == []


def test_added_columns_are_to_know() -> None:
    assert judge(version("1", a="int", b="string"), version("0", a="int")) == [
        Finding(
            Severity.INFO, "schema changed", "landing.books", "version 0 to 1: added b string", "1"
        )
    ]


def test_removed_and_retyped_columns_are_named_with_their_types() -> None:
    before = version("3", a="int", b="string", c="date")
    between = version("4", a="int")
    (found,) = judge(version("5", a="bigint", b="string", d="int"), between, before)
    assert found.severity is Severity.WARNING
    assert found.text == (
        "version 3 to 5: added d int; retyped a from int to bigint; removed c date"
    )


def test_a_change_that_was_undone_is_none() -> None:
    assert judge(version("2", a="int"), version("1", a="string"), version("0", a="int")) == []


def test_long_types_are_cut() -> None:
    nested = "struct<" + ",".join(f"field{n}:string" for n in range(50)) + ">"
    (found,) = judge(version("1", a=nested), version("0", a="int"))
    assert found.text.endswith("...")
    assert len(found.text) < 120


def test_a_deprecated_table_is_a_warning() -> None:
    (found,) = judge(version("0", a="int"), deprecated=True)
    assert (found.severity, found.kind) == (Severity.WARNING, "table deprecated")


def test_a_table_that_was_there_is_missed_for_as_long_as_one_looks_back() -> None:
    remembered = {"l.kept": NOW - DAY / 2, "l.gone": NOW - DAY / 2, "l.long_gone": NOW - 2 * DAY}
    assert judge_gone(remembered, ["l.kept", "l.new"], NOW - DAY) == [
        Finding(
            Severity.CRITICAL, "table gone", "l.gone", "the catalog had it until 2026-11-20 00:00Z"
        )
    ]
    assert remember(remembered, ["l.kept", "l.new"], NOW, DAY) == {
        "l.kept": NOW,
        "l.new": NOW,
        "l.gone": NOW - DAY / 2,
    }
