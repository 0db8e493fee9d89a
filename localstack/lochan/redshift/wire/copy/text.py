"""Text files cut into records of as many fields as there are columns.

https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lochan.redshift.wire.copy.errors import FieldError
from lochan.redshift.wire.copy.fields import make_splitter
from lochan.redshift.wire.copy.lines import MAX_ROW_BYTES, LineSource, RowTooLargeError
from lochan.redshift.wire.copy.statement import Conversions, Csv, DelimitedText

_DELIMITER_NOT_FOUND = FieldError(1214, "Delimiter not found")
_EXTRA_COLUMNS = FieldError(1202, "Extra column(s) found")


class Record(NamedTuple):
    """One record: where it begins, its raw text, and its fields or why it has none."""

    line_number: int
    raw: str
    fields: Sequence[str | None] | FieldError


class RecordReader:
    """Cuts blocks of lines into records, exactly and one by one."""

    def __init__(
        self, text_format: DelimitedText | Csv, options: Conversions, columns: int
    ) -> None:
        self._splitter = make_splitter(text_format)
        self._columns = columns
        self._fill = options.fill_record
        # Files with a delimiter after the last field, as dbgen writes them, load in this format.
        self._drop_empty_end = isinstance(text_format, DelimitedText)
        self._ignore_blank_lines = options.ignore_blank_lines
        self._null_is_data = options.null_as == "\0"

    def read(self, block: str, line_number: int, source: LineSource) -> Iterator[Record]:
        """Read the records that begin in a block; the last may take further lines of the file."""
        lines = deque(block.split("\n"))
        while lines:
            line = lines.popleft()
            raw = self._splitter.trim(line)
            taken = 1
            if raw or not self._ignore_blank_lines:
                fields = self._split(raw)
                if fields is None:
                    further = self._take_further(lines, source, line_number, line)
                    taken += len(further)
                    raw, fields = self._split_joined([line, *further])
                yield Record(line_number, raw, fields)
            line_number += taken

    def _split(self, raw: str) -> list[str] | FieldError | None:
        if "\0" in raw and not self._null_is_data:
            if error := _find_stray_null(raw):
                return error
            raw = raw[:-1]
        fields = self._splitter.split(raw)
        return self._fit(fields) if isinstance(fields, list) else fields

    def _split_joined(self, lines: list[str]) -> tuple[str, list[str] | FieldError]:
        raw = self._splitter.trim("\n".join(lines))
        fields = self._split(raw)
        if fields is None:
            return raw, FieldError(1214, "Invalid quote formatting for CSV", len(raw))
        return raw, fields

    def _take_further(
        self, lines: deque[str], source: LineSource, line_number: int, line: str
    ) -> list[str]:
        """Take the lines over which a record goes on, from the block and then from the file."""
        further: list[str] = []
        size = len(line)
        while (following := lines.popleft() if lines else source.take_line()) is not None:
            further.append(following)
            size += len(following) + 1
            if size > MAX_ROW_BYTES:
                raise RowTooLargeError(line_number, line)
            if self._splitter.closes(following):
                break
        return further

    def _fit(self, fields: list[str]) -> list[str] | FieldError:
        """Bring the fields to the number of columns, or say why that cannot be."""
        missing = self._columns - len(fields)
        if missing == 0:
            return fields
        if missing > 0:
            return fields + [""] * missing if self._fill else _DELIMITER_NOT_FOUND
        if missing == -1 and self._drop_empty_end and fields[-1] == "":
            return fields[:-1]
        return _EXTRA_COLUMNS


def _find_stray_null(text: str) -> FieldError | None:
    """NUL ends a record, so nothing but the line's end may follow it; NULL AS '\\0' lifts this."""
    position = text.index("\0") + 1
    if position == len(text):
        return None
    code = text[position].encode("utf-8", "surrogateescape")[0]
    return FieldError(
        1216, f"Missing newline: Unexpected character {code:#04x} found at location {position}"
    )


class _FieldCounter:
    """Brings the fields of each record to the number of columns, or says why it cannot."""

    def __init__(
        self, columns: int, text_format: DelimitedText | Csv, options: Conversions
    ) -> None:
        self._columns = columns
        self._fill = options.fill_record
        # Files with a delimiter after the last field, as dbgen writes them, load in this format.
        self._drop_empty_end = isinstance(text_format, DelimitedText)

    def fit(self, fields: list[str]) -> list[str] | FieldError:
        missing = self._columns - len(fields)
        if missing == 0:
            return fields
        if missing > 0:
            return fields + [""] * missing if self._fill else _DELIMITER_NOT_FOUND
        if missing == -1 and self._drop_empty_end and fields[-1] == "":
            return fields[:-1]
        return _EXTRA_COLUMNS
