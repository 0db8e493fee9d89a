"""What a file is: custom classifiers, then the built-in ones; the first that is sure wins.

https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lochan.glue.crawler import csv_format, json_format, parquet_format
from lochan.glue.crawler.samples import MEBIBYTE, MOST_RECORDS, Sample
from lochan.glue.crawler.schema import Struct


@dataclass(frozen=True)
class Layout:
    """What files of one table have in common beside their columns.

    `serde` is the Hive class that reads them, where it is not the classification's usual one.
    """

    classification: str
    compression: str
    serde_parameters: tuple[tuple[str, str], ...] = ()
    table_parameters: tuple[tuple[str, str], ...] = ()
    serde: str | None = None


@dataclass(frozen=True)
class Classified:
    """A file understood: its layout, its columns and its size in bytes and records."""

    layout: Layout
    schema: Struct = field(default_factory=Struct)
    size: int = 0
    average_record_size: int = 0
    record_count: int = 0


Classifier = Callable[[Sample], Classified | None]


def classify(sample: Sample, custom: Sequence[Classifier] = ()) -> Classified | None:
    """Classify a file; None when no classifier knows it (UNKNOWN)."""
    for classifier in (*custom, *CLASSIFIERS):
        if found := classifier(sample):
            return found
    return None


def _parquet(sample: Sample) -> Classified | None:
    footer = parquet_format.read_footer(sample)
    if footer is None:
        return None
    size, rows = sample.stored.size, footer.rows
    layout = Layout("parquet", "none")
    return Classified(layout, footer.schema, size, size // rows if rows else 0, rows)


def _json(sample: Sample) -> Classified | None:
    found = json_format.infer_json(sample)
    if found is None:
        return None
    return count_records(sample, Layout("json", sample.compression), found.schema, found.records)


def _csv(sample: Sample) -> Classified | None:
    found = csv_format.infer_csv(sample.content, whole=sample.whole)
    if found is None:
        return None
    layout = Layout(
        "csv",
        sample.compression,
        (("field.delim", found.delimiter),),
        describe_csv(found, is_quoted=False),
    )
    return count_records(sample, layout, found.schema, found.records)


def describe_csv(found: csv_format.CsvContent, *, is_quoted: bool) -> tuple[tuple[str, str], ...]:
    """List a CSV table's own parameters."""
    return (
        ("delimiter", found.delimiter),
        ("columnsOrdered", "true"),
        ("areColumnsQuoted", "true" if is_quoted else "false"),
        *((("skip.header.line.count", "1"),) if found.has_header else ()),
    )


def count_records(sample: Sample, layout: Layout, schema: Struct, records: int) -> Classified:
    """Estimate as crawlers do: the average of the sample, projected on the file's size."""
    size = sample.stored.size
    average = min(size, MEBIBYTE) // min(max(records, 1), MOST_RECORDS)
    return Classified(layout, schema, size, average, size // max(average, 1))


CLASSIFIERS: tuple[Classifier, ...] = (_parquet, _json, _csv)
