"""What is read of a database, and PostgreSQL as a source.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-jdbc-home.html
https://docs.aws.amazon.com/glue/latest/dg/run-jdbc-parallel-read-job.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from awsglue._databases import endpoint as endpoints
from awsglue._databases.jdbc_reader import read_partitions, read_relation
from awsglue._databases.sql import parse_table, quote_name, quote_table
from awsglue._formats.contract import Parsed
from awsglue._refusals import as_flag, not_implemented, refuse_unknown_options

_CALL = "create_dynamic_frame from postgresql"
DEFAULT_HASH_PARTITIONS = 7
PARALLEL_OPTIONS = frozenset({"hashfield", "hashexpression", "hashpartitions"})
_SAMPLE_OPTIONS = frozenset({"sampleQuery", "enablePartitioningForSampleQuery", "sampleSize"})
_OPTIONS = {
    "postgresql": endpoints.OPTIONS | PARALLEL_OPTIONS | _SAMPLE_OPTIONS | {"dbtable", "query"},
    "redshift": endpoints.OPTIONS
    | PARALLEL_OPTIONS
    | {"dbtable", "query", "redshiftTmpDir", "aws_iam_role", "extraunloadoptions"},
}


@dataclass(frozen=True)
class ReadPlan:
    """What is read: a relation that may follow FROM, by which conditions, and how many rows."""

    relation: str
    conditions: tuple[str, ...] = ()
    limit: int | None = None


def plan_read(vendor: str, options: Mapping[str, Any]) -> ReadPlan:
    """Return what the options ask for; an error names what is missing or not implemented."""
    call = f"create_dynamic_frame from {vendor}"
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


class PostgresSource:
    """A table or a query of PostgreSQL."""

    def __init__(
        self, session: SparkSession, options: Mapping[str, Any], catalog_id: str | None = None
    ) -> None:
        self._session = session
        self._plan = plan_read("postgresql", options)
        self._endpoint = endpoints.endpoint_of_options(_CALL, "postgresql", options, catalog_id)

    def set_format(self, format: str | None, options: Mapping[str, Any]) -> None:
        """Refuse a format: a database has its own."""
        if format:
            raise not_implemented(_CALL, f"the format {format!r}")

    def read(self) -> Parsed:
        """Return the rows."""
        frame = self._read_frame()
        return Parsed(frame if self._plan.limit is None else frame.limit(self._plan.limit))

    def _read_frame(self) -> DataFrame:
        plan = self._plan
        if plan.conditions:
            return read_partitions(self._session, self._endpoint, plan.relation, plan.conditions)
        return read_relation(self._session, self._endpoint, plan.relation)
