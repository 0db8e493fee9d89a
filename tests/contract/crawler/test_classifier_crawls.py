"""Crawls with custom classifiers, from boto3 to the catalog."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.stack


def test_csv_classifier_shapes_the_table(crawled: Any, make_crawler: Any) -> None:
    s3, name = crawled.client("s3"), crawled.name
    s3.create_bucket(Bucket=name)
    body = '"0195153448";"Classical; Mythology";"5"\n"0002005018";"Clara Callan";"7"\n'
    s3.put_object(Bucket=name, Key="books/books.csv", Body=body.encode("latin-1"))
    crawled.glue.create_classifier(
        CsvClassifier={
            "Name": name,
            "Delimiter": ";",
            "QuoteSymbol": '"',
            "ContainsHeader": "ABSENT",
            "Header": ["isbn", "title", "rating"],
            "CustomDatatypeConfigured": True,
            "CustomDatatypes": ["STRING", "STRING", "INT"],
            "Serde": "OpenCSVSerDe",
        }
    )
    targets = {"S3Targets": [{"Path": f"s3://{name}/books/"}]}
    crawler = make_crawler(targets, Classifiers=[name])
    assert crawled.crawl(crawler)["Status"] == "SUCCEEDED"
    assert crawled.columns("books") == ["isbn string", "title string", "rating int"]
    serde = crawled.tables()["books"]["StorageDescriptor"]["SerdeInfo"]
    assert serde["Parameters"] == {"quoteChar": '"', "separatorChar": ";"}
    crawled.glue.delete_classifier(Name=name)
    ended = crawled.crawl(crawler)
    assert ended["Status"] == "FAILED"
    assert f"The classifier {name}" in ended["ErrorMessage"]
