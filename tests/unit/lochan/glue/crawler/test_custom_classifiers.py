from __future__ import annotations

import json
from typing import Any

import pytest

from lochan.glue.crawler.csv_format import CsvRules, infer_csv
from lochan.glue.crawler.custom_classifiers import read_csv_rules
from lochan.glue.crawler.errors import CrawlRefused
from lochan.glue.crawler.schema import spell

OPENED = {"quoteChar": '"', "separatorChar": ";"}
BOOKS = '"ISBN";"Title";"Year"\n"0195153448";"Classical; Mythology";"2002"\n"x";"B";""\n'


def described(text: str, **definition: Any) -> str | None:
    found = infer_csv(text.encode(), whole=True, rules=read_csv_rules(definition))
    if found is None:
        return None
    columns = ", ".join(f"{name} {spell(kind)}" for name, kind in found.schema.fields.items())
    return f"header={found.has_header} records={found.records}: {columns}"


def test_rules_of_a_bare_classifier_do_not_trim() -> None:
    # "The default value is true": API_CsvClassifier.html, DisableValueTrimming.
    assert read_csv_rules({}) == CsvRules(trims_values=False)


@pytest.mark.parametrize(
    ("text", "definition", "expected"),
    [
        (
            BOOKS,
            {"Delimiter": ";"},
            "header=True records=2: isbn string, title string, year bigint",
        ),
        (
            BOOKS,
            {"Delimiter": ";", "ContainsHeader": "ABSENT"},
            "header=False records=3: col0 string, col1 string, col2 string",
        ),
        (BOOKS, {"Delimiter": "|"}, None),
        ("a,b\nc,d\n", {"ContainsHeader": "PRESENT"}, "header=True records=1: a string, b string"),
        ("a,b\n", {"ContainsHeader": "PRESENT"}, "header=True records=1: a string, b string"),
        (
            "1,2\n3,4\n",
            {"ContainsHeader": "ABSENT", "Header": ["Left", "right"]},
            "header=False records=2: left bigint, right bigint",
        ),
        ("a,b\nc,d\n", {"Header": ["A", "B"]}, "header=True records=1: a string, b string"),
        ("1,2\n3,4\n", {"Header": ["one"]}, None),
        (
            "'a,b',1\n'c',2\n",
            {"QuoteSymbol": "'"},
            "header=False records=2: col0 string, col1 bigint",
        ),
        ("word\nother\n", {}, None),
        (
            "7\n8\n",
            {"AllowSingleColumn": True, "ContainsHeader": "ABSENT"},
            "header=False records=2: col0 bigint",
        ),
        ("a, 1\nb, 2\n", {}, "header=False records=2: col0 string, col1 string"),
        (
            "a, 1\nb, 2\n",
            {"DisableValueTrimming": False},
            "header=False records=2: col0 string, col1 bigint",
        ),
        (
            "1,2020-01-01\n2,2020-01-02\n",
            {"CustomDatatypeConfigured": True, "CustomDatatypes": ["LONG", "date"]},
            "header=False records=2: col0 bigint, col1 date",
        ),
        (
            "1,2\n",
            {"ContainsHeader": "ABSENT", "CustomDatatypes": ["STRING", "STRING"]},
            "header=False records=1: col0 bigint, col1 bigint",
        ),
        (
            "1,2\n3,4\n",
            {"CustomDatatypeConfigured": True, "CustomDatatypes": ["STRING"]},
            None,
        ),
    ],
)
def test_csv_classifier(text: str, definition: dict[str, Any], expected: str | None) -> None:
    assert described(text, **definition) == expected


