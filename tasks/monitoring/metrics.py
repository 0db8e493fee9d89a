"""The ledger as metrics of CloudWatch: how fresh each dataset is, its rows, its rejects.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tasks.monitoring.ledger import DatasetLoads

NAMESPACE = "Lochan"
# The hours that rows and rejects are counted over: those between two scheduled runs, so that the
# sum over a day is the day's.
HOURS = 1
MOST_AT_ONCE = 1000


def describe_metrics(environment: str, datasets: Sequence[DatasetLoads]) -> list[dict[str, Any]]:
    """Describe the metrics of each dataset as PutMetricData takes them."""
    return [
        {
            "MetricName": name,
            "Value": float(value),
            "Unit": unit,
            "Dimensions": [
                {"Name": "Environment", "Value": environment},
                {"Name": "Dataset", "Value": loads.dataset},
            ],
        }
        for loads in datasets
        for name, value, unit in _measure(loads)
    ]


def put_metrics(cloudwatch: Any, metrics: Sequence[dict[str, Any]]) -> int:
    """Publish metrics; return how many."""
    for start in range(0, len(metrics), MOST_AT_ONCE):
        some = metrics[start : start + MOST_AT_ONCE]
        cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=list(some))
    return len(metrics)


def _measure(loads: DatasetLoads) -> Iterator[tuple[str, int, str]]:
    yield "SecondsSinceLoad", loads.seconds_since_load, "Seconds"
    yield "InputRows", loads.input_rows, "Count"
    yield "RejectedRows", loads.rejected_rows, "Count"
