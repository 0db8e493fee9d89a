"""Many tweets through the whole pipeline: `python -m benchmarks.many_tweets [200000]`.

Prints how long collecting, processing and loading a day of so many generated tweets takes, and the
most memory that all processes of the stack and the flow held together (aim: 6 GB).
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.stack import FLOW, ROOT, measure_memory, own_stack, start_stack

AIM_MEGABYTES = 6000


def main() -> None:
    """Measure and print."""
    tweets = sys.argv[1] if len(sys.argv) > 1 else "200000"
    # X allows 450 searches in 15 minutes: the time of a collection is X's, not ours.
    with own_stack(X_API_TWEETS=tweets, X_API_LIMITS="*=1000000") as values:
        start_stack(values)
        started = time.perf_counter()
        flow = subprocess.Popen(
            [str(Path(sys.executable).parent / FLOW[0]), *FLOW[1:]], cwd=ROOT, env=values
        )
        most = 0.0
        while flow.poll() is None:
            most = max(most, measure_memory(values["LOCHAN_HOME"]))
            time.sleep(1)
        seconds = time.perf_counter() - started
        print(f"{tweets} tweets: {seconds:.0f} s, exit code {flow.returncode}")
        print(f"most memory: {most:,.0f} MB (sum of PSS), aim {AIM_MEGABYTES:,} MB")
        sys.exit(flow.returncode)


if __name__ == "__main__":
    main()
