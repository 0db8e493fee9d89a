"""The star of the books: what a snapshot brings, and the statements that put it in.

A snapshot brings rows by their natural keys. The surrogate keys are given here, under the lock of
the dataset, because only here is it known which are given already. Each table gets a plan first,
which says of every row of the snapshot what it means for the table: `new`, `completed` (an
inferred member that came), `moved` (a user with another location: a new version), `changed` or
`same`. Every statement after it does what the plan says.

Only SQL that Amazon Redshift accepts; TIMESTAMP bounds stand for no beginning and no end.
https://docs.aws.amazon.com/redshift/latest/dg/r_UPDATE.html
https://docs.aws.amazon.com/redshift/latest/dg/r_WF_ROW_NUMBER.html
"""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.sql import qualify, quote_identifier, quote_role_arn, quote_s3_uri
from warehouse.tables import Column, TableSpec

DATASET = "books"
BEGINNING = "1900-01-01 00:00:00"
END = "9999-12-31 00:00:00"


def _spec(table: str, keys: tuple[str, ...], *columns: Column) -> TableSpec:
    return TableSpec(DATASET, "books", table, columns, keys, version="landed_at")


_LANDED_AT = Column("landed_at", "TIMESTAMP", required=True)
_IS_INFERRED = Column("is_inferred", "BOOLEAN", required=True)

# What a snapshot brings of each table, in the order of the files' columns.
LOCATIONS = _spec(
    "dim_location",
    ("location_id",),
    Column("location_id", "VARCHAR(64)", required=True),
    Column("city", "VARCHAR(512)"),
    Column("state", "VARCHAR(512)"),
    Column("country", "VARCHAR(512)"),
)
USERS = _spec(
    "dim_users",
    ("user_id",),
    Column("user_id", "BIGINT", required=True),
    Column("location_id", "VARCHAR(64)", required=True),
    Column("age", "INTEGER"),
    _IS_INFERRED,
    _LANDED_AT,
)
BOOKS = _spec(
    "dim_books",
    ("isbn",),
    Column("isbn", "VARCHAR(13)", required=True),
    Column("title", "VARCHAR(2048)"),
    Column("author", "VARCHAR(1024)"),
    Column("publication_year", "INTEGER"),
    Column("publisher", "VARCHAR(1024)"),
    _IS_INFERRED,
    _LANDED_AT,
)
RATINGS = _spec(
    "fact_ratings",
    ("user_id", "isbn"),
    Column("user_id", "BIGINT", required=True),
    Column("isbn", "VARCHAR(13)", required=True),
    Column("rating", "INTEGER", required=True),
    _LANDED_AT,
)

# Each refers only to those before it.
STAR = (LOCATIONS, USERS, BOOKS, RATINGS)


@dataclass(frozen=True)
class TableLoad:
    """The statements that bring one table up to the snapshot, in their order.

    `plan` makes the temporary table `planned` with a row for each row of `stage`: fewer mean a
    row that refers to nothing, more one that refers to several; `changes` are to run after it.
    """

    spec: TableSpec
    stage: str
    planned: str
    plan: str
    changes: tuple[str, ...]


def table_loads(name: str) -> tuple[TableLoad, ...]:
    """Return the loads of all tables of the star; `name` makes temporary tables unique."""
    stages = {spec.table: f"stage_{spec.table}_{name}" for spec in STAR}
    plans = {spec.table: f"plan_{spec.table}_{name}" for spec in STAR}
    statements = {
        LOCATIONS.table: (_plan_locations, _change_locations),
        USERS.table: (_plan_users, _change_users),
        BOOKS.table: (_plan_books, _change_books),
        RATINGS.table: (_plan_ratings, _change_ratings),
    }
    loads = []
    for spec in STAR:
        make_plan, make_changes = statements[spec.table]
        stage, planned = quote_identifier(stages[spec.table]), quote_identifier(plans[spec.table])
        plan = f"CREATE TEMP TABLE {planned} AS {make_plan(stage)}"
        loads.append(
            TableLoad(spec, stages[spec.table], plans[spec.table], plan, make_changes(planned))
        )
    return tuple(loads)


REJECT_COLUMNS = ("load_id", "file", "position", "reason", "record")
COUNT_RATINGS = (
    'SELECT rating, COUNT(*) FROM "books"."fact_ratings" GROUP BY rating ORDER BY rating'
)


