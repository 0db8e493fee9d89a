"""What one more window of tweets costs: `python -m benchmarks.tweet_windows [10 40]`.

Takes so many days of generated tweets from the X API to Redshift, then one more, and prints what
that one asks of S3, the catalog and Redshift, the bytes of its pages, and the seconds of its
stages; then the same beside the next number of days.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta

from benchmarks.counting import count_calls, count_requests, log_size, print_costs
from benchmarks.stack import client, own_stack, run, start_stack

TWEETS_A_DAY = "20"
SHOWN = ("s3.ListObjectsV2", "s3.GetObject", "s3.HeadObject", "s3.PutObject", "glue.GetPartitions")


def main() -> None:
    """Measure with few and with many windows, and compare."""
    numbers = [int(text) for text in sys.argv[1:]] or [10, 40]
    with own_stack(X_API_TWEETS=TWEETS_A_DAY, X_API_LIMITS="*=1000000") as values:
        start_stack(values)
        loaded = 0
        for number in numbers:
            _take(values, loaded, number)
            landed, before = _landed_bytes(values), log_size(values)
            costs = _take(values, number, number + 1)
            requests = count_requests(values, before)
            costs["bytes of pages"] = _landed_bytes(values) - landed
            costs |= {f"requests of all: {name}": requests[name] for name in SHOWN}
            print_costs(f"one more beside {number:,}", costs)
            loaded = number + 1


def take_and_count(first: int, last: int) -> None:
    """Take windows, days before yesterday, through the stages; print what that cost, as JSON."""
    counts = count_calls()
    from flows.collect_tweets import CollectTweets, collect_tweets
    from flows.process_tweets import process_tweets
    from flows.warehouse_tweets import warehouse_tweets

    stages = _Stages()
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for number in range(first, last):
        start = today - timedelta(days=number + 1)
        collect_tweets(CollectTweets(searches=["all"], window_start=start, followed_users=2))
    stages.end("collect")
    processed = process_tweets()
    stages.end("process")
    loads = warehouse_tweets().loads
    stages.end("warehouse")
    costs: dict[str, float] = dict(sorted(counts.items()))
    costs["partitions loaded"] = len(loads)
    costs["Glue runs, seconds"] = sum(one.run.execution_seconds for one in processed)
    print(json.dumps(costs | stages.costs))


class _Stages:
    """What each stage costs: seconds, and requests of all that work for it."""

    def __init__(self) -> None:
        self.costs: dict[str, float] = {}
        self._begin()

    def _begin(self) -> None:
        self._started, self._place = time.perf_counter(), log_size(os.environ)

    def end(self, stage: str) -> None:
        """Note what the stage cost, and begin the next one."""
        requests = count_requests(os.environ, self._place)
        self.costs[f"{stage}, seconds"] = round(time.perf_counter() - self._started, 1)
        self.costs[f"{stage}, requests of all"] = requests.total()
        self._begin()


def _take(values: dict[str, str], first: int, last: int) -> dict[str, float]:
    code = f"from benchmarks.tweet_windows import take_and_count; take_and_count({first}, {last})"
    costs: dict[str, float] = json.loads(run(["python", "-c", code], values).splitlines()[-1])
    return costs


def _landed_bytes(values: dict[str, str]) -> int:
    """Sum all pages that were landed."""
    pages = client(values).get_paginator("list_objects_v2")
    listed = pages.paginate(Bucket=values["LANDING_BUCKET"], Prefix="x_api/")
    return sum(found["Size"] for page in listed for found in page.get("Contents", []))


if __name__ == "__main__":
    main()
