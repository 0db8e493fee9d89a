"""Files into PostgreSQL and out again, on the stack's RDS and S3."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks.books.cleaning import TooManyRejects
from tasks.books.export import Exporter
from tasks.books.fields import Limits
from tasks.books.landing import LandingError, list_files
from tasks.books.loading import LoadedFile, Loader, count_rows, find_new
from tasks.postgres import Database
from tests import book_crossing

pytestmark = pytest.mark.stack

LIMITS = Limits(earliest_year=1450, latest_year=2005, youngest=5, oldest=100)


def land(s3: Any, bucket: str, **files: str | bytes) -> None:
    for name, body in files.items():
        s3.put_object(Bucket=bucket, Key=f"in/{name}.csv", Body=body)


def load(s3: Any, bucket: str, database: Database, limit: int = 1000) -> dict[str, LoadedFile]:
    loader = Loader(s3, bucket, LIMITS, limit, "flow-run")
    files = find_new(database, list_files(s3, bucket, "in/"))
    return {one.file.removeprefix("in/"): one for one in loader.load(database, files)}


def select(database: Database, query: str) -> list[tuple[Any, ...]]:
    with database.transaction():
        return database.execute(query).fetchall()


USERS = "User-ID;Location;Age\n1;oban, argyll, uk;30\n2;portree, skye, uk;NULL\n"


def test_files_are_loaded_once_and_newer_ones_win(s3: Any, bucket: str, database: Database) -> None:
    land(s3, bucket, users=USERS, ratings="1,0195153448,5\n1,195153448,6\n1,x,7\n")
    first = load(s3, bucket, database)
    ratings = first["ratings.csv"]
    assert (ratings.input_rows, ratings.loaded_rows) == (3, 1)
    assert (ratings.rejected_rows, ratings.duplicate_rows) == (1, 1)
    assert ratings.reasons == {"isbn is no ISBN": 1}
    assert select(database, "SELECT user_id, isbn, rating FROM books.ratings") == [
        (1, "0195153448", 6)
    ]
    assert load(s3, bucket, database) == {}
    land(s3, bucket, users=USERS.replace("portree", "uig"))
    assert list(load(s3, bucket, database)) == ["users.csv"]
    rows = select(database, "SELECT user_id, city, age FROM books.users ORDER BY 1")
    assert rows == [(1, "oban", 30), (2, "uig", None)]
    ledger = select(
        database,
        "SELECT count(*), bool_and(input_rows = loaded_rows + rejected_rows + duplicate_rows)"
        " FROM books.loads",
    )
    assert ledger == [(3, True)]


def test_rejects_are_kept_with_their_place_in_the_table_and_the_quarantine(
    s3: Any, bucket: str, database: Database
) -> None:
    land(s3, bucket, ratings='"1";"0195153448";"5"\r\n"2";"B00009ANY9";"5"\r\n')
    (loaded,) = load(s3, bucket, database).values()
    reject = ("in/ratings.csv", 2, "isbn is no ISBN", '"2";"B00009ANY9";"5"')
    kept = select(database, "SELECT file, position, reason, record FROM books.rejects")
    assert kept == [reject]
    assert loaded.quarantine_uri is not None
    key = loaded.quarantine_uri.removeprefix(f"s3://{bucket}/")
    lines = gzip.decompress(s3.get_object(Bucket=bucket, Key=key)["Body"].read()).splitlines()
    assert [tuple(json.loads(line).values()) for line in lines] == [reject]


def test_one_bad_file_loads_nothing_of_any(s3: Any, bucket: str, database: Database) -> None:
    land(s3, bucket, books="1,2,3\n", users=USERS)
    with pytest.raises(Exception, match=r"in/books.csv does not hold books"):
        load(s3, bucket, database)
    land(s3, bucket, books=b"ISBN,Title\n" + b"x,y\n" * 5)
    with pytest.raises(TooManyRejects, match=r"more than 4 .* They lie in s3://.*rejects.jsonl.gz"):
        load(s3, bucket, database, limit=4)
    assert count_rows(database) == {"users": 0, "books": 0, "ratings": 0}
    assert select(database, "SELECT count(*) FROM books.loads") == [(0,)]


def test_what_is_no_file_of_books_is_told_by_name(s3: Any, bucket: str) -> None:
    with pytest.raises(LandingError, match="in/ holds no files"):
        list_files(s3, bucket, "in/")
    land(s3, bucket, notes="x")
    with pytest.raises(LandingError, match=r"in/notes\.csv tells by its name neither"):
        list_files(s3, bucket, "in/")
    with pytest.raises(LandingError, match="The bucket no-such-bucket-of-books does not exist"):
        list_files(s3, "no-such-bucket-of-books", "in/")


def read_export(s3: Any, bucket: str, table: str) -> dict[str, list[list[str]]]:
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"out/books/{table}/")
    return {
        found["Key"].rpartition("/")[2]: list(
            csv.reader(
                io.TextIOWrapper(
                    io.BytesIO(s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()),
                    encoding="utf-8",
                    newline="",
                )
            )
        )
        for found in listed.get("Contents", [])
    }


def etags(s3: Any, bucket: str) -> dict[str, str]:
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="out/").get("Contents", [])
    return {found["Key"]: found["ETag"] for found in listed}


def test_an_export_has_the_layout_of_a_dms_full_load(
    s3: Any, bucket: str, database: Database
) -> None:
    land(s3, bucket, users='id;Location;User-ID\n;"a ""b"", c, d";7\n', books=b"")
    load(s3, bucket, database)
    database.execute("UPDATE books.users SET landed_at = '2026-11-20 01:02:03'")
    database.commit()
    exported = Exporter(s3, bucket, "out").export(database)
    assert [(one.table, one.rows) for one in exported] == [
        ("users", 1),
        ("books", 0),
        ("ratings", 0),
    ]
    assert list(etags(s3, bucket)) == [
        f"out/books/{table}/LOAD00000001.csv" for table in ("books", "ratings", "users")
    ]
    key = "out/books/users/LOAD00000001.csv"
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() == (
        'user_id,city,state,country,age,landed_at\n7,"a ""b""",c,d,,2026-11-20 01:02:03\n'
    )


