"""One dirty file in; rows, rejects and counts out, as a stream.

Plain Python and no Spark: what is mended here is the text of a file before it has columns, which
Spark's CSV reader would have lost, and the rows go to a COPY that takes them one by one anyway.
Nothing is held but the line at hand, so size is bounded by the disk that rejects are laid on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from tasks.books.fields import Limits, Unusable
from tasks.books.records import (
    Dialect,
    Line,
    Record,
    UnreadableFile,
    read_records,
    split_lines,
)
from tasks.books.tables import Row, SourceTable

_DELIMITERS = (";", ",", "\t", "|")
_SNIFFED_LINES = 50
_SHOWN_CHARACTERS = 80
_BROKEN = "the rest of a record that a newline broke"


class TooManyRejects(Exception):
    """More of a file is unusable than the run may bear; nothing was loaded."""


@dataclass(frozen=True)
class Reject:
    """What could not be used: its line, why, and the record as it stands in the file."""

    position: int
    reason: str
    record: str


@dataclass
class Cleaned:
    """What became of a file's records so far: input = rows + rejected; `mended` by kind."""

    rows: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    mended: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Form:
    """How a file is written: its dialect, its columns, and the line that its data begin after."""

    dialect: Dialect
    columns: tuple[str, ...]
    header_line: int


@dataclass(frozen=True)
class FileCleaner:
    """Cleans one file of a table; what it cannot use goes to `reject`, up to the limit."""

    name: str
    table: SourceTable
    limits: Limits
    reject_limit: int
    reject: Callable[[Reject], None]
    cleaned: Cleaned = field(default_factory=Cleaned)

    def clean(self, chunks: Iterable[bytes]) -> Iterator[tuple[int, Row]]:
        """Yield the usable rows with their lines; raises UnreadableFile, TooManyRejects."""
        lines = split_lines(chunks, self.name)
        sample = list(islice(lines, _SNIFFED_LINES))
        form = self._find_form(sample)
        body = (line for line in chain(sample, lines) if line.number > form.header_line)
        for record in read_records(body, form.dialect, len(form.columns)):
            row = self._clean_record(record, form)
            if row is not None:
                self.cleaned.rows += 1
                yield record.number, row

    def _clean_record(self, record: Record, form: _Form) -> Row | None:
        cells, fragment = self._name_cells(record, form)
        row = None
        if cells is None:
            self._reject(record.number, self._explain_width(record, form), record.raw)
        else:
            notes: list[str] = []
            try:
                row = self.table.clean(cells, self.limits, notes)
                self.cleaned.mended.update(notes)
            except Unusable as unusable:
                again = self.table.read_header(record.cells)
                reason = "the header again" if again else str(unusable)
                self._reject(record.number, reason, record.raw)
        if fragment is not None:
            self._reject(fragment.number, _BROKEN, fragment.text)
        return row

    def _name_cells(self, record: Record, form: _Form) -> tuple[dict[str, str] | None, Line | None]:
        """Name the cells by their columns, and tell the line that is no part of the record.

        A text goes on over a newline; a number cannot, so what follows one is another record.
        """
        cells = record.cells
        if len(cells) < len(form.columns) and not any(form.columns[len(cells) :]):
            cells = [*cells, *[""] * (len(form.columns) - len(cells))]
        if len(cells) != len(form.columns) or any("\0" in cell for cell in cells):
            return None, None
        named = dict(zip(form.columns, cells, strict=True))
        fragment = None
        if len(record.lines) > 1:
            for name in self.table.numbers & named.keys():
                number, newline, _ = named[name].partition("\n")
                if newline:
                    named[name] = number
                    fragment = record.lines[-1]
        return named, fragment

    def _explain_width(self, record: Record, form: _Form) -> str:
        if len(record.cells) == len(form.columns):
            return "a NUL byte in the record"
        return f"{len(record.cells)} cells instead of {len(form.columns)}"

    def _reject(self, position: int, reason: str, record: str) -> None:
        self.cleaned.rejected += 1
        self.cleaned.reasons[reason] += 1
        # No database column holds a NUL.
        self.reject(Reject(position, reason, record.replace("\0", "\\0")))
        if self.cleaned.rejected > self.reject_limit:
            reasons = "; ".join(
                f"{n} times {why}" for why, n in self.cleaned.reasons.most_common(3)
            )
            raise TooManyRejects(
                f"{self.name} has more than {self.reject_limit} unusable records up to line "
                f"{position} ({reasons}); nothing was loaded. Mend the file or raise reject_limit."
            )

    def _find_form(self, sample: list[Line]) -> _Form:
        first = next((line for line in sample if line.text.strip()), None)
        if first is None:
            return _Form(Dialect(","), self.table.forms[0], 0)
        for delimiter in _DELIMITERS:
            dialect = Dialect(delimiter)
            columns = self.table.read_header(dialect.split(first.text) or [])
            if columns is not None:
                return _Form(dialect, columns, first.number)
        fits = Counter(form for line in sample for form in self._forms_of(line))
        if not fits:
            raise UnreadableFile(
                f"{self.name} does not hold {self.table.name}: neither does line {first.number}, "
                f"{first.text[:_SHOWN_CHARACTERS]!r}, name the columns "
                f"{', '.join(self.table.columns)}, nor does any of the first lines have them, "
                "with ; or , or a tab or | between."
            )
        return fits.most_common(1)[0][0]

    def _forms_of(self, line: Line) -> Iterator[_Form]:
        """Yield the forms in which a line without header is a usable record."""
        for delimiter in _DELIMITERS:
            cells = Dialect(delimiter).split(line.text) or []
            columns = self.table.form_of(cells)
            if columns is None:
                continue
            try:
                named = dict(zip(columns, cells, strict=True))
                self.table.clean(named, self.limits, [])
            except Unusable:
                continue
            yield _Form(Dialect(delimiter), columns, 0)
