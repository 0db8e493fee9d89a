"""What one more partition costs sync_missing_partitions: `python -m benchmarks.sync_partitions`.

Loads 10 partitions of tweets and then 1,000 (or the numbers given), each time adds one more and
prints what the run that loads it asks of S3, the catalog and Redshift, and its seconds. All that
should be the same with many partitions as with few; only their names are compared, a thousand in a
request.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date, timedelta
from typing import Any

from benchmarks.counting import count_calls, count_requests, log_size, print_costs
from benchmarks.stack import client, own_stack, run, start_stack

FIRST_DAY = date(2020, 1, 1)
TWEETS_A_DAY = 20
LISTINGS = ("s3.ListObjectsV2", "glue.GetPartitions")


def main() -> None:
    """Measure with few and with many partitions, and compare."""
    numbers = [int(text) for text in sys.argv[1:]] or [10, 1000]
    with own_stack() as values:
        start_stack(values)
        s3 = client(values)
        loaded = 0
        for number in numbers:
            _put_days(s3, values["ACADEMY_BUCKET"], range(loaded, number))
            _sync(values)
            _put_days(s3, values["ACADEMY_BUCKET"], range(number, number + 1))
            before = log_size(values)
            costs = _sync(values)
            requests = count_requests(values, before)
            costs |= {f"requests, flow and job: {name}": requests[name] for name in LISTINGS}
            print_costs(f"one more beside {number:,}", costs)
            loaded = number + 1


def sync_and_count() -> None:
    """Synchronize the tweets in this process; print what that asked for, as JSON."""
    counts = count_calls()
    from flows.sync_missing_partitions import SyncMissingPartitions, sync_missing_partitions

    started = time.perf_counter()
    report = sync_missing_partitions(SyncMissingPartitions(tables=["tweets"]))
    counts["bytes of raw data read"] = sum(
        one.source.bytes for plan in report.plans for one in plan.to_extract
    )
    costs: dict[str, float] = dict(sorted(counts.items()))
    costs["Glue run, seconds"] = report.synced.run.execution_seconds if report.synced else 0
    costs["whole run, seconds"] = round(time.perf_counter() - started, 1)
    print(json.dumps(costs))


def _sync(values: dict[str, str]) -> dict[str, float]:
    code = "from benchmarks.sync_partitions import sync_and_count; sync_and_count()"
    output = run(["python", "-c", code], values)
    costs: dict[str, float] = json.loads(output.splitlines()[-1])
    return costs


def _put_days(s3: Any, bucket: str, days: range) -> None:
    for number in days:
        day = FIRST_DAY + timedelta(days=number)
        tweets = [_make_tweet(day, number * TWEETS_A_DAY + each) for each in range(TWEETS_A_DAY)]
        body = "".join(json.dumps(tweet) + "\n" for tweet in tweets).encode()
        s3.put_object(Bucket=bucket, Key=f"tweets/dt={day}/part-0.json", Body=body)


def _make_tweet(day: date, number: int) -> dict[str, Any]:
    return {
        "id": str(10**15 + number),
        "author_id": "7",
        "text": f"tweet number {number:06d}",
        "created_at": f"{day}T12:00:00.000Z",
        "public_metrics": {"like_count": 7},
    }


if __name__ == "__main__":
    main()
