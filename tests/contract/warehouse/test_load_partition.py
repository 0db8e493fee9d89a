"""The load protocol against the stand-in: what is loaded, what is refused, and that it is once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tasks import warehouse as subject
from tasks.processed import ProcessedZoneError
from tasks.redshift import WarehouseError, connect
from tasks.warehouse import TooManyRejects, pending_partitions, table_counts

pytestmark = pytest.mark.stack
DAY = "event_date=2026-11-20"
NEXT_DAY = "event_date=2026-11-21"


def test_a_partition_is_loaded_and_entered_in_the_ledger(dataset: Any) -> None:
    dataset.publish((1, "a", 10), (2, "é 日本 👩🏻‍💻", 10))
    result = dataset.load()
    assert (result.input_rows, result.loaded_rows, result.skipped) == (2, 2, False)
    assert dataset.rows() == [(1, "a", 10), (2, "é 日本 👩🏻‍💻", 10)]
    assert dataset.ledger() == [(f"facts/{DAY}", 1, 2, 2, 0, 0, "flow-1", "jr_1")]
    assert table_counts(dataset.warehouse, [dataset.spec]) == {f"{dataset.spec.schema}.facts": 2}


def test_the_same_objects_are_loaded_once(dataset: Any) -> None:
    dataset.publish((1, "a", 10))
    first = dataset.load()
    again = dataset.load()
    assert again.skipped
    assert again.load_id == first.load_id
    assert again.input_rows == 1
    assert len(dataset.ledger()) == 1


def test_an_overlap_updates_and_does_not_duplicate(dataset: Any) -> None:
    dataset.publish((1, "old", 10), (2, "old", 10))
    dataset.load()
    dataset.publish((2, "new", 11), (3, "new", 11))
    result = dataset.load()
    assert (result.input_rows, result.loaded_rows, result.duplicate_rows) == (2, 2, 0)
    assert dataset.rows() == [(1, "old", 10), (2, "new", 11), (3, "new", 11)]


def test_older_rows_that_come_later_never_overwrite(dataset: Any) -> None:
    dataset.publish((1, "new", 12), (2, "new", 12), partition=NEXT_DAY)
    dataset.load(NEXT_DAY)
    dataset.publish((1, "old", 10), (2, "same age", 12), (3, "other", 10))
    result = dataset.load()
    assert (result.input_rows, result.loaded_rows, result.duplicate_rows) == (3, 2, 1)
    assert dataset.rows() == [(1, "new", 12), (2, "same age", 12), (3, "other", 10)]


def test_of_duplicates_within_a_partition_the_newest_is_loaded(dataset: Any) -> None:
    dataset.publish((1, "a", 10), (1, "c", 12), (1, "b", 11), (2, "tie a", 10), (2, "tie b", 10))
    result = dataset.load()
    assert (result.input_rows, result.loaded_rows, result.duplicate_rows) == (5, 2, 3)
    assert dataset.rows() == [(1, "c", 12), (2, "tie b", 10)]


def test_unusable_rows_are_laid_aside_within_the_limit(dataset: Any) -> None:
    dataset.publish((1, "a", 10), (None, "no id", 10), (2, None, 11))
    result = dataset.load(reject_limit=2)
    assert (result.input_rows, result.loaded_rows, result.rejected_rows) == (3, 1, 2)
    rejects = dataset.query(
        "SELECT file, reason, record FROM etl.rejects WHERE load_id = %s ORDER BY reason",
        result.load_id,
    )
    prefix = f"{dataset.spec.prefix}{DAY}/"
    assert rejects == [
        (prefix, "id is missing", "id=NULL retrieved_at=2026-11-20 10:00:00"),
        (prefix, "note is missing", "id=2 retrieved_at=2026-11-20 11:00:00"),
    ]


def test_above_the_reject_limit_nothing_is_loaded(dataset: Any) -> None:
    dataset.publish((1, "a", 10), (None, "no id", 10))
    with pytest.raises(TooManyRejects, match="1 unusable rows of 2, the limit is 0"):
        dataset.load()
    assert (dataset.rows(), dataset.ledger()) == ([], [])


def test_two_loaders_of_one_partition_load_it_once(
    dataset: Any, redshift_login: dict[str, Any]
) -> None:
    dataset.publish(*((number, "a", 10) for number in range(200)))
    others = [connect(**redshift_login) for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(lambda other: dataset.load(warehouse=other), others))
    for other in others:
        other.close()
    assert sorted(result.skipped for result in results) == [False, True]
    assert len(dataset.rows()) == 200
    assert len(dataset.ledger()) == 1


def test_two_loaders_of_two_partitions_both_load(
    dataset: Any, redshift_login: dict[str, Any]
) -> None:
    dataset.publish((1, "old", 10), (2, "old", 10))
    dataset.publish((2, "new", 11), (3, "new", 11), partition=NEXT_DAY)
    other = connect(**redshift_login)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(dataset.load, DAY)
        second = threads.submit(dataset.load, NEXT_DAY, other)
        assert not first.result().skipped
        assert not second.result().skipped
    other.close()
    assert dataset.rows() == [(1, "old", 10), (2, "new", 11), (3, "new", 11)]


def test_a_partition_without_marker_is_refused(dataset: Any) -> None:
    with pytest.raises(ProcessedZoneError, match=r"has no _complete.json: the partition is not"):
        dataset.load()


def test_a_truncated_object_is_refused_by_name(dataset: Any) -> None:
    key = dataset.publish((1, "a", 10))
    whole = dataset.s3.get_object(Bucket=dataset.bucket, Key=key)["Body"].read()
    dataset.s3.put_object(Bucket=dataset.bucket, Key=key, Body=whole[:-9])
    with pytest.raises(ProcessedZoneError, match=rf"{key} has \d+ bytes instead of {len(whole)}"):
        dataset.load()


@pytest.mark.parametrize("change", ["truncate", "delete"])
def test_copy_itself_refuses_what_changed_after_the_check(
    dataset: Any, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    key = dataset.publish((1, "a", 10))
    whole = dataset.s3.get_object(Bucket=dataset.bucket, Key=key)["Body"].read()

    def change_object(*_: Any) -> None:
        dataset.s3.delete_object(Bucket=dataset.bucket, Key=key)
        if change == "truncate":
            dataset.s3.put_object(Bucket=dataset.bucket, Key=key, Body=whole[:-9])

    monkeypatch.setattr(subject, "verify_objects", change_object)
    with pytest.raises(WarehouseError, match=rf"The load of .*{DAY}/ into .*facts failed"):
        dataset.load()
    assert (dataset.rows(), dataset.ledger()) == ([], [])


def test_fewer_rows_than_the_marker_promises_are_refused(dataset: Any) -> None:
    dataset.publish((1, "a", 10), promise=2)
    with pytest.raises(WarehouseError, match="brought 1 rows, its marker promises 2"):
        dataset.load()
    assert dataset.ledger() == []


def test_a_missing_table_says_what_to_do(dataset: Any) -> None:
    dataset.publish((1, "a", 10))
    with dataset.warehouse.transaction() as cursor:
        cursor.execute(f"DROP TABLE {dataset.spec.name}")
    with pytest.raises(WarehouseError, match=r"facts.* Apply the migrations .*\[42P01\]"):
        dataset.load()


def test_pending_are_new_and_changed_partitions(dataset: Any) -> None:
    def pending() -> list[str]:
        return pending_partitions(
            dataset.warehouse, dataset.s3, spec=dataset.spec, bucket=dataset.bucket
        )

    dataset.publish((1, "a", 10))
    dataset.publish((2, "a", 10), partition=NEXT_DAY)
    incomplete = f"{dataset.spec.prefix}event_date=2026-11-22/part.parquet"
    dataset.s3.put_object(Bucket=dataset.bucket, Key=incomplete, Body=b"x")
    assert pending() == [DAY, NEXT_DAY]
    dataset.load(DAY)
    assert pending() == [NEXT_DAY]
    dataset.load(NEXT_DAY)
    leftover = f"{dataset.spec.prefix}{DAY}/part-leftover.parquet"
    dataset.s3.put_object(Bucket=dataset.bucket, Key=leftover, Body=b"x")
    assert pending() == []
    dataset.publish((1, "b", 11))
    assert pending() == [DAY]
