"""What is read of a database, and PostgreSQL as a source of it.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-jdbc-home.html
https://docs.aws.amazon.com/glue/latest/dg/run-jdbc-parallel-read-job.html
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pyspark.sql import DataFrame, SparkSession

from awsglue import _bookmarks
from awsglue._databases import endpoint as endpoints
from awsglue._databases.jdbc_reader import read_partitions, read_relation
from awsglue._databases.postgres import postgres_transaction
from awsglue._databases.sql import parse_table, quote_name, quote_standard_text, quote_table
from awsglue._formats.contract import Parsed
from awsglue._refusals import as_flag, not_implemented, refuse_unknown_options
from awsglue._sources import key_bookmark
from awsglue._sources.key_bookmark import Fetch, KeyBookmark, KeyOrder, Quote, read_key_order

DEFAULT_HASH_PARTITIONS = 7
PARALLEL_OPTIONS = frozenset({"hashfield", "hashexpression", "hashpartitions"})
_SAMPLE_OPTIONS = frozenset({"sampleQuery", "enablePartitioningForSampleQuery", "sampleSize"})
# What autopushdown moves into Redshift changes no row.
_REDSHIFT_OPTIONS = frozenset(
    {"redshiftTmpDir", "aws_iam_role", "extraunloadoptions", "unload_s3_format", "autopushdown"}
)
_OPTIONS = {
    "postgresql": endpoints.OPTIONS
    | key_bookmark.OPTIONS
    | PARALLEL_OPTIONS
    | _SAMPLE_OPTIONS
    | {"dbtable", "query"},
    "redshift": endpoints.OPTIONS
    | key_bookmark.OPTIONS
    | PARALLEL_OPTIONS
    | _REDSHIFT_OPTIONS
    | {"dbtable", "query"},
}


@dataclass(frozen=True)
class ReadPlan:
    """What is read: a relation that may follow FROM, by which conditions, and how many rows."""

    relation: str
    conditions: tuple[str, ...] = ()
    limit: int | None = None


def _call_of(vendor: str) -> str:
    return f"create_dynamic_frame from {vendor}"


def plan_read(vendor: str, options: Mapping[str, Any]) -> ReadPlan:
    """Return what the options ask for; an error names what is missing or not implemented."""
    call = _call_of(vendor)
    refuse_unknown_options(call, dict(options), _OPTIONS[vendor])
    # Redshift reads in parallel by itself; Glue ignores these there.
    conditions = () if vendor == "redshift" else hash_conditions(options)
    if sample := options.get("sampleQuery"):
        return _plan_sample(str(sample), options, conditions)
    for option in _SAMPLE_OPTIONS & set(options):
        raise ValueError(f"{call}: the option {option!r} needs 'sampleQuery'.")
    if query := options.get("query"):
        if options.get("dbtable"):
            raise ValueError(f"{call}: give either 'dbtable' or 'query', and not both.")
        return ReadPlan(_as_relation(str(query)), conditions)
    if not options.get("dbtable"):
        raise ValueError(f"{call}: connection_options must have 'dbtable' or 'query'.")
    return ReadPlan(quote_table(parse_table(str(options["dbtable"]))), conditions)


def _plan_sample(query: str, options: Mapping[str, Any], conditions: tuple[str, ...]) -> ReadPlan:
    if not as_flag(options.get("enablePartitioningForSampleQuery", False)):
        if "sampleSize" in options:
            raise ValueError("'sampleSize' needs 'enablePartitioningForSampleQuery': True.")
        return ReadPlan(_as_relation(query))
    if not re.search(r"\b(where|and)\s*\Z", query, re.IGNORECASE):
        raise ValueError(
            "With 'enablePartitioningForSampleQuery' the 'sampleQuery' must end in WHERE or AND, "
            "after which Glue puts the condition of each partition."
        )
    size = options.get("sampleSize")
    limit = None if size is None else int(size)
    return ReadPlan(_as_relation(f"{query} 1 = 1"), conditions, limit)


def _as_relation(query: str) -> str:
    return f"({query.strip().rstrip(';')}\n) AS glue_query"


def hash_conditions(options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the conditions of partitions that do not overlap and together hold every row."""
    column, expression = options.get("hashfield"), options.get("hashexpression")
    if column and expression:
        raise ValueError("Give either 'hashfield' or 'hashexpression', and not both.")
    if not column and not expression:
        return ()
    count = int(options.get("hashpartitions", DEFAULT_HASH_PARTITIONS))
    if count < 1:
        raise ValueError(f"'hashpartitions' must be at least 1, and it is {count}.")
    if column:
        # hashtext is PostgreSQL's own; a bigint, as the least integer has no absolute value.
        expression = f"hashtext(CAST({quote_name(str(column))} AS text))::bigint"
    number = f"COALESCE(MOD(ABS({expression}), {count}), 0)"
    return tuple(f"{number} = {partition}" for partition in range(count))


