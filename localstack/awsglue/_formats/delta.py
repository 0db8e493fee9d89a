"""Delta tables: folders whose log tells which files are theirs, so that they are read whole.

Bookmarks, exclusions and groups of files do not apply to them.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-delta-lake.html
https://docs.delta.io/3.3.2/delta-batch.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from awsglue._choice import forget_choices
from awsglue._refusals import refuse_unknown_options
from awsglue._schema import has_choices

NAME = "delta"
READ_OPTIONS = frozenset({"versionAsOf", "timestampAsOf"})
WRITE_OPTIONS = frozenset(
    {"mergeSchema", "maxRecordsPerFile", "userMetadata", "txnAppId", "txnVersion"}
)


def read_table(
    session: SparkSession, paths: Sequence[str], options: Mapping[str, Any]
) -> DataFrame:
    """Return the rows of the table at a path: the newest version, or the one that options name."""
    if len(paths) != 1:
        raise ValueError(f"A Delta table is at one path, and there are {len(paths)}.")
    refuse_unknown_options("format 'delta'", dict(options), READ_OPTIONS)
    chosen = {name: str(value) for name, value in options.items()}
    return session.read.format(NAME).options(**chosen).load(paths[0])


def append_rows(
    frame: DataFrame, path: str, partition_keys: Sequence[str], options: Mapping[str, Any]
) -> None:
    """Add rows to the table at a path in one commit; the table is made where it is missing."""
    refuse_unknown_options("format 'delta'", dict(options), WRITE_OPTIONS)
    plain = forget_choices(frame) if has_choices(frame.schema) else frame
    chosen = {name: str(value) for name, value in options.items()}
    writer = plain.write.format(NAME).mode("append").options(**chosen)
    (writer.partitionBy(*partition_keys) if partition_keys else writer).save(path)
