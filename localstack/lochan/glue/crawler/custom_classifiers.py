"""Custom classifiers: what a crawler's own classifiers make of a file, before the built-in ones.

https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lochan.glue.crawler import csv_format, json_format
from lochan.glue.crawler.classification import (
    Classified,
    Classifier,
    Layout,
    count_records,
    describe_csv,
)
from lochan.glue.crawler.csv_format import CsvRules
from lochan.glue.crawler.errors import CrawlRefused
from lochan.glue.crawler.json_paths import InvalidJsonPath, parse_json_path
from lochan.glue.crawler.samples import Sample

OPEN_CSV_SERDE = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
# Hive's names of the data types that a CSV classifier can state.
_HIVE_TYPES = {
    "BINARY": "binary",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DECIMAL": "decimal(10,0)",
    "DOUBLE": "double",
    "FLOAT": "float",
    "INT": "int",
    "LONG": "bigint",
    "SHORT": "smallint",
    "STRING": "string",
    "TIMESTAMP": "timestamp",
}


def read_classifiers(glue: Any, names: Sequence[str]) -> tuple[Classifier, ...]:
    """Read the classifiers that a crawler names, in its order; raises CrawlRefused."""
    return tuple(_read_classifier(glue, name) for name in names)


def _read_classifier(glue: Any, name: str) -> Classifier:
    try:
        described = glue.get_classifier(Name=name)["Classifier"]
    except glue.exceptions.EntityNotFoundException:
        raise CrawlRefused(
            f"The classifier {name}, which the crawler names, does not exist: create it, or take"
            " it out of the crawler's Classifiers."
        ) from None
    kind, definition = next(iter(described.items()))
    if kind not in _READERS:
        raise CrawlRefused(
            f"The classifier {name} is a {kind}: crawls are emulated with"
            f" {' and '.join(_READERS)} only."
        )
    return _READERS[kind](definition)


def _read_csv_classifier(definition: Mapping[str, Any]) -> Classifier:
    rules = read_csv_rules(definition)
    serde = definition.get("Serde", "None")

    def classify(sample: Sample) -> Classified | None:
        found = csv_format.infer_csv(sample.content, whole=sample.whole, rules=rules)
        if found is None:
            return None
        # None lets the crawler choose: only OpenCSVSerde takes quotes off.
        opens = serde == "OpenCSVSerDe" or (serde == "None" and found.is_quoted)
        parameters = (
            (("quoteChar", rules.quote), ("separatorChar", found.delimiter))
            if opens
            else (("field.delim", found.delimiter),)
        )
        layout = Layout(
            "csv",
            sample.compression,
            parameters,
            describe_csv(found, is_quoted=found.is_quoted),
            OPEN_CSV_SERDE if opens else None,
        )
        return count_records(sample, layout, found.schema, found.records)

    return classify


def read_csv_rules(definition: Mapping[str, Any]) -> CsvRules:
    """Read the shape CsvClassifier; values are not trimmed unless it says so."""
    stated = definition.get("CustomDatatypes", []) if _states_types(definition) else []
    delimiter = definition.get("Delimiter")
    return CsvRules(
        delimiters=(delimiter,) if delimiter else csv_format.DELIMITERS,
        quote=definition.get("QuoteSymbol", '"'),
        header=definition.get("ContainsHeader", "UNKNOWN"),
        names=tuple(definition.get("Header", [])),
        types=tuple(_HIVE_TYPES[name.upper()] for name in stated),
        trims_values=not definition.get("DisableValueTrimming", True),
        allows_single_column=definition.get("AllowSingleColumn", False),
    )


def _states_types(definition: Mapping[str, Any]) -> bool:
    return bool(definition.get("CustomDatatypeConfigured", False))


def _read_json_classifier(definition: Mapping[str, Any]) -> Classifier:
    path = definition["JsonPath"]
    try:
        steps = parse_json_path(path)
    except InvalidJsonPath as error:
        raise CrawlRefused(f"The classifier {definition['Name']} cannot be used: {error}") from None

    def classify(sample: Sample) -> Classified | None:
        found = json_format.infer_json(sample, steps)
        if found is None:
            return None
        layout = Layout("json", sample.compression, table_parameters=(("jsonPath", path),))
        return count_records(sample, layout, found.schema, found.records)

    return classify


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Classifier]] = {
    "CsvClassifier": _read_csv_classifier,
    "JsonClassifier": _read_json_classifier,
}
