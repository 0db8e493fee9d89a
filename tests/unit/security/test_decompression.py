"""What is small packed and huge unpacked is read a piece at a time, or not at all.

The bombs hold 512 MiB of zeros in half a megabyte; no reader may take more than a quarter of that.
"""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from lochan.redshift.wire.copy import objects
from lochan.redshift.wire.copy.lines import LineSource, RowTooLargeError
from lochan.redshift.wire.copy.objects import DataFile
from lochan.redshift.wire.copy.statement import Compression, S3Location
from spark.repartition import arrivals
from spark.twitter import landing
from tasks.books.landing import LandedFile, LandingError, read_chunks
from tasks.books.tables import BOOKS
from tasks.twitter.landing import Partition, Window

MEBIBYTE = 1 << 20
BOMB_BYTES = 512 * MEBIBYTE
MOST_BYTES = 128 * MEBIBYTE


@cache
def bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    piece = bytes(MEBIBYTE)
    packed = b"".join(packer.compress(piece) for _ in range(BOMB_BYTES // MEBIBYTE))
    return packed + packer.flush()


class Body(io.BytesIO):
    def iter_chunks(self, size: int) -> Iterator[bytes]:
        return iter(lambda: self.read(size), b"")


class OneObject:
    """An S3 that holds one object, whatever is asked for."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def get_object(self, **_: Any) -> dict[str, Any]:
        metadata = {"retrieved-at": "2026-11-20T12:00:00.000000Z"}
        return {"Body": Body(self.body), "ETag": '"1"', "Metadata": metadata}


@contextmanager
def little_memory() -> Iterator[None]:
    bomb()
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()


def landed_file() -> LandedFile:
    moment = datetime(2026, 11, 20)
    return LandedFile("b", "books.csv.gz", "1", 1, moment, BOOKS)


def copied() -> Iterator[bytes]:
    file = DataFile(S3Location("b", "k"), len(bomb()))
    return objects.read_chunks(io.BytesIO(bomb()), file, Compression.GZIP)


def test_a_page_of_the_landing_zone_that_unpacks_to_more_counts_as_damaged() -> None:
    window = Window(datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))
    partition = Partition(OneObject(bomb()), "b", "search_recent", window)
    with little_memory():
        assert partition.read("loch", None) is None


def test_a_job_tells_the_damage_of_an_object_a_piece_at_a_time() -> None:
    with little_memory():
        assert list(arrivals.find_damage(OneObject(bomb()), "b", ["k"])) == []
        with pytest.raises(landing.LandingIncomplete, match="is sound"):
            list(landing.find_damage(OneObject(bomb()), "b", ["k"]))


def test_books_are_read_a_piece_at_a_time() -> None:
    with little_memory():
        assert sum(map(len, read_chunks(OneObject(bomb()), landed_file()))) == BOMB_BYTES


@pytest.mark.parametrize("damage", [lambda body: body[:-9], lambda body: body[:20] + b"\xff" * 40])
def test_books_whose_gzip_is_damaged_are_named(damage: Callable[[bytes], bytes]) -> None:
    body = damage(gzip.compress(b"isbn;title\n" * 1000))
    with pytest.raises(LandingError, match=r"books.csv.gz is no whole gzip file"):
        list(read_chunks(OneObject(body), landed_file()))


def test_copy_takes_no_row_beyond_redshifts_limit() -> None:
    source = LineSource(copied(), "UTF8")
    with little_memory(), pytest.raises(RowTooLargeError, match="maximum size of 4 MB"):
        source.take_block()