def copy_rejects(uri: str, role_arn: str) -> str:
    """Copy rejects from packed JSON lines, whose fields are REJECT_COLUMNS; long ones are cut.

    https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html#copy-json
    """
    columns = ", ".join(map(quote_identifier, REJECT_COLUMNS))
    return (
        f'COPY "etl"."rejects" ({columns}) FROM {quote_s3_uri(uri)} '
        f"IAM_ROLE {quote_role_arn(role_arn)} FORMAT AS JSON 'auto' GZIP TRUNCATECOLUMNS"
    )


def count_changes(planned: str) -> str:
    """Count the rows of a plan by what they mean."""
    return f"SELECT change, COUNT(*) FROM {quote_identifier(planned)} GROUP BY change"


def find_orphans(load: TableLoad) -> str:
    """Find rows of a stage that the plan does not have: what they refer to is not there."""
    keys = [quote_identifier(key) for key in load.spec.keys]
    same = " AND ".join(f"staged.{key} = planned.{key}" for key in keys)
    return (
        f"SELECT {', '.join(f'staged.{key}' for key in keys)} "
        f"FROM {quote_identifier(load.stage)} AS staged "
        f"LEFT JOIN {quote_identifier(load.planned)} AS planned ON {same} "
        f"WHERE planned.{keys[0]} IS NULL ORDER BY {', '.join(f'staged.{key}' for key in keys)} "
        "LIMIT 5"
    )


def find_repeated(load: TableLoad) -> str:
    """Find keys that a stage has more than once."""
    keys = ", ".join(quote_identifier(key) for key in load.spec.keys)
    return (
        f"SELECT {keys} FROM {quote_identifier(load.stage)} "
        f"GROUP BY {keys} HAVING COUNT(*) > 1 ORDER BY {keys} LIMIT 5"
    )


_DIM_LOCATION = qualify("books", "dim_location")
_DIM_USERS = qualify("books", "dim_users")
_DIM_BOOKS = qualify("books", "dim_books")
_FACT_RATINGS = qualify("books", "fact_ratings")


def _plan_locations(stage: str) -> str:
    return (
        "SELECT staged.location_id, staged.city, staged.state, staged.country, "
        "CASE WHEN known.location_key IS NULL THEN 'new' ELSE 'same' END AS change "
        f"FROM {stage} AS staged "
        f"LEFT JOIN {_DIM_LOCATION} AS known ON known.location_id = staged.location_id"
    )


def _change_locations(planned: str) -> tuple[str, ...]:
    return (
        f"INSERT INTO {_DIM_LOCATION} (location_key, location_id, city, state, country) "
        f"SELECT {_next_key(_DIM_LOCATION, 'location_key', 'planned.location_id')}, "
        "planned.location_id, planned.city, planned.state, planned.country "
        f"FROM {planned} AS planned WHERE planned.change = 'new'",
    )


def _plan_users(stage: str) -> str:
    return (
        "SELECT staged.user_id, place.location_key, staged.age, staged.is_inferred, "
        "staged.landed_at, known.user_key, "
        "CASE WHEN known.user_key IS NULL THEN 'new' "
        "WHEN staged.is_inferred THEN 'same' "
        "WHEN known.is_inferred THEN 'completed' "
        "WHEN staged.landed_at < known.landed_at THEN 'same' "
        "WHEN known.location_key <> place.location_key "
        "AND staged.landed_at > known.landed_at THEN 'moved' "
        f"WHEN known.location_key <> place.location_key OR {_differ('age', '-1')} THEN 'changed' "
        "ELSE 'same' END AS change "
        f"FROM {stage} AS staged "
        f"JOIN {_DIM_LOCATION} AS place ON place.location_id = staged.location_id "
        f"LEFT JOIN {_DIM_USERS} AS known "
        "ON known.user_id = staged.user_id AND known.is_current"
    )


def _change_users(planned: str) -> tuple[str, ...]:
    return (
        f"UPDATE {_DIM_USERS} SET valid_to = planned.landed_at, is_current = FALSE "
        f"FROM {planned} AS planned WHERE {_DIM_USERS}.user_key = planned.user_key "
        "AND planned.change = 'moved'",
        f"INSERT INTO {_DIM_USERS} (user_key, user_id, location_key, age, is_inferred, "
        "valid_from, valid_to, is_current, landed_at) "
        f"SELECT {_next_key(_DIM_USERS, 'user_key', 'planned.user_id')}, planned.user_id, "
        "planned.location_key, planned.age, planned.is_inferred, "
        f"CASE WHEN planned.change = 'moved' THEN planned.landed_at "
        f"ELSE CAST('{BEGINNING}' AS TIMESTAMP) END, "
        f"CAST('{END}' AS TIMESTAMP), TRUE, planned.landed_at "
        f"FROM {planned} AS planned WHERE planned.change IN ('new', 'moved')",
        f"UPDATE {_DIM_USERS} SET location_key = planned.location_key, age = planned.age, "
        "is_inferred = FALSE, landed_at = planned.landed_at "
        f"FROM {planned} AS planned WHERE {_DIM_USERS}.user_key = planned.user_key "
        "AND planned.change IN ('completed', 'changed')",
        # Type 1: the age is that of today in every version.
        f"UPDATE {_DIM_USERS} SET age = planned.age "
        f"FROM {planned} AS planned WHERE {_DIM_USERS}.user_id = planned.user_id "
        "AND planned.change IN ('moved', 'changed')",
    )


