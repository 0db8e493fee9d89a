"""The statements that publish what the job brought, inside one transaction with the ledger.

The job fills a table of its own, `etl.incoming_<hash of target and prefix>`, that has the target's
columns, the load of each row, and why a row is rejected. Publishing moves its rows to the target
and drops it. Only what Amazon Redshift itself accepts (warehouse/loading.py).
https://docs.aws.amazon.com/redshift/latest/dg/merge-replacing-existing-rows.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.lake.names import FILE, LOAD_ID, POSITION, REASON, RECORD
from warehouse.lake.tables import LOAD_ID_TYPE, TablePlan
from warehouse.lake.types import LONGEST_VARCHAR, RedshiftType, varchar
from warehouse.loading import LEDGER_COLUMNS
from warehouse.sql import qualify, quote_column, quote_identifier

DATASET = "lake"
SCHEMA = "etl"
REASON_BYTES = 1024
FILE_BYTES = 2048
POSITION_BYTES = 256

# A statement takes so many folders at once; drivers and PostgreSQL bind a limited number of values.
MOST_FOLDERS = 1000


def select_current(count: int) -> str:
    """Select the loads of so many partitions, later after earlier: the last is what is there.

    Parameters: dataset, partitions.
    """
    return (
        "SELECT partition_key, load_id, input_rows, loaded_rows, rejected_rows, duplicate_rows "
        'FROM "etl"."loads" WHERE dataset = %s AND partition_key IN '
        f"{_places(count)} ORDER BY loaded_at"
    )


def delete_loads(table: str, count: int) -> str:
    """Delete so many loads from the ledger or the rejects. Parameters: load ids.

    What was loaded, then replaced, and is loaded again is one row of the ledger.
    """
    return f"DELETE FROM {qualify(SCHEMA, table)} WHERE load_id IN {_places(count)}"


def insert_loads(count: int) -> str:
    """Write so many rows of the ledger. Parameters: a row's ten values, each; then the dataset.

    Loads of a dataset are later than one another, however fast they follow.
    """
    ledger = ", ".join(LEDGER_COLUMNS)
    named = ", ".join(f"%s AS {name}" for name in LEDGER_COLUMNS)
    others = "SELECT " + ", ".join(["%s"] * len(LEDGER_COLUMNS))
    rows = [f"SELECT {named}", *([others] * (count - 1))]
    return (
        f'INSERT INTO "etl"."loads" ({ledger}, loaded_at) SELECT {ledger}, loaded_at FROM '
        f"({' UNION ALL '.join(rows)}) AS fresh CROSS JOIN (SELECT GREATEST(SYSDATE, "
        "COALESCE(DATEADD(microsecond, 1, MAX(loaded_at)), SYSDATE)) AS loaded_at "
        'FROM "etl"."loads" WHERE dataset = %s) AS clock'
    )


def _places(count: int) -> str:
    return f"({', '.join(['%s'] * count)})"


def name_incoming(target: str, source_uri: str) -> str:
    """Name the table that the job fills for a target (schema.table) and a prefix."""
    identity = f"{target} {source_uri}"
    return f"incoming_{hashlib.sha256(identity.encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class Publication:
    """What is moved where: the plan of the target, the source's prefix, the keys.

    Of rows with equal keys the one with the greatest `newest_by` wins; rows without a value there
    are the oldest, and rows that are equally new are told apart by their other columns from left
    to right, so that the order of rows in files decides nothing. Without `newest_by` a load's
    rows win over those that are there.
    """

    plan: TablePlan
    source_uri: str
    keys: tuple[str, ...] = ()
    newest_by: str | None = None

    @property
    def incoming_table(self) -> str:
        """The name of the table that the job fills, in the schema etl."""
        return name_incoming(self.plan.name, self.source_uri)

    @property
    def incoming(self) -> str:
        """Its quoted name."""
        return qualify(SCHEMA, self.incoming_table)

    @property
    def newest(self) -> str:
        """The temporary table of the rows to merge."""
        return quote_identifier(f"newest_{self.incoming_table.removeprefix('incoming_')}")

    @property
    def columns(self) -> tuple[str, ...]:
        """The quoted columns that rows take along, the load among them."""
        names = [column.name for column in self.plan.columns]
        return tuple(map(quote_column, [*names, LOAD_ID]))


@dataclass(frozen=True)
class Census:
    """What the incoming table holds: rows and rejected ones by load, and how long its texts are.

    `lengths` are the bytes of the longest text by column.
    """

    rows: dict[str, int]
    rejected: dict[str, int]
    lengths: dict[str, int]

    @property
    def total(self) -> int:
        """All rows."""
        return sum(self.rows.values())

    @property
    def unusable(self) -> int:
        """All rejected rows."""
        return sum(self.rejected.values())


def create_incoming(publication: Publication) -> list[str]:
    """Make the incoming table anew; its texts are as long as texts can be."""
    columns = [
        f"{quote_column(column.name)} {incoming_type(column.type)}"
        for column in publication.plan.columns
    ]
    own = [
        f"{quote_column(LOAD_ID)} {LOAD_ID_TYPE}",
        f"{quote_column(REASON)} {varchar(REASON_BYTES)}",
        f"{quote_column(RECORD)} {varchar(LONGEST_VARCHAR)}",
        f"{quote_column(FILE)} {varchar(FILE_BYTES)}",
        f"{quote_column(POSITION)} {varchar(POSITION_BYTES)}",
    ]
    return [
        f"DROP TABLE IF EXISTS {publication.incoming}",
        f"CREATE TABLE {publication.incoming} ({', '.join([*columns, *own])})",
    ]


def incoming_type(column: RedshiftType) -> RedshiftType:
    """Give the type of a target's column in the incoming table."""
    return varchar(LONGEST_VARCHAR) if column.is_text else column


