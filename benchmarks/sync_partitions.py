"""What one more partition costs sync_missing_partitions: `python -m benchmarks.sync_partitions`.

Loads 10 partitions of tweets and then 1,000 (or the numbers given), each time adds one more and
prints what the run that loads it asks of S3, the catalog and Redshift, and its seconds. All that
should be the same with many partitions as with few; only their names are compared, a thousand in a
request.
"""

from __future__ import annotations

import functools
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import boto3
import botocore.client
import redshift_connector.cursor

from benchmarks.stack import own_stack, run, start_stack

FIRST_DAY = date(2020, 1, 1)
TWEETS_A_DAY = 20
LISTINGS = ("ListObjectsV2", "GetPartitions")


def main() -> None:
    """Measure with few and with many partitions, and compare."""
    numbers = [int(text) for text in sys.argv[1:]] or [10, 1000]
    with own_stack() as values:
        start_stack(values)
        s3 = boto3.client(
            "s3",
            endpoint_url=values["AWS_ENDPOINT_URL"],
            region_name=values["AWS_DEFAULT_REGION"],
            aws_access_key_id=values["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=values["AWS_SECRET_ACCESS_KEY"],
        )
        loaded = 0
        for number in numbers:
            _put_days(s3, values["ACADEMY_BUCKET"], range(loaded, number))
            _sync(values)
            _put_days(s3, values["ACADEMY_BUCKET"], range(number, number + 1))
            before = _requests(values)
            costs = _sync(values)
            for name, count in (_requests(values) - before).items():
                if name.removeprefix("s3.").removeprefix("glue.") in LISTINGS:
                    costs[f"requests, flow and job: {name}"] = count
            print(f"\none more beside {number:,}")
            for name, cost in costs.items():
                print(f"  {name:<45}{cost:>12,}")
            loaded = number + 1


def sync_and_count() -> None:
    """Synchronize the tweets in this process; print what that asked for, as JSON."""
    counts: Counter[str] = Counter()
    _count_calls(counts)
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


def _requests(values: dict[str, str]) -> Counter[str]:
    """Count the requests that LocalStack has answered, by operation."""
    text = (Path(values["LOCHAN_HOME"]) / "logs" / "localstack.log").read_text()
    lines = (line.rpartition(": AWS ")[2] for line in text.splitlines() if ": AWS " in line)
    return Counter(line.split(" ")[0] for line in lines)


def _count_calls(counts: Counter[str]) -> None:
    """Count what this process asks for from now on."""

    def counted(call: Callable[..., Any], count: Callable[..., None]) -> Callable[..., Any]:
        @functools.wraps(call)
        def counting(*given: Any, **named: Any) -> Any:
            answer = call(*given, **named)
            count(answer, *given)
            return answer

        return counting

    def count_answer(answer: Any, client: Any, operation: str, *rest: Any) -> None:
        if operation == "ListObjectsV2":
            counts["objects listed"] += len(answer.get("Contents", []))
            counts["names of folders listed"] += len(answer.get("CommonPrefixes", []))
        counts[f"calls of {client.meta.service_model.service_name}"] += 1

    client_class: Any = botocore.client.BaseClient
    client_class._make_api_call = counted(client_class._make_api_call, count_answer)
    cursor_class: Any = redshift_connector.cursor.Cursor
    cursor_class.execute = counted(
        cursor_class.execute, lambda *_: counts.update(["statements in Redshift"])
    )


if __name__ == "__main__":
    main()
