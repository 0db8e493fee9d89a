"""Cleaned files into the ledger of Redshift, from the stack's RDS by way of its S3."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.books.recording import Recorder
from tasks.postgres import Database
from tasks.redshift import WarehouseError
from tests.contract.books.conftest import Star
from tests.contract.books.test_database import land, load

pytestmark = pytest.mark.stack

LOADS = (
    "SELECT partition_key, object_count, input_rows, loaded_rows, rejected_rows, duplicate_rows,"
    " flow_run_id FROM etl.loads WHERE dataset = 'books' ORDER BY partition_key, input_rows"
)
REJECTS = (
    'SELECT r.file, r."position", r.reason, r.record FROM etl.rejects r'
    " JOIN etl.loads l ON l.load_id = r.load_id WHERE l.dataset = 'books' ORDER BY 1, 2"
)
# Ten digits of which the last is wrong: 0*10 + 1*9 + 9*8 + 5*7 + 1*6 + 5*5 + 3*4 + 4*3 + 4*2 = 179,
# and 179 + 8 = 17 * 11, so it has to be 8.
WRONG = "0195153440"


@pytest.fixture
def recorder(star: Star, database: Database) -> Recorder:
    role = "arn:aws:iam::000000000000:role/copy"
    return Recorder(database, star.warehouse, star.s3, star.bucket, role)


def test_what_was_rejected_is_in_the_ledger_once(
    s3: Any, bucket: str, database: Database, star: Star, recorder: Recorder
) -> None:
    odd = '"7";"x\tÉ\\"🌊";"5"'
    land(s3, bucket, ratings=f'"1";"0195153448";"5"\n"2";"{WRONG}";"5"\n{odd}\n', users=b"")
    load(s3, bucket, database)
    recorded = recorder.record()
    assert sorted(one.file for one in recorded) == ["in/ratings.csv", "in/users.csv"]
    loads = [
        ("files/in/ratings.csv", 1, 3, 1, 2, 0, "flow-run"),
        ("files/in/users.csv", 1, 0, 0, 0, 0, "flow-run"),
    ]
    rejects = [
        ("in/ratings.csv", "2", "the check digit of the isbn is wrong", f'"2";"{WRONG}";"5"'),
        ("in/ratings.csv", "3", "isbn is no ISBN", odd),
    ]
    assert (star.query(LOADS), star.query(REJECTS)) == (loads, rejects)
    assert recorder.record() == []
    assert (star.query(LOADS), star.query(REJECTS)) == (loads, rejects)

    # The file in another form is another load; a record may be longer than the ledger's column.
    land(s3, bucket, ratings=f'"1";"0195153448";"6"\n"3";"{"y" * 70_000}";"5"\n')
    load(s3, bucket, database)
    assert [one.rejected_rows for one in recorder.record()] == [1]
    assert star.query(LOADS) == [("files/in/ratings.csv", 1, 2, 1, 1, 0, "flow-run"), *loads]
    # https://docs.aws.amazon.com/redshift/latest/dg/r_Character_types.html: at most 65,535 bytes
    lengths = "SELECT LEN(record) FROM etl.rejects WHERE record LIKE '%yyy%'"
    assert star.query(lengths) == [(65535,)]
    assert s3.list_objects_v2(Bucket=bucket).get("KeyCount") == len(
        ("users", "ratings", "quarantine of the first", "quarantine of the second")
    )


def test_a_recording_that_fails_leaves_the_ledger_and_nothing_staged(
    s3: Any, bucket: str, database: Database, star: Star, recorder: Recorder
) -> None:
    land(s3, bucket, ratings=f"1,0195153448,5\n1,{WRONG},5\n")
    load(s3, bucket, database)
    # The COPY of the rejects works, the row after it is too long for its column.
    database.execute("UPDATE books.loads SET flow_run_id = repeat('x', 65)")
    database.commit()
    with pytest.raises(WarehouseError, match="Recording in the ledger what was cleaned failed"):
        recorder.record()
    assert (star.query(LOADS), star.query(REJECTS)) == ([], [])
    listed = s3.list_objects_v2(Bucket=star.bucket, Prefix="manifests/")
    assert listed["KeyCount"] == 0
