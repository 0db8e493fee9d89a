"""Records of text files turned into Arrow batches, bad rows left out and noted."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import pyarrow

from lochan.redshift.wire.copy.conversions import ColumnConverter
from lochan.redshift.wire.copy.errors import FieldError
from lochan.redshift.wire.copy.rejections import RejectedRow, Rejections
from lochan.redshift.wire.copy.table import Column
from lochan.redshift.wire.copy.text import Record, RowTooLargeError, WrongEncodingError

ROWS_A_BATCH = 16_384


class BatchMaker:
    """Turns the records of one file after the other into batches of the table's columns."""

    def __init__(
        self,
        columns: Sequence[Column],
        converters: Sequence[ColumnConverter],
        rejections: Rejections,
    ) -> None:
        self._columns = columns
        self._converters = converters
        self._rejections = rejections

    def make_batches(
        self, filename: str, records: Iterable[Record]
    ) -> Iterator[list[pyarrow.Array]]:
        """Yield the columns of each batch of one file; raises LoadAbortedError."""
        source = iter(records)
        while batch := self._take(filename, source):
            arrays = self._convert(filename, batch)
            if len(arrays[0]):
                yield arrays

    def _take(self, filename: str, records: Iterator[Record]) -> list[Record]:
        """Read some records; rows before one that ends the file badly are still looked at."""
        batch: list[Record] = []
        try:
            batch.extend(islice(records, ROWS_A_BATCH))
        except RowTooLargeError as failure:
            self._rejections.fail(
                RejectedRow(filename, failure.line_number, failure.error, failure.raw)
            )
        except WrongEncodingError as failure:
            self._rejections.fail(RejectedRow(filename, 0, failure.error))
        return batch

    def _convert(self, filename: str, batch: list[Record]) -> list[pyarrow.Array]:
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
