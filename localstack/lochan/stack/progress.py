"""What a person sees while services start and end."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

_REFRESH_PER_SECOND = 8
_FINAL_STATES = {"ready": "green", "ended": "green", "done": "green"}


@dataclass(frozen=True)
class Progress:
    """One thing that happened to a service, or to a step of `init`."""

    name: str
    state: str  # preparing, starting, ready, ending, ended; waiting, making, done, there
    seconds: float | None = None


Report = Callable[[Progress], None]


def report_nothing(progress: Progress) -> None:
    """Ignore progress, for callers without a person in front."""


@contextmanager
def show_progress(console: Console) -> Iterator[Report]:
    """Show a live table on a terminal, and a plain line for each event elsewhere."""
    if not console.is_terminal:
        yield _PlainLines(console).report
        return
    table = _LiveTable()
    with Live(
        get_renderable=table.render,
        console=console,
        refresh_per_second=_REFRESH_PER_SECOND,
        transient=False,
    ):
        yield table.report


class _PlainLines:
    """One line per event, whole even when services report from several threads."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()

    def report(self, progress: Progress) -> None:
        seconds = "" if progress.seconds is None else f" after {progress.seconds:.1f} s"
        with self._lock:
            self._console.print(
                f"{progress.name}: {progress.state}{seconds}", highlight=False, soft_wrap=True
            )


@dataclass
class _Row:
    state: str
    since: float
    seconds: float | None = None


class _LiveTable:
    """A row for each service: name, state, time."""

    def __init__(self) -> None:
        self._rows: dict[str, _Row] = {}
        self._lock = threading.Lock()
        self._spinner = Spinner("dots")

    def report(self, progress: Progress) -> None:
        with self._lock:
            known = self._rows.get(progress.name)
            since = known.since if known else time.monotonic()
            self._rows[progress.name] = _Row(progress.state, since, progress.seconds)

    def render(self) -> Table:
        table = Table.grid(padding=(0, 2))
        now = time.monotonic()
        with self._lock:
            for name, row in self._rows.items():
                table.add_row(self._mark(row), name, _state(row), _seconds(row, now))
        return table

    def _mark(self, row: _Row) -> Text | Spinner:
        return Text("✓", "green") if row.state in _FINAL_STATES else self._spinner


def _state(row: _Row) -> Text:
    return Text(row.state, _FINAL_STATES.get(row.state, "yellow"))


def _seconds(row: _Row, now: float) -> Text:
    if row.state in _FINAL_STATES:
        return Text("" if row.seconds is None else f"{row.seconds:.1f} s", "dim")
    return Text(f"{now - row.since:.1f} s", "dim")
