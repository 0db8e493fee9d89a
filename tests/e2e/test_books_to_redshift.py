"""Dirty CSV to the star on the real parts: PostgreSQL, the export, Glue's chain, Redshift."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import book_crossing

if TYPE_CHECKING:
    from tests.e2e.conftest import Finished, Platform

pytestmark = pytest.mark.stack

SIGKILLED, INTERRUPTED = -9, 130
PARAMETERS = {"clean": {"latest_year": 2005}}
STAR = {
    "users": "SELECT user_key, user_id, location_key, age, is_inferred, is_current"
    " FROM books.dim_users ORDER BY user_key",
    "books": "SELECT book_key, isbn, title, author, publication_year, publisher, is_inferred"
    " FROM books.dim_books ORDER BY book_key",
    "locations": "SELECT location_key, city, state, country FROM books.dim_location"
    " ORDER BY location_key",
    "ratings": "SELECT user_key, book_key, rating FROM books.fact_ratings ORDER BY 1, 2",
}
ORPHANS = (
    "SELECT COUNT(*) FROM books.fact_ratings f"
    " LEFT JOIN books.dim_users u ON u.user_key = f.user_key"
    " LEFT JOIN books.dim_location l ON l.location_key = u.location_key"
    " LEFT JOIN books.dim_books b ON b.book_key = f.book_key"
    " WHERE l.location_key IS NULL OR b.book_key IS NULL"
)


def run(platform: Platform, flow: str = "books_to_redshift", **faults: str) -> Finished:
    parameters = PARAMETERS if flow == "books_to_redshift" else {}
    return platform.run_flow(flow, parameters, **faults)


def star(platform: Platform) -> dict[str, list[tuple[Any, ...]]]:
    return {name: platform.query(query) for name, query in STAR.items()}


def land(platform: Platform, name: str, body: bytes | str) -> None:
    platform.client("s3").put_object(
        Bucket=platform.values["LANDING_BUCKET"], Key=f"book_crossing/{name}", Body=body
    )


def staged(platform: Platform) -> list[str]:
    """What a run may not leave: manifests, unfinished uploads."""
    s3 = platform.client("s3")
    listed = s3.list_objects_v2(Bucket=platform.values["TEMP_BUCKET"], Prefix="manifests/")
    uploads = s3.list_multipart_uploads(Bucket=platform.values["LANDING_BUCKET"])
    return [
        *(found["Key"] for found in listed.get("Contents", [])),
        *(found["Key"] for found in uploads.get("Uploads", [])),
    ]


def job_runs(platform: Platform) -> list[dict[str, Any]]:
    job = f"lochan-{platform.values['LOCHAN_ENVIRONMENT']}-model-books"
    runs: list[dict[str, Any]] = platform.client("glue").get_job_runs(JobName=job)["JobRuns"]
    return runs


def assert_ledger_adds_up(platform: Platform) -> None:
    wrong = "input_rows <> loaded_rows + rejected_rows + duplicate_rows"
    assert platform.query(f"SELECT COUNT(*) FROM etl.loads WHERE {wrong}") == [(0,)]
    assert platform.query_rds(f"SELECT count(*) FROM books.loads WHERE {wrong}") == [(0,)]


@pytest.fixture(scope="module")
def real(bare_platform: Platform, real_data: Path) -> Platform:
    """An environment into which the real files of B were brought."""
    platform = bare_platform.environment("books")
    for path in sorted((real_data / "book_crossing_b").glob("*.csv")):
        land(platform, path.name, path.read_bytes())
    done = run(platform)
    assert done.code == 0, done.output + done.errors
    return platform


# What plain Python reads off B (tests/book_crossing.py): 16,840 users, 10,009 books of 10,010
# records, 9,835 ratings by users of whom 10 are no users, of books of which 7,591 are no books.
def test_real_files_become_the_star(real: Platform, real_data: Path) -> None:
    folder = real_data / "book_crossing_b"
    counts = "SELECT table_name, input_rows, loaded_rows, rejected_rows, duplicate_rows"
    assert real.query_rds(f"{counts} FROM books.loads ORDER BY 1") == [
        ("books", 10011, 10009, 1, 1),
        ("ratings", 10013, 9835, 178, 0),
        ("users", 16958, 16840, 118, 0),
    ]
    inferred = "SELECT COUNT(*), SUM(CASE WHEN is_inferred THEN 1 ELSE 0 END) FROM"
    assert real.query(f"{inferred} books.dim_users") == [(16850, 10)]
    assert real.query(f"{inferred} books.dim_books") == [(17600, 7591)]
    # The distinct places of PostgreSQL, one of which is no place at all.
    places = "SELECT count(*) FROM (SELECT DISTINCT city, state, country FROM books.users) AS found"
    assert real.query("SELECT COUNT(*) FROM books.dim_location") == real.query_rds(places)
    expected, _ = book_crossing.ratings(book_crossing.read_rows(folder / "BX-Book-Ratings.csv")[1:])
    facts = real.query(
        "SELECT f.user_id, b.isbn, f.rating FROM books.fact_ratings f"
        " JOIN books.dim_books b ON b.book_key = f.book_key"
    )
    assert {(user, isbn): rating for user, isbn, rating in facts} == expected
    assert len(facts) == len(expected) == 9835
    assert real.query(ORPHANS) == [(0,)]
    assert_ledger_adds_up(real)
    assert staged(real) == []


def test_the_chain_ran_inside_glue_and_every_rule_passed(real: Platform) -> None:
    (job_run,) = job_runs(real)
    environment = real.values["LOCHAN_ENVIRONMENT"]
    assert job_run["TriggerName"] == f"lochan-{environment}-model-books"
    tables = real.client("glue").get_tables(DatabaseName=f"lochan_{environment}_landing")
    assert {table["Name"] for table in tables["TableList"]} == {
        "export_books_books",
        "export_books_ratings",
        "export_books_users",
    }
    s3, bucket = real.client("s3"), real.values["PROCESSED_BUCKET"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="books/snapshot=")["Contents"]
    (marker,) = [found["Key"] for found in listed if found["Key"].endswith("_complete.json")]
    quality = json.loads(s3.get_object(Bucket=bucket, Key=marker)["Body"].read())["quality"]
    assert set(quality) == {"dim_location", "dim_users", "dim_books", "fact_ratings"}
    assert {one["outcome"] for own in quality.values() for one in own} == {"Passed"}


def test_late_and_changed_members_keep_their_keys(real: Platform) -> None:
    (known,) = real.query(
        "SELECT user_key, location_key FROM books.dim_users WHERE user_id = 2 AND is_current"
    )
    late = real.query(
        "SELECT user_key, user_id FROM books.dim_users WHERE is_inferred ORDER BY user_id LIMIT 1"
    )
    (book,) = real.query("SELECT MIN(isbn) FROM books.dim_books WHERE is_inferred")
    key = f"SELECT book_key FROM books.dim_books WHERE isbn = '{book[0]}'"
    book_key = real.query(key)
    rated = real.query("SELECT COUNT(*) FROM books.fact_ratings")
    land(
        real,
        "late-users.csv",
        f"User-ID;Location;Age\n2;oban, argyll, uk;19\n{late[0][1]};uig, skye, uk;40\n",
    )
    land(real, "late-books.csv", f"{book[0]},A Late Book,Nobody,1999,Machair\n")
    for stage in ("clean_books", "export_books", "model_books"):
        done = run(real, stage)
        assert done.code == 0, done.output + done.errors
    versions = real.query(
        "SELECT u.user_key, l.city, u.age, u.is_current FROM books.dim_users u"
        " JOIN books.dim_location l ON l.location_key = u.location_key"
        " WHERE user_id = 2 ORDER BY user_key"
    )
    assert versions == [(known[0], "stockton", 19, False), (16851, "oban", 19, True)]
    completed = "SELECT user_key, age, is_inferred FROM books.dim_users WHERE user_id ="
    assert real.query(f"{completed} {late[0][1]}") == [(late[0][0], 40, False)]
    assert real.query(key) == book_key
    assert real.query("SELECT COUNT(*) FROM books.fact_ratings") == rated
    assert real.query(ORPHANS) == [(0,)]


@pytest.fixture(scope="module")
def undisturbed(bare_platform: Platform) -> dict[str, list[tuple[Any, ...]]]:
    """What one clean run makes of the generated input."""
    platform = bare_platform.environment("booksclean")
    platform.sample("books_to_redshift")
    done = run(platform)
    assert done.code == 0, done.output + done.errors
    found = star(platform)
    # 600 users and 380 books were generated, 20 users and a few books are known by ratings alone.
    assert len(found["users"]) == 620
    assert 380 < len(found["books"]) <= 400
    assert_ledger_adds_up(platform)
    again = run(platform)
    assert again.code == 0, again.errors
    assert star(platform) == found
    assert len(job_runs(platform)) == 1
    return found


def test_killed_again_and_again_it_ends_as_one_clean_run(
    undisturbed: dict[str, list[tuple[Any, ...]]], platform: Platform
) -> None:
    platform.sample("books_to_redshift")
    for effect in (
        "postgres.COPY:3",  # two files are loaded in the open transaction
        "s3.CompleteMultipartUpload:2",  # S3 shows one table of three
        "glue.GetJobRun:1",  # the chain goes on without its flow
        "redshift.UPDATE:2",  # keys are given in the open transaction
    ):
        assert run(platform, FAULT_KILL_BEFORE=effect).code == SIGKILLED, effect
    done = run(platform)
    assert done.code == 0, done.errors
    assert star(platform) == undisturbed
    assert staged(platform) == []
    assert_ledger_adds_up(platform)


def test_an_interrupted_flow_stops_its_run_and_two_at_once_load_once(
    undisturbed: dict[str, list[tuple[Any, ...]]], platform: Platform
) -> None:
    platform.sample("books_to_redshift")
    stopped = run(platform, FAULT_INTERRUPT_BEFORE="glue.GetJobRun:1")
    assert stopped.code == INTERRUPTED
    assert "run it again to go on" in stopped.errors
    assert job_runs(platform)[0]["JobRunState"] in ("STOPPING", "STOPPED")
    ended: list[Finished] = []
    runs = [threading.Thread(target=lambda: ended.append(run(platform))) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert [done.code for done in ended] == [0, 0], [done.errors for done in ended]
    assert star(platform) == undisturbed
    assert platform.query("SELECT COUNT(*) FROM etl.loads") == [(4,)]
    assert staged(platform) == []


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "holds no files. Put CSV files"),
        ({"notes.txt": b"x"}, "tells by its name neither books, users nor ratings"),
        ({"ratings.csv": b"a:b:c\n"}, "does not hold ratings"),
    ],
)
def test_bad_input_is_a_sentence_and_loads_nothing(
    real: Platform, files: dict[str, bytes], sentence: str
) -> None:
    prefix = f"bad{len(files)}{len(sentence)}/"
    for name, body in files.items():
        real.client("s3").put_object(
            Bucket=real.values["LANDING_BUCKET"], Key=prefix + name, Body=body
        )
    done = real.run_flow("clean_books", {"prefix": prefix})
    assert done.code == 1
    assert sentence in done.errors.splitlines()[-1]
