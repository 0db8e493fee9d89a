from __future__ import annotations

from typing import Any

import pytest

from tasks.academy.names import Names, parse_partition
from tasks.academy.source import SourceUnusable, get_partitions_from_s3, read_partition


def put(s3: Any, *keys: str, body: bytes = b"{}\n") -> None:
    for key in keys:
        s3.put_object(Bucket="raw-data", Key=key, Body=body)


@pytest.mark.parametrize(
    ("folder", "value"),
    [
        ("dt=2026-11-20", "2026-11-20"),
        ("dt=2024-02-29", "2024-02-29"),
        ("dt=2026-02-29", None),
        ("dt=2026-13-01", None),
        ("dt=20261120", None),
        ("dt=2026-11-20T00", None),
        ("dt=2026-11-20 ", None),
        ("DT=2026-11-20", None),
        ("dt=٢٠٢٦-11-20", None),
        ("dt=__HIVE_DEFAULT_PARTITION__", None),
        ("backfill", None),
        ("", None),
    ],
)
def test_a_partition_is_a_day_of_the_calendar(folder: str, value: str | None) -> None:
    assert parse_partition(folder) == value


def test_partitions_are_found_by_their_folders(s3: Any, names: Names) -> None:
    put(
        s3,
        "users/dt=2026-11-20/a.json",
        "users/dt=2026-11-19/a.json",
        "users/dt=2026-11-19/b.json",
        "users/dt=2026-02-30/a.json",
        "users/backfill/a.json",
        "users/_staging/a.json",
        "users/loose.json",
        "users_old/dt=2026-11-01/a.json",
    )
    found = get_partitions_from_s3(s3, names, "users")
    assert found.values == ("2026-11-19", "2026-11-20")
    assert sorted(found.passed_over) == ["backfill/", "dt=2026-02-30/", "loose.json"]


def test_partitions_beyond_one_page_are_found(s3: Any, names: Names) -> None:
    days = [f"20{year}-{month:02d}-{day:02d}" for year in (24, 25, 26) for month in range(1, 13)
            for day in range(1, 29)]  # fmt: skip
    put(s3, *(f"tweets/dt={day}/a.json" for day in days))
    assert len(days) == 1008
    assert get_partitions_from_s3(s3, names, "tweets").values == tuple(sorted(days))


def test_a_folder_of_its_own_name_is_listed(s3: Any, names: Names) -> None:
    put(s3, "followers/dt=2026-11-20/a.json")
    assert get_partitions_from_s3(s3, names, "user_followers").values == ("2026-11-20",)


def test_a_missing_folder_is_named(s3: Any, names: Names) -> None:
    with pytest.raises(SourceUnusable, match=r"s3://raw-data/followers/ holds nothing: name the"):
        get_partitions_from_s3(s3, names, "user_followers")


def test_a_missing_bucket_is_named(s3: Any, names: Names) -> None:
    s3.delete_bucket(Bucket="raw-data")
    for look in (
        lambda: get_partitions_from_s3(s3, names, "users"),
        lambda: read_partition(s3, names, "users", "2026-11-20"),
    ):
        with pytest.raises(SourceUnusable, match="The bucket raw-data does not exist"):
            look()


def test_data_of_a_partition_is_what_spark_would_read(s3: Any, names: Names) -> None:
    day = "users/dt=2026-11-20/"
    put(
        s3,
        day,
        f"{day}a.json",
        f"{day}deep/b.json.gz",
        f"{day}_SUCCESS",
        f"{day}.a.json.crc",
        f"{day}_temporary/0/c.json",
    )
    found = read_partition(s3, names, "users", "2026-11-20")
    assert [one.key for one in found.objects] == [f"{day}a.json", f"{day}deep/b.json.gz"]
    assert found.bytes == 6


def test_other_content_is_another_source(s3: Any, names: Names) -> None:
    put(s3, "users/dt=2026-11-20/a.json")
    before = read_partition(s3, names, "users", "2026-11-20").source_id
    put(s3, "users/dt=2026-11-20/_SUCCESS")
    assert read_partition(s3, names, "users", "2026-11-20").source_id == before
    put(s3, "users/dt=2026-11-20/a.json", body=b"[]\n")
    assert read_partition(s3, names, "users", "2026-11-20").source_id != before