def empty_incoming(publication: Publication) -> list[str]:
    """Empty the incoming table before a COPY: a second attempt adds nothing to the first.

    The lock comes first: under SNAPSHOT isolation a DELETE sees what was committed before it.
    """
    return [lock_incoming(publication), f"DELETE FROM {publication.incoming}"]


def lock_incoming(publication: Publication) -> str:
    """Wait for whoever writes the incoming table."""
    return f"LOCK TABLE {publication.incoming}"


def measured_columns(plan: TablePlan) -> list[str]:
    """Name the text columns whose length the data decide."""
    return [column.name for column in plan.columns if column.type.is_text and not column.stated]


def take_census(publication: Publication) -> str:
    """Count by load the rows that arrived and the rejected ones.

    The longest texts of usable rows follow, as measured_columns names them.
    """
    reason, load = quote_column(REASON), quote_column(LOAD_ID)
    lengths = [
        f"MAX(CASE WHEN {reason} IS NULL THEN OCTET_LENGTH({quote_column(name)}) END)"
        for name in measured_columns(publication.plan)
    ]
    counts = [load, "COUNT(*)", f"COUNT({reason})"]
    return f"SELECT {', '.join([*counts, *lengths])} FROM {publication.incoming} GROUP BY {load}"


def insert_rejects(publication: Publication) -> str:
    """Lay the rejected rows aside. Parameter: the file, where nobody knows it better."""
    kept = ", ".join(map(quote_column, (POSITION, REASON, RECORD)))
    return (
        'INSERT INTO "etl"."rejects" (load_id, file, "position", reason, record) '
        f"SELECT {quote_column(LOAD_ID)}, COALESCE({quote_column(FILE)}, %s), {kept} "
        f"FROM {publication.incoming} WHERE {quote_column(REASON)} IS NOT NULL"
    )


def delete_earlier(publication: Publication, count: int) -> str:
    """Delete the rows that loads of so many partitions brought. Parameters: dataset, partitions."""
    return (
        f"DELETE FROM {publication.plan.quoted} WHERE {quote_column(LOAD_ID)} IN "
        '(SELECT load_id FROM "etl"."loads" WHERE dataset = %s AND partition_key IN '
        f"{_places(count)})"
    )


