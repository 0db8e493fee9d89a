"""Files decoded and cut into lines, a block at a time, never held whole."""

import codecs
from collections.abc import Iterable, Iterator

from lochan.redshift.wire.copy.errors import FieldError

MAX_ROW_BYTES = 4 << 20  # https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html

_ROW_TOO_LARGE = FieldError(1216, "Input row exceeds the maximum size of 4 MB")

_CODECS = {
    "UTF8": "utf-8",
    "UTF16": "utf-16",
    "UTF16LE": "utf-16-le",
    "UTF16BE": "utf-16-be",
}


class RowTooLargeError(Exception):
    """A record that does not end within the largest row that Redshift takes."""

    def __init__(self, line_number: int, raw: str) -> None:
        super().__init__(_ROW_TOO_LARGE.reason)
        self.line_number = line_number
        self.raw = raw
        self.error = _ROW_TOO_LARGE


class WrongEncodingError(Exception):
    """A file that is not in the encoding that the statement states."""

    error = FieldError(1221, "File encoding is not the same as that specified in the COPY command")


def decode_chunks(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Decode a file piece by piece; raises WrongEncodingError where UTF-16 is not that."""
    errors = "surrogateescape" if encoding == "UTF8" else "strict"
    decoder = codecs.getincrementaldecoder(_CODECS[encoding])(errors)
    try:
        for chunk in chunks:
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise WrongEncodingError(str(error)) from error


class LineSource:
    """The lines of one file, taken in blocks, or one by one where a record goes on.

    Only a line feed ends a line: a carriage return before it is left to the records, since inside
    quotes it is data.
    """

    def __init__(self, chunks: Iterable[bytes], encoding: str) -> None:
        self._texts = decode_chunks(chunks, encoding)
        self._rest = ""
        self.next_line_number = 1

    def skip_lines(self, count: int) -> None:
        """Leave out lines, as IGNOREHEADER does."""
        for _ in range(count):
            if self.take_line() is None:
                return

    def take_block(self) -> str | None:
        """Take all whole lines that are at hand, without the last line feed; None at the end."""
        while "\n" not in self._rest:
            if not self._refill():
                return self._take_last()
        block, _, self._rest = self._rest.rpartition("\n")
        self.next_line_number += block.count("\n") + 1
        return block

    def take_line(self) -> str | None:
        """Take one line; None at the end."""
        while "\n" not in self._rest:
            if not self._refill():
                return self._take_last()
        line, _, self._rest = self._rest.partition("\n")
        self.next_line_number += 1
        return line

    def _refill(self) -> bool:
        if len(self._rest) > MAX_ROW_BYTES:
            raise RowTooLargeError(self.next_line_number, self._rest[:1024])
        text = next(self._texts, None)
        if text is None:
            return False
        self._rest += text
        return True

    def _take_last(self) -> str | None:
        """Take what follows the last line feed, where anything does."""
        if not self._rest:
            return None
        line, self._rest = self._rest, ""
        self.next_line_number += 1
        return line