def many_ratings(number: int) -> Iterator[str]:
    for user in range(1, number + 1):
        yield f"{user},0195153448,{user % 11}\n"


def test_a_large_export_is_several_files_that_shrink_away_again(
    s3: Any, bucket: str, database: Database
) -> None:
    land(s3, bucket, ratings="".join(many_ratings(400_000)))
    load(s3, bucket, database)
    # S3's parts have at least 5 MB: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
    mega = 1024 * 1024
    exporter = Exporter(s3, bucket, "out", part_bytes=5 * mega, file_bytes=6 * mega)
    database.rollback()
    exported = exporter.export(database)
    files = read_export(s3, bucket, "ratings")
    assert list(files) == [f"LOAD0000000{number}.csv" for number in (1, 2, 3)]
    assert exported[2].rows == 400_000
    header = ["user_id", "isbn", "rating", "landed_at"]
    assert [rows[0] for rows in files.values()] == [header] * 3
    users = [row[0] for rows in files.values() for row in rows[1:]]
    assert users == [str(user) for user in range(1, 400_001)]
    before = etags(s3, bucket)
    exporter.export(database)
    assert etags(s3, bucket) == before
    database.read_only = False
    database.execute("DELETE FROM books.ratings WHERE user_id > 10")
    database.commit()
    exporter.export(database)
    assert list(read_export(s3, bucket, "ratings")) == ["LOAD00000001.csv"]


def test_what_a_broken_export_left_is_aborted(s3: Any, bucket: str, database: Database) -> None:
    key = "out/books/users/LOAD00000001.csv"
    s3.create_multipart_upload(Bucket=bucket, Key=key)
    Exporter(s3, bucket, "out").export(database)
    assert s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


def test_the_real_files_of_a_arrive_whole(
    s3: Any, bucket: str, database: Database, real_data: Path
) -> None:
    folder = real_data / "book_crossing_a"
    land(
        s3,
        bucket,
        **{
            name: (folder / f"BX-{name}.csv").read_bytes() for name in ("Users", "Books", "Ratings")
        },
    )
    load(s3, bucket, database)
    # 18,185 books, of which one is there twice; see tests/unit/tasks/books/test_real_data.py.
    assert count_rows(database) == {"users": 48299, "books": 18184, "ratings": 204164}
    records = book_crossing.read_rows(folder / "BX-Ratings.csv")[1:]
    expected, _ = book_crossing.ratings(records)
    Exporter(s3, bucket, "out").export(database)
    (rows,) = read_export(s3, bucket, "ratings").values()
    assert {(int(user), isbn): int(rating) for user, isbn, rating, _ in rows[1:]} == expected
