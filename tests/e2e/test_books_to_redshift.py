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


def assert_runs_name_one_another(platform: Platform, log: str) -> None:
    """The ledger, the flow's log in JSON lines and the log of Glue have the same two ids."""
    runs = "SELECT DISTINCT flow_run_id, glue_run_id FROM etl.loads WHERE glue_run_id IS NOT NULL"
    [(flow_run, glue_run)] = platform.query(runs)
    said = [line for line in map(json.loads, log.splitlines()) if "glue_run_id" in line]
    assert [(line["flow_run_id"], line["glue_run_id"]) for line in said] == [(flow_run, glue_run)]
    [run] = job_runs(platform)
    events = platform.client("logs").get_log_events(
        logGroupName=f"{run['LogGroupName']}/output", logStreamName=glue_run, startFromHead=True
    )["events"]
    first = json.loads(events[0]["message"])
    assert (first["flow_run_id"], first["glue_run_id"]) == (flow_run, glue_run)


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
    # The reasons as plain Python finds them: tests/unit/tasks/books/test_real_data.py.
    rejects = (
        "SELECT r.file, r.reason, COUNT(*) FROM etl.rejects r"
        " JOIN etl.loads l ON l.load_id = r.load_id WHERE l.dataset = 'books'"
        " GROUP BY r.file, r.reason ORDER BY 1, 2"
    )
    assert real.query(rejects) == [
        ("book_crossing/BX-Book-Ratings.csv", "isbn is no ISBN", 135),
        ("book_crossing/BX-Book-Ratings.csv", "the check digit of the isbn is wrong", 43),
        ("book_crossing/BX-Books1.csv", "isbn is no ISBN", 1),
        ("book_crossing/BX-Users2.csv", "the rest of a record that a newline broke", 117),
        ("book_crossing/BX-Users2.csv", "user_id is missing", 1),
    ]
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
    done = run(platform, PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER="json")
    assert done.code == 0, done.output + done.errors
    assert_runs_name_one_another(platform, done.errors)
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
    # The second look at the crawler is the first after the chain was started.
    stopped = run(platform, FAULT_INTERRUPT_BEFORE="glue.GetCrawler:2")
    assert stopped.code == INTERRUPTED
    crawler = f"lochan-{platform.values['LOCHAN_ENVIRONMENT']}-books-export"
    found = platform.client("glue").get_crawler(Name=crawler)["Crawler"]
    assert (found["State"], found["LastCrawl"]["Status"]) == ("READY", "CANCELLED")
    assert job_runs(platform) == []
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
    # Four tables of the star, three files.
    assert platform.query("SELECT COUNT(*) FROM etl.loads") == [(7,)]
    assert staged(platform) == []


# As a DMS task would lay it: no file was cleaned.
EXPORT = {
    "users": "user_id,city,state,country,age,landed_at\n7,oban,argyll,uk,30,2026-11-20 01:00:00\n",
    "books": "isbn,title,author,publication_year,publisher,landed_at\n"
    "0195153448,Classical Mythology,Mark Morford,2002,Oxford,2026-11-20 01:00:00\n",
    "ratings": "user_id,isbn,rating,landed_at\n7,0195153448,11,2026-11-20 01:00:00\n"
    "7,080442957X,5,2026-11-20 01:00:00\n",
}


def test_rows_that_break_a_rule_of_the_star_are_named_and_nothing_is_published(
    platform: Platform,
) -> None:
    s3, processed = platform.client("s3"), platform.values["PROCESSED_BUCKET"]

    def export(table: str, body: str) -> None:
        key = f"export/books/{table}/LOAD00000001.csv"
        s3.put_object(Bucket=platform.values["LANDING_BUCKET"], Key=key, Body=body)

    for table, body in EXPORT.items():
        export(table, body)
    done = run(platform, "model_books")
    assert done.code == 1
    assert "fact_ratings breaks 1 of its rules, nothing is published" in done.errors
    assert 'ColumnValues "rating" between -1 and 11' in done.errors
    assert "1 rows break them, among them:" in done.errors
    assert '{"user_id":7,"isbn":"0195153448","rating":11,' in done.errors
    assert "080442957X" not in done.errors
    assert star(platform) == {name: [] for name in STAR}
    assert platform.query("SELECT COUNT(*) FROM etl.loads") == [(0,)]
    assert "Contents" not in s3.list_objects_v2(Bucket=processed, Prefix="books/")

    export("ratings", EXPORT["ratings"].replace(",11,", ",10,"))
    done = run(platform, "model_books")
    assert done.code == 0, done.errors
    assert star(platform)["ratings"] == [(1, 1, 10), (1, 2, 5)]


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
