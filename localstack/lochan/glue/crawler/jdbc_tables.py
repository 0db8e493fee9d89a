"""A table of a relational data store as the Data Catalog describes it.

https://docs.aws.amazon.com/glue/latest/dg/tables-described.html
"""

from __future__ import annotations

import re

from lochan.glue.crawler.data_stores import DataStore
from lochan.glue.crawler.jdbc_catalog import StoredTable
from lochan.glue.crawler.tables import Authorship, CrawledTable


def describe_stored_table(
    store: DataStore, stored: StoredTable, author: Authorship
) -> CrawledTable:
    """Describe a table; its location is `database.schema.table`."""
    levels = (store.database, stored.schema, stored.name)
    parameters = {
        "CRAWL_RUN_ID": author.run_id,
        "CrawlerSchemaDeserializerVersion": "1.0",
        "CrawlerSchemaSerializerVersion": "1.0",
        "UPDATED_BY_CRAWLER": author.crawler_name,
        "classification": store.kind,
        "compressionType": "none",
        "connectionName": store.connection_name,
        "typeOfData": "view" if stored.is_view else "table",
    }
    name = author.table_prefix + re.sub(r"[^0-9a-z_]", "_", "_".join(levels).lower())
    table_input = {
        "Name": name,
        "Retention": 0,
        "StorageDescriptor": {
            "Columns": _columns(stored),
            "Location": ".".join(levels),
            "Compressed": False,
            "NumberOfBuckets": -1,
            "SerdeInfo": {"Parameters": {}},
            "BucketColumns": [],
            "SortColumns": [],
            "Parameters": parameters,
            "StoredAsSubDirectories": False,
        },
        "PartitionKeys": [],
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
    }
    return CrawledTable(name, table_input, [])


def _columns(stored: StoredTable) -> list[dict[str, str]]:
    """List the columns, names lower-cased; of names that are then the same, the first stays."""
    first = {name.lower(): kind for name, kind in reversed(stored.columns)}
    order = dict.fromkeys(name.lower() for name, _ in stored.columns)
    return [{"Name": name, "Type": first[name]} for name in order]
