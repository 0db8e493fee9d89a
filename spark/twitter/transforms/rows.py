"""Records in, rows of all tables out, stacked in one frame: each later step is one query for all.

A stacked row has table_name, event_date, input_rows (1 for a row of the input, 0 for one that was
there before) and for each table a struct of its columns, null where the row is another table's.
Seven frames would be planned, compiled, shuffled and written seven times, which for a small input
is most of the time.

The expressions are SQL text: built of Column objects they would be thousands of calls to the JVM.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark.tables import EVENT_DATE, Table
from spark.twitter.schemas import TABLE_NAME, TABLES, TWEETS, USER_FOLLOWERS, USERS, VERSION

# How many rows of this input stand behind a row.
INPUT_ROWS = "input_rows"

# Which struct of read_records is a row by itself; other tables are lists of a tweet.
WHOLE = {TWEETS: "tweet", USERS: "user", USER_FOLLOWERS: "follower"}


def flatten_records(records: DataFrame) -> DataFrame:
    """One stacked row for each sound tweet, user, edge and entity of read_records.

    What is a tweet's lies on the day on which it was written, what is a user's on that of its
    retrieval.
    """
    row = F.explode(F.expr(_rows_of_record())).alias("row")
    exploded = records.select(*WHOLE.values(), VERSION, row)
    return exploded.select(
        F.col(f"row.{TABLE_NAME}").alias(TABLE_NAME),
        case_of_table(f"row.{TABLE_NAME}", _event_date).alias(EVENT_DATE),
        F.lit(1).alias(INPUT_ROWS),
        *map(_struct_of, TABLES),
    )


def add_existing(rows: DataFrame, existing: Mapping[Table, DataFrame]) -> DataFrame:
    """Add rows that were there before, by table, to stacked rows."""
    for table, frame in existing.items():
        stacked = frame.select(
            F.lit(table.name).alias(TABLE_NAME),
            EVENT_DATE,
            F.lit(0).alias(INPUT_ROWS),
            F.struct(*table.columns.names).alias(table.name),
        )
        rows = rows.unionByName(stacked, allowMissingColumns=True)
    return rows


def case_of_table(name: str, expression: Callable[[Table], str]) -> Column:
    """Evaluate the expression of the table that a row is of; `name` is where its name stands."""
    cases = (f"WHEN '{table.name}' THEN {expression(table)}" for table in TABLES)
    return F.expr(f"CASE {name} {' '.join(cases)} END")


def _rows_of_record() -> str:
    """List what a record becomes: table names, and places in the lists of its tweet."""
    whole = (
        f"named_struct('{TABLE_NAME}', '{table.name}', 'item', 0, 'sound', {struct} IS NOT NULL)"
        for table, struct in WHOLE.items()
    )
    lists = (
        f"coalesce(transform(tweet.{table.name}, (entity, item) -> named_struct('{TABLE_NAME}', "
        f"'{table.name}', 'item', item, 'sound', entity.reason IS NULL)), array())"
        for table in TABLES
        if table not in WHOLE
    )
    return f"filter(concat(array({', '.join(whole)}), {', '.join(lists)}), row -> row.sound)"


def _event_date(table: Table) -> str:
    moment = VERSION if table in (USERS, USER_FOLLOWERS) else "tweet.created_at"
    return f"to_date({moment})"


def _struct_of(table: Table) -> Column:
    """Build the struct of a table's columns; an entity has its tweet's id and version."""

    def value(name: str) -> str:
        if table in WHOLE:
            return f"{WHOLE[table]}.{name}"
        if name in ("tweet_id", VERSION):
            return f"tweet.{name}"
        return f"tweet.{table.name}[row.item].{name}"

    pairs = ", ".join(f"'{name}', {value(name)}" for name in table.columns.names)
    struct = f"IF(row.{TABLE_NAME} = '{table.name}', named_struct({pairs}), NULL)"
    return F.expr(struct).alias(table.name)
