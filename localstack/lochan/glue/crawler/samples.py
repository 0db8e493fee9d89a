"""The first part of an object, decompressed.

A crawler looks at the first 1,000 records or the first megabyte of a file; for JSON a megabyte more
at a time, up to ten (https://repost.aws/knowledge-center/glue-crawler-detect-schema).
"""

from __future__ import annotations

import bz2
import io
import zlib
from dataclasses import dataclass, field
from typing import Any

from lochan.glue.crawler.listing import StoredObject

MEBIBYTE = 1024 * 1024
MOST_BYTES = 10 * MEBIBYTE
MOST_RECORDS = 1000


@dataclass
class Sample:
    """Reads an object from its beginning, as far as it is asked to."""

    s3: Any
    stored: StoredObject
    raw: bytes = b""
    compression: str = field(init=False)

    def __post_init__(self) -> None:
        self.extend()
        self.compression = detect_compression(self.raw)

    def extend(self) -> bool:
        """Read one megabyte more; false when there is no more or enough was read."""
        begin = len(self.raw)
        if begin >= min(self.stored.size, MOST_BYTES):
            return False
        end = min(begin + MEBIBYTE, self.stored.size) - 1
        answer = self.s3.get_object(
            Bucket=self.stored.bucket, Key=self.stored.key, Range=f"bytes={begin}-{end}"
        )
        self.raw += answer["Body"].read()
        return True

    @property
    def whole(self) -> bool:
        """Whether all of the object was read."""
        return len(self.raw) >= self.stored.size

    @property
    def content(self) -> bytes:
        """What was read, decompressed and at most ten megabytes of it."""
        return decompress(self.raw, self.compression)

    def open(self) -> io.BufferedIOBase:
        """Open the whole object for reading at any place, without loading it."""
        return io.BufferedReader(_RangeReader(self.s3, self.stored), MEBIBYTE)


def detect_compression(beginning: bytes) -> str:
    """Tell the compression by its magic number, in the catalog's words."""
    if beginning.startswith(b"\x1f\x8b"):
        return "gzip"
    if beginning.startswith(b"BZh"):
        return "bzip2"
    return "none"


def decompress(raw: bytes, compression: str) -> bytes:
    """Decompress what there is of a stream, however it ends, bounded in size.

    Of a damaged stream nothing is left, which no classifier takes for anything.
    """
    try:
        if compression == "gzip":
            return zlib.decompressobj(wbits=31).decompress(raw, MOST_BYTES)
        if compression == "bzip2":
            return bz2.BZ2Decompressor().decompress(raw, MOST_BYTES)
    except (zlib.error, OSError):
        return b""
    return raw


class _RangeReader(io.RawIOBase):
    """A seekable file over ranged reads, for footers."""

    def __init__(self, s3: Any, stored: StoredObject) -> None:
        self._s3, self._stored, self._position = s3, stored, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._stored.size}
        self._position = base[whence] + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        end = min(self._position + len(buffer), self._stored.size)
        if end <= self._position:
            return 0
        answer = self._s3.get_object(
            Bucket=self._stored.bucket,
            Key=self._stored.key,
            Range=f"bytes={self._position}-{end - 1}",
        )
        body = answer["Body"].read()
        buffer[: len(body)] = body
        self._position += len(body)
        return len(body)