def _plan_books(stage: str) -> str:
    texts = [_differ(name, "''") for name in ("title", "author", "publisher")]
    differ = " OR ".join([*texts, _differ("publication_year", "-1")])
    return (
        "SELECT staged.isbn, staged.title, staged.author, staged.publication_year, "
        "staged.publisher, staged.is_inferred, staged.landed_at, known.book_key, "
        "CASE WHEN known.book_key IS NULL THEN 'new' "
        "WHEN staged.is_inferred THEN 'same' "
        "WHEN known.is_inferred THEN 'completed' "
        "WHEN staged.landed_at < known.landed_at THEN 'same' "
        f"WHEN {differ} THEN 'changed' ELSE 'same' END AS change "
        f"FROM {stage} AS staged LEFT JOIN {_DIM_BOOKS} AS known ON known.isbn = staged.isbn"
    )


def _change_books(planned: str) -> tuple[str, ...]:
    return (
        f"INSERT INTO {_DIM_BOOKS} (book_key, isbn, title, author, publication_year, publisher, "
        "is_inferred, landed_at) "
        f"SELECT {_next_key(_DIM_BOOKS, 'book_key', 'planned.isbn')}, planned.isbn, "
        "planned.title, planned.author, planned.publication_year, planned.publisher, "
        "planned.is_inferred, planned.landed_at "
        f"FROM {planned} AS planned WHERE planned.change = 'new'",
        f"UPDATE {_DIM_BOOKS} SET title = planned.title, author = planned.author, "
        "publication_year = planned.publication_year, publisher = planned.publisher, "
        "is_inferred = FALSE, landed_at = planned.landed_at "
        f"FROM {planned} AS planned WHERE {_DIM_BOOKS}.book_key = planned.book_key "
        "AND planned.change IN ('completed', 'changed')",
    )


def _plan_ratings(stage: str) -> str:
    """Find the user's version of the time at which the rating came, the book, and the fact."""
    return (
        "SELECT staged.user_id, staged.isbn, staged.rating, staged.landed_at, "
        "rater.user_key, book.book_key, "
        "CASE WHEN known.book_key IS NULL THEN 'new' "
        "WHEN staged.landed_at < known.landed_at THEN 'same' "
        "WHEN known.rating <> staged.rating THEN 'changed' ELSE 'same' END AS change "
        f"FROM {stage} AS staged "
        f"JOIN {_DIM_USERS} AS rater ON rater.user_id = staged.user_id "
        "AND rater.valid_from <= staged.landed_at AND staged.landed_at < rater.valid_to "
        f"JOIN {_DIM_BOOKS} AS book ON book.isbn = staged.isbn "
        f"LEFT JOIN {_FACT_RATINGS} AS known "
        "ON known.user_id = staged.user_id AND known.book_key = book.book_key"
    )


def _change_ratings(planned: str) -> tuple[str, ...]:
    return (
        f"INSERT INTO {_FACT_RATINGS} (user_key, book_key, user_id, rating, landed_at) "
        "SELECT planned.user_key, planned.book_key, planned.user_id, planned.rating, "
        f"planned.landed_at FROM {planned} AS planned WHERE planned.change = 'new'",
        f"UPDATE {_FACT_RATINGS} SET user_key = planned.user_key, rating = planned.rating, "
        f"landed_at = planned.landed_at FROM {planned} AS planned "
        f"WHERE {_FACT_RATINGS}.user_id = planned.user_id "
        f"AND {_FACT_RATINGS}.book_key = planned.book_key AND planned.change = 'changed'",
    )


def _next_key(table: str, key: str, order: str) -> str:
    """Number new rows after the greatest key that was ever given; keys are never deleted."""
    return f"(SELECT COALESCE(MAX({key}), 0) FROM {table}) + ROW_NUMBER() OVER (ORDER BY {order})"


def _differ(name: str, null: str) -> str:
    return f"COALESCE(known.{name}, {null}) <> COALESCE(staged.{name}, {null})"
