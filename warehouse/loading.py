"""The statements of one load, in the order in which they run inside its transaction.

Only what Amazon Redshift itself accepts: no ON CONFLICT, no RETURNING, no conditions on the
branches of MERGE; and no TRUNCATE, which would commit.
https://docs.aws.amazon.com/redshift/latest/dg/merge-replacing-existing-rows.html
https://docs.aws.amazon.com/redshift/latest/dg/r_MERGE.html
"""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.sql import qualify, quote_identifier, quote_role_arn, quote_s3_uri
from warehouse.tables import TableSpec

SELECT_LOAD = (
    "SELECT input_rows, loaded_rows, rejected_rows, duplicate_rows "
    'FROM "etl"."loads" WHERE load_id = %s'
)
# What a load writes into the ledger, in the order of its values.
LEDGER_COLUMNS = (
    "load_id",
    "dataset",
    "partition_key",
    "object_count",
    "input_rows",
    "loaded_rows",
    "rejected_rows",
    "duplicate_rows",
    "flow_run_id",
    "glue_run_id",
)
INSERT_LOAD = (
    f'INSERT INTO "etl"."loads" ({", ".join(LEDGER_COLUMNS)}) '
    f"VALUES ({', '.join(['%s'] * len(LEDGER_COLUMNS))})"
)
SELECT_LOAD_IDS = 'SELECT load_id FROM "etl"."loads" WHERE dataset = %s AND partition_key LIKE %s'
SELECT_LOADED_PARTITIONS = (
    'SELECT partition_key, load_id FROM "etl"."loads" WHERE dataset = %s AND partition_key LIKE %s'
)


def lock_dataset(dataset: str) -> str:
    """Take the lock that lets one load of a dataset run at a time, until its transaction ends."""
    return f"LOCK TABLE {qualify('etl', f'lock_{dataset}')}"


def create_stage(spec: TableSpec, stage: str) -> str:
    """Create the temporary table that COPY fills: all columns nullable, so that checks decide."""
    columns = ", ".join(f"{quote_identifier(c.name)} {c.type}" for c in spec.columns)
    distribution = quote_identifier(spec.keys[0])
    return f"CREATE TEMP TABLE {quote_identifier(stage)} ({columns}) DISTKEY ({distribution})"


def copy_stage(stage: str, manifest_uri: str, role_arn: str) -> str:
    """Copy the Parquet objects of a manifest into the stage.

    https://docs.aws.amazon.com/redshift/latest/dg/loading-data-files-using-manifest.html
    """
    return (
        f"COPY {quote_identifier(stage)} FROM {quote_s3_uri(manifest_uri)} "
        f"IAM_ROLE {quote_role_arn(role_arn)} FORMAT AS PARQUET MANIFEST"
    )


def count_stage(spec: TableSpec, stage: str) -> str:
    """Count the rows of the stage, and those that may not be loaded."""
    return f"SELECT COUNT(*), COUNT({_reason(spec)}) FROM {quote_identifier(stage)}"


def insert_rejects(spec: TableSpec, stage: str) -> str:
    """Lay the rows that may not be loaded aside. Parameters: load id, file."""
    return (
        'INSERT INTO "etl"."rejects" (load_id, file, "position", reason, record) '
        f"SELECT %s, %s, CAST(NULL AS VARCHAR(256)), {_reason(spec)}, {_record(spec)} "
        f"FROM {quote_identifier(stage)} WHERE {_any_missing(spec)}"
    )


def create_newest(spec: TableSpec, stage: str, newest: str) -> str:
    """Keep of the stage the newest row of each key, unless the target's row is newer still.

    Versions that are equal are told apart by the other columns from left to right, so that the
    order of the rows in their files decides nothing.
    """
    version = quote_identifier(spec.version)
    return (
        f"{_select_newest(spec, stage, newest)} "
        f"LEFT JOIN {spec.name} AS target ON {_same_key(spec, 'target', 'staged')} "
        f"WHERE staged.version_rank = 1 "
        f"AND (target.{version} IS NULL OR target.{version} <= staged.{version})"
    )


def create_newest_of_partition(spec: TableSpec, stage: str, newest: str) -> str:
    """Keep of the stage the newest row of each key, whatever the target holds."""
    return f"{_select_newest(spec, stage, newest)} WHERE staged.version_rank = 1"


