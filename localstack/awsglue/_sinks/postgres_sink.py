"""PostgreSQL as a sink: rows are added to a table, all of them or none.

Tasks load their rows by COPY into a table of this write's own; one transaction then adds them to
the target and drops that table.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-jdbc-home.html
https://www.postgresql.org/docs/18/sql-copy.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

import pyarrow as pa
from pyspark.sql import DataFrame

from awsglue._databases import endpoint as endpoints
from awsglue._databases.csv_text import csv_lines, draw_null_text
from awsglue._databases.endpoint import Endpoint
from awsglue._databases.postgres import postgres_transaction
from awsglue._databases.postgres_columns import column_type, prepare_frame
from awsglue._databases.sql import quote_name, quote_table
from awsglue._refusals import refuse_unknown_options
from awsglue._sinks.database_sink import DatabaseSink, create_statement, read_table

_CALL = "write to postgresql"
# from_jdbc_conf may be given a temporary folder, which only Redshift needs; bulkSize is the number
# of rows of one INSERT, and there are none.
OPTIONS = endpoints.OPTIONS | {"dbtable", "redshiftTmpDir", "bulkSize"}


class PostgresSink(DatabaseSink):
    """A table of PostgreSQL that frames are added to; it is made where it is missing."""

    vendor = "postgresql"

    def __init__(self, options: Mapping[str, Any], catalog_id: str | None = None) -> None:
        refuse_unknown_options(_CALL, dict(options), OPTIONS)
        self._table = read_table(_CALL, options)
        super().__init__(options, catalog_id)

    def _add(self, frame: DataFrame) -> None:
        creation = create_statement(self._table, frame.schema, column_type)
        stage = (*self._table[:-1], f"glue_stage_{uuid4().hex}")
        columns = self._open_stage(creation, stage, frame.columns)
        try:
            copy_frame(prepare_frame(frame), self._endpoint, stage, columns)
            with postgres_transaction(self._endpoint, f"the write to {self._table}") as connection:
                connection.execute(move_statement(stage, self._table, columns))
        finally:
            with postgres_transaction(self._endpoint, "the removal of staged rows") as connection:
                connection.execute(f"DROP TABLE IF EXISTS {quote_table(stage)}")

    def _open_stage(self, creation: str, stage: tuple[str, ...], names: Sequence[str]) -> list[str]:
        """Make what is missing, and a table of the written columns; return their names there."""
        target = quote_table(self._table)
        with postgres_transaction(self._endpoint, f"the start of the write to {target}") as session:
            found = session.execute("SELECT to_regclass(%s)", (target,)).fetchone()
            if found[0] is None:
                session.execute(creation)
            described = session.execute(f"SELECT * FROM {target} LIMIT 0").description
            columns = match_columns(names, [column.name for column in described], target)
            listed = ", ".join(map(quote_name, columns))
            session.execute(
                f"CREATE UNLOGGED TABLE {quote_table(stage)} AS "
                f"SELECT {listed} FROM {target} WITH NO DATA"
            )
        return columns


def match_columns(names: Sequence[str], present: Sequence[str], table: str) -> list[str]:
    """Return the table's columns for a frame's fields: by name, else by name in any case."""
    by_lower = {name.lower(): name for name in present}
    matched = [name if name in present else by_lower.get(name.lower(), "") for name in names]
    for name, column in zip(names, matched, strict=True):
        if not column:
            raise ValueError(
                f"{_CALL}: the table {table} has no column for the field {name!r}; it has "
                f"{list(present)}."
            )
    if len(set(matched)) != len(matched):
        raise ValueError(f"{_CALL}: the fields {list(names)} are not distinct columns of {table}.")
    return matched


def move_statement(stage: tuple[str, ...], target: tuple[str, ...], columns: Sequence[str]) -> str:
    """Return the statement that adds the staged rows to the target."""
    listed = ", ".join(map(quote_name, columns))
    return f"INSERT INTO {quote_table(target)} ({listed}) SELECT {listed} FROM {quote_table(stage)}"


def copy_frame(
    frame: DataFrame, endpoint: Endpoint, stage: tuple[str, ...], columns: Sequence[str]
) -> None:
    """Load the frame's rows into the stage, a COPY for each task."""
    null_text = draw_null_text()
    listed = ", ".join(map(quote_name, columns))
    statement = (
        f"COPY {quote_table(stage)} ({listed}) FROM STDIN "
        f"(FORMAT csv, NULL '{null_text}', ENCODING 'UTF8')"
    )

    def copy_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        records = 0
        with (
            postgres_transaction(endpoint, "COPY") as connection,
            connection.cursor().copy(statement) as copy,
        ):
            for batch in batches:
                copy.write(csv_lines(batch, null_text))
                records += batch.num_rows
        yield pa.RecordBatch.from_pylist([{"records": records}])

    frame.mapInArrow(copy_batches, "records bigint").collect()
