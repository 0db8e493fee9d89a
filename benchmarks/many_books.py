"""What cleaning costs: `python -m benchmarks.many_books`, with the numbers of ratings as arguments.

Cleans generated ratings, with defects in every tenth, as a stream and without a stack, and prints
rows a second and the greatest memory of the process: time is to grow with the rows, memory is not.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator

from tasks.books.cleaning import FileCleaner
from tasks.books.fields import Limits
from tasks.books.tables import RATINGS

NUMBERS = (100_000, 1_000_000)
LINES_A_CHUNK = 5_000


def main() -> None:
    """Measure each number in a process of its own."""
    numbers = [int(text) for text in sys.argv[1:]] or list(NUMBERS)
    for number in numbers:
        code = f"from benchmarks.many_books import measure; measure({number})"
        subprocess.run([sys.executable, "-c", code], check=True)


def measure(number: int) -> None:
    """Clean so many ratings and print what that took."""
    cleaner = FileCleaner(
        name="ratings.csv",
        table=RATINGS,
        limits=Limits(1450, 2005, 5, 100),
        reject_limit=number,
        reject=lambda reject: None,
    )
    before, started = _peak_bytes(), time.perf_counter()
    for _ in cleaner.clean(make_chunks(number)):
        pass
    seconds = time.perf_counter() - started
    done = cleaner.cleaned
    print(
        f"{number:>12,} records: {done.rows:,} rows, {done.rejected:,} rejected, "
        f"{seconds:.1f} s, {number / seconds:,.0f} records/s, "
        f"{(_peak_bytes() - before) / 2**20:.0f} MB more memory"
    )


def make_chunks(number: int) -> Iterator[bytes]:
    """Make lines whose ISBN lost its zero, has separators, or is none."""
    spellings = ("0195153448",) * 7 + ("195153448", "0.1951.5344.8", "B00009ANY9")
    for start in range(0, number, LINES_A_CHUNK):
        yield "".join(
            f'"{at + 1}";"{spellings[at % 10]}";"{at % 11}"\r\n'
            for at in range(start, min(start + LINES_A_CHUNK, number))
        ).encode()


def _peak_bytes() -> int:
    """The most memory that this process has had; Linux counts kilobytes, macOS bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    main()