def merge_newest(spec: TableSpec, newest: str) -> str:
    """Update the rows whose keys are there, insert the others."""
    others = [name for name in _quoted(spec.column_names) if name not in _quoted(spec.keys)]
    updates = ", ".join(f"{name} = newest.{name}" for name in others)
    columns = ", ".join(_quoted(spec.column_names))
    values = ", ".join(f"newest.{name}" for name in _quoted(spec.column_names))
    return (
        f"MERGE INTO {spec.name} USING {quote_identifier(newest)} AS newest "
        f"ON {_same_key(spec, quote_identifier(spec.table), 'newest')} "
        f"WHEN MATCHED THEN UPDATE SET {updates} "
        f"WHEN NOT MATCHED THEN INSERT ({columns}) VALUES ({values})"
    )


def delete_partition(spec: TableSpec) -> str:
    """Delete the rows of a partition. Parameter: its value."""
    name, value = _partition_column(spec)
    return f"DELETE FROM {spec.name} WHERE {name} = {value}"


def insert_partition(spec: TableSpec, newest: str) -> str:
    """Insert the rows of a partition. Parameter: its value."""
    name, value = _partition_column(spec)
    columns = ", ".join(_quoted(spec.column_names))
    return (
        f"INSERT INTO {spec.name} ({name}, {columns}) "
        f"SELECT {value}, {columns} FROM {quote_identifier(newest)}"
    )


def count_rows(table: str) -> str:
    """Count the rows of a temporary table."""
    return f"SELECT COUNT(*) FROM {quote_identifier(table)}"


def count_table(spec: TableSpec) -> str:
    """Count the rows of a table of the warehouse."""
    return f"SELECT COUNT(*) FROM {spec.name}"


def drop_stages(*tables: str) -> str:
    """Drop the temporary tables of a load."""
    return f"DROP TABLE {', '.join(quote_identifier(table) for table in tables)}"


def _select_newest(spec: TableSpec, stage: str, newest: str) -> str:
    names = ", ".join(f"staged.{name}" for name in _quoted(spec.column_names))
    keys = ", ".join(_quoted(spec.keys))
    rest = [n for n in spec.column_names if n not in (*spec.keys, spec.version)]
    order = ", ".join(f"{name} DESC" for name in _quoted((spec.version, *rest)))
    return (
        f"CREATE TEMP TABLE {quote_identifier(newest)} AS SELECT {names} FROM "
        f"(SELECT *, ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY {order}) AS version_rank "
        f"FROM {quote_identifier(stage)} WHERE NOT ({_any_missing(spec)})) AS staged"
    )


def _partition_column(spec: TableSpec) -> tuple[str, str]:
    """Return the quoted column that tells partitions apart, and a parameter of its type."""
    column = spec.partition_column
    if column is None:
        raise ValueError(f"{spec.schema}.{spec.table} has no column that tells partitions apart.")
    return quote_identifier(column.name), f"CAST(%s AS {column.type})"


def _quoted(names: Iterable[str]) -> list[str]:
    return [quote_identifier(name) for name in names]


def _same_key(spec: TableSpec, left: str, right: str) -> str:
    return " AND ".join(f"{left}.{name} = {right}.{name}" for name in _quoted(spec.keys))


def _required(spec: TableSpec) -> list[str]:
    return [column.name for column in spec.columns if column.required]


def _any_missing(spec: TableSpec) -> str:
    return " OR ".join(f"{name} IS NULL" for name in _quoted(_required(spec)))


def _reason(spec: TableSpec) -> str:
    """Say why a row may not be loaded; NULL where it may."""
    cases = " ".join(
        f"WHEN {quote_identifier(name)} IS NULL THEN '{name} is missing'"
        for name in _required(spec)
    )
    return f"CASE {cases} END"


def _record(spec: TableSpec) -> str:
    """Show a row by its keys and its version."""
    shown = [
        f"'{name}=' || COALESCE(CAST({quote_identifier(name)} AS VARCHAR(64)), 'NULL')"
        for name in (*spec.keys, spec.version)
    ]
    return " || ' ' || ".join(shown)
