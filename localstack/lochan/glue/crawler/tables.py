"""A dataset as the Data Catalog describes it: TableInput and PartitionInput.

Parameters and SerDes: https://docs.aws.amazon.com/glue/latest/dg/crawler-table-properties.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import md5
from typing import Any

from lochan.glue.crawler.grouping import (
    Dataset,
    File,
    Partition,
    partition_keys,
    partition_values,
)
from lochan.glue.crawler.listing import IncludePath
from lochan.glue.crawler.schema import Struct, spell

_TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
_TEXT_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
_PARQUET = "org.apache.hadoop.hive.ql.io.parquet"


@dataclass(frozen=True)
class Storage:
    """How Hive reads a format."""

    input_format: str
    output_format: str
    serde: str


STORAGE = {
    "json": Storage(_TEXT_INPUT, _TEXT_OUTPUT, "org.openx.data.jsonserde.JsonSerDe"),
    "csv": Storage(_TEXT_INPUT, _TEXT_OUTPUT, "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"),
    "parquet": Storage(
        f"{_PARQUET}.MapredParquetInputFormat",
        f"{_PARQUET}.MapredParquetOutputFormat",
        f"{_PARQUET}.serde.ParquetHiveSerDe",
    ),
}


@dataclass(frozen=True)
class CrawledTable:
    """A table to be in the catalog, and its partitions."""

    name: str
    table_input: dict[str, Any]
    partition_inputs: list[dict[str, Any]]

    @property
    def location(self) -> str:
        """Where the table's files lie."""
        return str(self.table_input["StorageDescriptor"]["Location"])


@dataclass(frozen=True)
class Authorship:
    """Which crawler describes the table, in which run, and the prefix of its names."""

    crawler_name: str
    run_id: str
    table_prefix: str


def describe_table(dataset: Dataset, include: IncludePath, author: Authorship) -> CrawledTable:
    """Describe a dataset and its partitions."""
    keys = partition_keys(dataset)
    location = _location(include, dataset.path, dataset.is_file)
    parameters = _parameters(dataset, dataset.files, author)
    storage = _storage_descriptor(dataset, location, parameters)
    table_input = {
        "Name": table_name(dataset, include, author.table_prefix),
        "Owner": "owner",
        "Retention": 0,
        "StorageDescriptor": storage,
        "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters | ({"partition_filtering.enabled": "true"} if keys else {}),
    }
    partitions = [
        describe_partition(dataset, partition, keys, location, author)
        for partition in dataset.partitions
        if keys
    ]
    return CrawledTable(str(table_input["Name"]), table_input, partitions)


def table_name(dataset: Dataset, include: IncludePath, prefix: str) -> str:
    """Name a table after its folder or file; whatever is no letter or digit becomes `_`."""
    name = dataset.path[-1] if dataset.path else include.name
    return prefix + re.sub(r"[^0-9a-z_]", "_", name.lower())


def disambiguated_name(name: str, place: str) -> str:
    """Return the name of a table whose plain name another table has: `_` and 32 hex digits more."""
    return f"{name}_{md5(place.encode(), usedforsecurity=False).hexdigest()}"


def describe_partition(
    dataset: Dataset, partition: Partition, keys: Sequence[str], location: str, author: Authorship
) -> dict[str, Any]:
    """Describe a partition of the table at a location."""
    parameters = _parameters(dataset, partition.files, author)
    place = location + "".join(f"{folder}/" for folder in partition.path)
    return {
        "Values": partition_values(partition, keys),
        "StorageDescriptor": _storage_descriptor(dataset, place, parameters),
        "Parameters": parameters,
    }


def _storage_descriptor(
    dataset: Dataset, location: str, parameters: dict[str, str]
) -> dict[str, Any]:
    storage = STORAGE[dataset.layout.classification]
    return {
        "Columns": columns(dataset.schema),
        "Location": location,
        "InputFormat": storage.input_format,
        "OutputFormat": storage.output_format,
        "Compressed": dataset.layout.compression != "none",
        "NumberOfBuckets": -1,
        "SerdeInfo": {
            "SerializationLibrary": dataset.layout.serde or storage.serde,
            "Parameters": _serde_parameters(dataset),
        },
        "BucketColumns": [],
        "SortColumns": [],
        "Parameters": parameters,
        "StoredAsSubDirectories": False,
    }


def columns(schema: Struct) -> list[dict[str, str]]:
    """List the columns, names lower-cased; names that are then the same keep the first's place."""
    by_name = {name.lower(): spell(kind) for name, kind in reversed(list(schema.fields.items()))}
    order = dict.fromkeys(name.lower() for name in schema.fields)
    return [{"Name": name, "Type": by_name[name]} for name in order]


def _serde_parameters(dataset: Dataset) -> dict[str, str]:
    if dataset.layout.classification == "json":
        return {"paths": ",".join(sorted(dataset.schema.fields))}
    if dataset.layout.classification == "parquet":
        return {"serialization.format": "1"}
    return dict(dataset.layout.serde_parameters)


def _parameters(dataset: Dataset, files: Sequence[File], author: Authorship) -> dict[str, str]:
    records = sum(file.content.record_count for file in files)
    return {
        "CRAWL_RUN_ID": author.run_id,
        "CrawlerSchemaDeserializerVersion": "1.0",
        "CrawlerSchemaSerializerVersion": "1.0",
        "UPDATED_BY_CRAWLER": author.crawler_name,
        "averageRecordSize": str(_average_record_size(files)),
        "classification": dataset.layout.classification,
        "compressionType": dataset.layout.compression,
        "objectCount": str(len(files)),
        "recordCount": str(records),
        "sizeKey": str(sum(file.content.size for file in files)),
        "typeOfData": "file",
        **dict(dataset.layout.table_parameters),
    }


def _average_record_size(files: Sequence[File]) -> int:
    """Fold the files' averages, weighted by records, in whole numbers and listing order."""
    average, count = 0, 0
    for file in files:
        content = file.content
        total = average * count + content.average_record_size * content.record_count
        count += content.record_count
        average = total // count if count else 0
    return average


def _location(include: IncludePath, path: Sequence[str], is_file: bool) -> str:
    base = include.location
    if not path:
        return base if base.endswith("/") else base + "/"
    folder = base if base.endswith("/") else base + "/"
    return folder + "/".join(path) + ("" if is_file else "/")
