import pytest

from lochan.glue.api.conditions import Ended, find_cause

ONE = Ended("JobName", "one", "SUCCEEDED", "r1")
TWO = Ended("JobName", "two", "SUCCEEDED", "r2")
TWO_FAILED = Ended("JobName", "two", "FAILED", "r3")
CRAWL = Ended("CrawlerName", "one", "SUCCEEDED", "c1")


def job(name, state="SUCCEEDED"):
    return {"LogicalOperator": "EQUALS", "JobName": name, "State": state}


def crawler(name, state="SUCCEEDED"):
    return {"LogicalOperator": "EQUALS", "CrawlerName": name, "CrawlState": state}


@pytest.mark.parametrize(
    ("predicate", "news", "known", "causes"),
    [
        ({"Conditions": [job("one")]}, ONE, [ONE], (ONE,)),
        ({"Conditions": [job("one")]}, TWO, [ONE, TWO], ()),
        ({"Conditions": [job("two", "FAILED")]}, TWO, [TWO], ()),
        ({"Conditions": [job("one")]}, CRAWL, [CRAWL], ()),
        ({"Conditions": [crawler("one")]}, CRAWL, [CRAWL], (CRAWL,)),
        ({"Logical": "AND", "Conditions": [job("one"), job("two")]}, ONE, [ONE], ()),
        ({"Logical": "AND", "Conditions": [job("one"), job("two")]}, TWO, [ONE, TWO], (ONE, TWO)),
        (
            {"Logical": "AND", "Conditions": [job("one"), job("two")]},
            TWO_FAILED,
            [ONE, TWO_FAILED],
            (),
        ),
        (
            {"Logical": "AND", "Conditions": [crawler("one"), job("two")]},
            CRAWL,
            [ONE, TWO, CRAWL],
            (CRAWL, TWO),
        ),
        ({"Logical": "ANY", "Conditions": [job("one"), job("two")]}, TWO, [ONE, TWO], (TWO,)),
        ({"Logical": "ANY", "Conditions": [job("one"), job("two")]}, CRAWL, [CRAWL], ()),
    ],
)
def test_cause_of_firing(predicate, news, known, causes):
    assert find_cause(predicate, news, known) == causes