class DatabaseSource(ABC):
    """A table or a query of a database."""

    vendor: ClassVar[str]

    def __init__(
        self,
        session: SparkSession,
        options: Mapping[str, Any],
        transformation_ctx: str,
        catalog_id: str | None = None,
    ) -> None:
        self._session = session
        self._transformation_ctx = transformation_ctx
        self._key_order = read_key_order(options)
        self._names_table = bool(options.get("dbtable"))
        self._plan = plan_read(self.vendor, options)
        self._endpoint = endpoints.endpoint_of_options(self._call, self.vendor, options, catalog_id)

    @property
    def _call(self) -> str:
        return _call_of(self.vendor)

    def set_format(self, format: str | None, options: Mapping[str, Any]) -> None:
        """Refuse a format: a database has its own."""
        if format:
            raise not_implemented(self._call, f"the format {format!r}")

    @abstractmethod
    def read(self) -> Parsed:
        """Return the rows."""

    def _find_new(self, order: KeyOrder, fetch: Fetch, quote: Quote) -> str:
        """Return the relation with what the bookmark has not seen, and note the position."""
        url, relation = self._endpoint.url, self._plan.relation
        source = f"{url.server}/{url.database}|{relation}"
        return KeyBookmark(self._transformation_ctx, source, order, fetch, quote).restrict(relation)


class PostgresSource(DatabaseSource):
    """A table or a query of PostgreSQL."""

    vendor = "postgresql"

    def read(self) -> Parsed:
        """Return the rows."""
        frame = self._read_frame()
        return Parsed(frame if self._plan.limit is None else frame.limit(self._plan.limit))

    def _read_frame(self) -> DataFrame:
        conditions, relation = self._plan.conditions, self._restrict()
        if conditions:
            return read_partitions(self._session, self._endpoint, relation, conditions)
        return read_relation(self._session, self._endpoint, relation)

    def _restrict(self) -> str:
        """Return the relation, with a bookmark only what is new in it."""
        relation = self._plan.relation
        if not _bookmarks.is_tracked(self._transformation_ctx):
            return relation
        with postgres_transaction(self._endpoint, "the look for new rows") as session:

            def fetch(statement: str) -> list[tuple[Any, ...]]:
                return list(session.execute(statement).fetchall())

            order = self._key_order
            if order is None and self._names_table:
                order = find_gapless_key(fetch, relation)
            return self._find_new(order, fetch, quote_standard_text) if order else relation


def find_gapless_key(fetch: Fetch, table: str) -> KeyOrder | None:
    """Return the primary key if it is one integer without gaps, which Glue takes by default."""
    keys = fetch(
        "SELECT a.attname FROM pg_index AS i JOIN pg_attribute AS a "
        "ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) "
        f"WHERE i.indrelid = to_regclass({quote_standard_text(table)}) AND i.indisprimary "
        "AND i.indnkeyatts = 1 AND a.atttypid IN (20, 21, 23)"
    )
    if not keys:
        return None
    name = quote_name(keys[0][0])
    gapless = f"SELECT COALESCE(MAX({name}) - MIN({name}) + 1, 0) = COUNT(*) FROM {table}"
    return KeyOrder((keys[0][0],)) if fetch(gapless)[0][0] else None
