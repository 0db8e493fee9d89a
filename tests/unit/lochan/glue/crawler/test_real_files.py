"""Crawls of real files; what they hold was read off with Python's csv and json alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def test_ratings_without_a_header(lake: Any, real_data: Path) -> None:
    file = real_data / "book_crossing_raw_ratings" / "BX-Book-Ratings.csv"
    lake.put("data/ratings.csv", file.read_bytes())
    definition = {
        "Name": "ratings",
        "Delimiter": ";",
        "QuoteSymbol": '"',
        "ContainsHeader": "ABSENT",
        "Header": ["user_id", "isbn", "rating"],
    }
    lake.classifiers["ratings"] = {"CsvClassifier": definition}
    lake.crawl(Classifiers=["ratings"])
    assert lake.columns("data") == ["user_id bigint", "isbn string", "rating bigint"]
    serde = lake.tables()["data"]["StorageDescriptor"]["SerdeInfo"]
    assert serde["Parameters"] == {"quoteChar": '"', "separatorChar": ";"}


def test_earthquakes_inside_one_document(lake: Any, real_data: Path) -> None:
    file = real_data / "usgs_earthquakes" / "earthquakes.json"
    lake.put("data/earthquakes.json", file.read_bytes())
    definition = {"Name": "events", "JsonPath": "$.features[*].properties"}
    lake.classifiers["events"] = {"JsonClassifier": definition}
    lake.crawl(Classifiers=["events"])
    columns = dict(column.split(" ") for column in lake.columns("data"))
    # 26 members, `magType` in lower case; milliseconds since 1970 need 64 bits.
    assert len(columns) == 26
    assert [columns[name] for name in ("mag", "place", "time", "tz", "felt", "magtype")] == [
        "double",
        "string",
        "bigint",
        "int",
        "int",
        "string",
    ]
