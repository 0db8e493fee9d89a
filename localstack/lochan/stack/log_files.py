"""Reading the log files of services: their end, and what is added to them."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

_TAIL_LINES = 12
_FOLLOW_SECONDS = 0.2


def read_tail(log: Path, lines: int = _TAIL_LINES) -> list[str]:
    """Return the last lines of a log that may not be there yet."""
    return _read_tail(log, lines)[0]


def quote_tail(log: Path) -> str:
    """Put the last lines of a log into words for an error."""
    lines = [line for line in read_tail(log) if line.strip()]
    if not lines:
        return f"Its log {log} is empty."
    return "\n".join([f"The last lines of {log}:", *(f"  {line}" for line in lines)])


def follow_logs(logs: Sequence[Path], lines: int) -> Iterator[tuple[Path, str]]:
    """Yield the last lines of each log, then every line that is added, without end."""
    tails = {log: _read_tail(log, lines) for log in logs}
    positions = {log: position for log, (_, position) in tails.items()}
    for log, (tail, _) in tails.items():
        for line in tail:
            yield log, line
    while True:
        for log in logs:
            added, positions[log] = _read_added(log, positions[log])
            for line in added:
                yield log, line
        time.sleep(_FOLLOW_SECONDS)


def _read_tail(log: Path, lines: int) -> tuple[list[str], int]:
    """Return the last lines, and the position after them."""
    try:
        with log.open("rb") as file:
            tail = deque(file, maxlen=lines)
            position = file.tell()
    except FileNotFoundError:
        return [], 0
    return [line.decode("utf-8", errors="replace").rstrip("\r\n") for line in tail], position


def _read_added(log: Path, position: int) -> tuple[list[str], int]:
    """Read the whole lines after a position; a log that was begun anew is read from its start."""
    if not log.exists():
        return [], 0
    if log.stat().st_size < position:
        position = 0
    with log.open("rb") as file:
        file.seek(position)
        whole, newline, _ = file.read().rpartition(b"\n")
    text = (whole + newline).decode("utf-8", errors="replace")
    return text.splitlines(), position + len(whole) + len(newline)
