"""Triggers that start crawlers, carried out by the worker of a whole stack."""

from __future__ import annotations

import time
from typing import Any

import pytest

pytestmark = pytest.mark.stack


def test_crawlers_follow_one_another(crawled: Any, make_crawler: Any) -> None:
    s3, name = crawled.client("s3"), crawled.name
    s3.create_bucket(Bucket=name)
    for folder in ("first", "second"):
        s3.put_object(Bucket=name, Key=f"{folder}/a.csv", Body=b"id,v\n1,x\n")
    first, second = (
        make_crawler({"S3Targets": [{"Path": f"s3://{name}/{folder}/"}]})
        for folder in ("first", "second")
    )
    glue = crawled.glue
    glue.create_trigger(Name=f"{name}-begin", Type="ON_DEMAND", Actions=[{"CrawlerName": first}])
    condition = {"LogicalOperator": "EQUALS", "CrawlerName": first, "CrawlState": "SUCCEEDED"}
    glue.create_trigger(
        Name=f"{name}-then",
        Type="CONDITIONAL",
        Predicate={"Conditions": [condition]},
        Actions=[{"CrawlerName": second}],
        StartOnCreation=True,
    )
    glue.start_trigger(Name=f"{name}-begin")
    deadline = time.monotonic() + 60
    while "LastCrawl" not in glue.get_crawler(Name=second)["Crawler"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert sorted(crawled.tables()) == ["first", "second"]
