from __future__ import annotations

from typing import Any

from tasks.monitoring.ledger import DatasetLoads
from tasks.monitoring.metrics import describe_metrics, put_metrics


class CloudWatch:
    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.namespaces: set[str] = set()

    def put_metric_data(self, Namespace: str, MetricData: list[dict[str, Any]]) -> None:
        self.namespaces.add(Namespace)
        self.sizes.append(len(MetricData))


def test_a_dataset_is_told_by_freshness_rows_and_rejects() -> None:
    loads = DatasetLoads("twitter", 7200, loads=2, input_rows=334, rejected_rows=3)
    dimensions = [
        {"Name": "Environment", "Value": "prod"},
        {"Name": "Dataset", "Value": "twitter"},
    ]
    assert describe_metrics("prod", [loads]) == [
        {
            "MetricName": "SecondsSinceLoad",
            "Value": 7200.0,
            "Unit": "Seconds",
            "Dimensions": dimensions,
        },
        {"MetricName": "InputRows", "Value": 334.0, "Unit": "Count", "Dimensions": dimensions},
        {"MetricName": "RejectedRows", "Value": 3.0, "Unit": "Count", "Dimensions": dimensions},
    ]


def test_no_more_metrics_are_put_at_once_than_cloudwatch_takes() -> None:
    """A thousand, as the page of PutMetricData in CloudWatch's API reference says."""
    cloudwatch = CloudWatch()
    datasets = [DatasetLoads(f"d{number}", 1) for number in range(700)]
    assert put_metrics(cloudwatch, describe_metrics("prod", datasets)) == 2100
    assert cloudwatch.sizes == [1000, 1000, 100]
    assert cloudwatch.namespaces == {"Lochan"}


def test_nothing_to_tell_asks_nothing() -> None:
    cloudwatch = CloudWatch()
    assert put_metrics(cloudwatch, []) == 0
    assert cloudwatch.sizes == []