def insert_rows(publication: Publication) -> str:
    """Add the usable rows to the target."""
    columns = ", ".join(publication.columns)
    return (
        f"INSERT INTO {publication.plan.quoted} ({columns}) SELECT {columns} "
        f"FROM {publication.incoming} WHERE {quote_column(REASON)} IS NULL"
    )


def create_newest(publication: Publication) -> str:
    """Keep of the incoming rows the newest of each key, unless the target's is newer still."""
    order = ", ".join(_order(publication))
    keys = ", ".join(map(quote_column, publication.keys))
    staged = ", ".join(f"staged.{column}" for column in publication.columns)
    ranked = (
        f"SELECT *, ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY {order}) AS lochan_rank "
        f"FROM {publication.incoming} WHERE {quote_column(REASON)} IS NULL"
    )
    statement = (
        f"CREATE TEMP TABLE {publication.newest} AS SELECT {staged} FROM ({ranked}) AS staged"
    )
    if publication.newest_by is None:
        return f"{statement} WHERE staged.lochan_rank = 1"
    version = quote_column(publication.newest_by)
    return (
        f"{statement} LEFT JOIN {publication.plan.quoted} AS target "
        f"ON {_same_key(publication.keys, 'target', 'staged')} WHERE staged.lochan_rank = 1 "
        f"AND (target.{version} IS NULL OR target.{version} <= staged.{version})"
    )


def count_newest(publication: Publication) -> str:
    """Count the rows to merge, by load."""
    load = quote_column(LOAD_ID)
    return f"SELECT {load}, COUNT(*) FROM {publication.newest} GROUP BY {load}"


def merge_newest(publication: Publication) -> str:
    """Update the rows whose keys are there, insert the others."""
    keys = set(map(quote_column, publication.keys))
    updates = ", ".join(
        f"{column} = newest.{column}" for column in publication.columns if column not in keys
    )
    columns = ", ".join(publication.columns)
    values = ", ".join(f"newest.{column}" for column in publication.columns)
    table = quote_identifier(publication.plan.table)
    return (
        f"MERGE INTO {publication.plan.quoted} USING {publication.newest} AS newest "
        f"ON {_same_key(publication.keys, table, 'newest')} "
        f"WHEN MATCHED THEN UPDATE SET {updates} "
        f"WHEN NOT MATCHED THEN INSERT ({columns}) VALUES ({values})"
    )


def count_loaded(publication: Publication, count: int) -> str:
    """Count the rows of the target that so many loads brought. Parameters: load ids."""
    load = quote_column(LOAD_ID)
    return f"SELECT COUNT(*) FROM {publication.plan.quoted} WHERE {load} IN {_places(count)}"


def count_table(plan: TablePlan) -> str:
    """Count the rows of the target."""
    return f"SELECT COUNT(*) FROM {plan.quoted}"


def drop_incoming(publication: Publication) -> str:
    """Drop the incoming table: its rows are where they belong."""
    return f"DROP TABLE {publication.incoming}"


def discard_incoming(incoming_table: str) -> str:
    """Drop an incoming table where there is one."""
    return f"DROP TABLE IF EXISTS {qualify(SCHEMA, incoming_table)}"


def drop_newest(publication: Publication) -> str:
    """Drop the temporary table of the merge."""
    return f"DROP TABLE {publication.newest}"


def _order(publication: Publication) -> list[str]:
    """Order the rows of a key from the newest to the oldest; nested values by their JSON."""
    first = publication.newest_by
    rest = [
        column
        for column in publication.plan.columns
        if column.name not in publication.keys and column.name != first
    ]
    shown = [
        f"JSON_SERIALIZE({quote_column(column.name)})"
        if column.type.name == "super"
        else quote_column(column.name)
        for column in rest
    ]
    named = [quote_column(first)] if first else []
    return [f"{text} DESC NULLS LAST" for text in (named + shown)] or [
        quote_column(name) for name in publication.keys
    ]


def _same_key(keys: Sequence[str], left: str, right: str) -> str:
    return " AND ".join(f"{left}.{name} = {right}.{name}" for name in map(quote_column, keys))
