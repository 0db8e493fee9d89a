"""Text files turned into Arrow batches, bad rows left out and noted."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import pyarrow

from lochan.redshift.wire.copy.conversions import ColumnConverter
from lochan.redshift.wire.copy.errors import FieldError
from lochan.redshift.wire.copy.lines import LineSource, RowTooLargeError, WrongEncodingError
from lochan.redshift.wire.copy.rejections import RejectedRow, Rejections
from lochan.redshift.wire.copy.table import Column
from lochan.redshift.wire.copy.text import Record, RecordReader
from lochan.redshift.wire.copy.whole_blocks import BlockParser

_ROWS_A_BATCH = 16_384

Arrays = list[pyarrow.Array]


class BatchMaker:
    """Turns one file after the other into batches of the table's columns."""

    def __init__(
        self,
        columns: Sequence[Column],
        converters: Sequence[ColumnConverter],
        rejections: Rejections,
    ) -> None:
        self._columns = columns
        self._converters = converters
        self._rejections = rejections

    def from_blocks(
        self,
        filename: str,
        source: LineSource,
        header_lines: int,
        parse: BlockParser,
        reader: RecordReader,
    ) -> Iterator[Arrays]:
        """Yield batches of a delimited file: each block whole if it can be, else by its records."""

        def make() -> Iterator[Arrays]:
            source.skip_lines(header_lines)
            line_number = source.next_line_number
            while (block := source.take_block()) is not None:
                arrays = self._convert_block(parse(block))
                if arrays is not None:
                    yield arrays
                else:
                    yield from self._make_batches(filename, reader.read(block, line_number, source))
                line_number = source.next_line_number

        return self._guard(filename, make)

    def from_records(self, filename: str, records: Iterable[Record]) -> Iterator[Arrays]:
        """Yield batches of a file's records; raises LoadAbortedError."""
        return self._guard(filename, lambda: self._make_batches(filename, records))

    def _guard(self, filename: str, make: Callable[[], Iterator[Arrays]]) -> Iterator[Arrays]:
        """End the load where a file cannot be cut into rows any further."""
        try:
            yield from make()
        except RowTooLargeError as failure:
            self._rejections.fail(
                RejectedRow(filename, failure.line_number, failure.error, failure.raw)
            )
        except WrongEncodingError as failure:
            self._rejections.fail(RejectedRow(filename, 0, failure.error))

    def _convert_block(self, texts: Arrays | None) -> Arrays | None:
        """Convert a block's columns the fast way; None where a single cell needs more than that."""
        if texts is None:
            return None
        arrays = []
        for converter, column in zip(self._converters, texts, strict=True):
            array = converter.convert_fast(column)
            if array is None:
                return None
            arrays.append(array)
        return arrays

    def _make_batches(self, filename: str, records: Iterable[Record]) -> Iterator[Arrays]:
        source = iter(records)
        while batch := list(islice(source, _ROWS_A_BATCH)):
            arrays = self._convert(filename, batch)
            if len(arrays[0]):
                yield arrays

    def _convert(self, filename: str, batch: list[Record]) -> Arrays:
        good = [record for record in batch if not isinstance(record.fields, FieldError)]
        texts = list(zip(*(record.fields for record in good), strict=True))
        if not texts:
            texts = [()] * len(self._columns)
        converted = [
            converter.convert(column)
            for converter, column in zip(self._converters, texts, strict=True)
        ]
        failures = self._first_failures([column.errors for column in converted])
        if failures or len(good) < len(batch):
            self._reject(filename, batch, good, failures)
        arrays = [column.array for column in converted]
        return _drop_rows(arrays, failures) if failures else arrays

    def _first_failures(
        self, errors: Sequence[dict[int, FieldError]]
    ) -> dict[int, tuple[int, FieldError]]:
        """Take the leftmost failure of each row, by the row's index among the good records."""
        failures: dict[int, tuple[int, FieldError]] = {}
        for position, column in enumerate(errors):
            for index, error in column.items():
                failures.setdefault(index, (position, error))
        return failures

    def _reject(
        self,
        filename: str,
        batch: list[Record],
        good: list[Record],
        failures: dict[int, tuple[int, FieldError]],
    ) -> None:
        """Note the bad rows in the order of the file."""
        by_record = {id(good[index]): failure for index, failure in failures.items()}
        for record in batch:
            if isinstance(record.fields, FieldError):
                self._rejections.add(
                    RejectedRow(filename, record.line_number, record.fields, record.raw)
                )
            elif id(record) in by_record:
                position, error = by_record[id(record)]
                self._rejections.add(
                    RejectedRow(
                        filename,
                        record.line_number,
                        error,
                        record.raw,
                        self._columns[position],
                        record.fields[position] or "",
                    )
                )


def _drop_rows(
    arrays: list[pyarrow.Array], failures: dict[int, tuple[int, FieldError]]
) -> list[pyarrow.Array]:
    mask = pyarrow.array([index not in failures for index in range(len(arrays[0]))])
    return [array.filter(mask) for array in arrays]