@pytest.mark.parametrize(
    ("serde", "text", "library", "parameters", "quoted"),
    [
        (
            "OpenCSVSerDe",
            "1;2\n3;4\n",
            "OpenCSVSerde",
            {"quoteChar": '"', "separatorChar": ";"},
            "false",
        ),
        ("LazySimpleSerDe", '"1";2\n3;4\n', "lazy.LazySimpleSerDe", {"field.delim": ";"}, "true"),
        ("None", '"1";2\n3;4\n', "OpenCSVSerde", OPENED, "true"),
        ("None", "1;2\n3;4\n", "lazy.LazySimpleSerDe", {"field.delim": ";"}, "false"),
    ],
)
def test_csv_classifier_chooses_the_serde(
    lake: Any, serde: str, text: str, library: str, parameters: dict[str, str], quoted: str
) -> None:
    lake.classifiers["books"] = {"CsvClassifier": {"Name": "books", "Serde": serde}}
    lake.put("data/a.csv", text)
    lake.crawl(Classifiers=["books"])
    table = lake.tables()["data"]
    assert table["StorageDescriptor"]["SerdeInfo"] == {
        "SerializationLibrary": f"org.apache.hadoop.hive.serde2.{library}",
        "Parameters": parameters,
    }
    assert table["Parameters"]["classification"] == "csv"
    assert table["Parameters"]["delimiter"] == ";"
    assert table["Parameters"]["areColumnsQuoted"] == quoted
    assert "skip.header.line.count" not in table["Parameters"]


def test_first_classifier_that_is_sure_wins_and_the_built_in_ones_come_last(lake: Any) -> None:
    lake.classifiers["pipes"] = {"CsvClassifier": {"Name": "pipes", "Delimiter": "|"}}
    absent = {"Name": "absent", "Delimiter": ",", "ContainsHeader": "ABSENT"}
    lake.classifiers["absent"] = {"CsvClassifier": absent}
    lake.put("data/commas/a.csv", "id,v\n1,x\n")
    lake.put("data/objects/a.json", json.dumps({"k": 1}))
    lake.crawl(Classifiers=["pipes", "absent"])
    assert lake.columns("commas") == ["col0 string", "col1 string"]
    assert lake.columns("objects") == ["k int"]


def test_json_classifier_reads_the_records_of_an_array(lake: Any) -> None:
    lake.classifiers["records"] = {"JsonClassifier": {"Name": "records", "JsonPath": "$[*]"}}
    lake.put("data/a.json", json.dumps([{"id": "a", "n": 1}, {"id": "b", "n": 2.5}]))
    lake.crawl(Classifiers=["records"])
    assert lake.columns("data") == ["id string", "n double"]
    parameters = lake.tables()["data"]["Parameters"]
    assert (parameters["jsonPath"], parameters["recordCount"]) == ("$[*]", "2")


def test_json_classifier_of_a_plain_value_makes_the_column_record(lake: Any) -> None:
    lake.classifiers["ids"] = {"JsonClassifier": {"Name": "ids", "JsonPath": "$.id"}}
    lake.put("data/a.json", '{"id": "ocd", "name": "Alaska"}\n{"id": "ocx"}\n')
    lake.crawl(Classifiers=["ids"])
    assert lake.columns("data") == ["record string"]


@pytest.mark.parametrize(
    ("classifier", "complaint"),
    [
        (None, "The classifier mine, which the crawler names, does not exist"),
        (
            {"GrokClassifier": {"Name": "mine", "GrokPattern": "x"}},
            "mine is a GrokClassifier: crawls are emulated with CsvClassifier and JsonClassifier",
        ),
        ({"XMLClassifier": {"Name": "mine"}}, "mine is a XMLClassifier"),
        (
            {"JsonClassifier": {"Name": "mine", "JsonPath": "$..a"}},
            r"mine cannot be used: The JSON path '\$\.\.a' cannot be read",
        ),
    ],
)
def test_classifier_that_cannot_be_used(lake: Any, classifier: Any, complaint: str) -> None:
    if classifier:
        lake.classifiers["mine"] = classifier
    lake.put("data/a.csv", "1,2\n3,4\n")
    with pytest.raises(CrawlRefused, match=complaint):
        lake.crawl(Classifiers=["mine"])
    assert lake.tables() == {}
