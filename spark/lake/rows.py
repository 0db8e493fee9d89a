"""From the fields of a source to the rows of its table: every record arrives, usable or not.

Beside the fields there is the record's load, and what is known of its file, position, text and of
what is wrong with it already (spark/lake/lines.py, spark/lake/folders.py).

A record with a value that does not fit its column is a row with a reason and the record as JSON;
its columns are null, so that a COPY never fails for it.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from spark.lake.plan import FILE, LOAD_ID, POSITION, REASON, RECORD, LoadColumn, LoadPlan
from spark.lake.values import Converted, convert, join_problems

# Both count characters of at most four bytes; Redshift counts bytes.
REASON_CHARACTERS = 256
RECORD_CHARACTERS = 16000
FILE_CHARACTERS = 512
KNOWN = (REASON, RECORD, FILE, POSITION)


def make_rows(fields: DataFrame, plan: LoadPlan) -> DataFrame:
    """Convert mapped fields into rows: the plan's columns, the load, and why it is rejected."""
    present = {field.name: field.dataType for field in fields.schema.fields}
    columns = [_convert(column, present) for column in plan.columns]
    reason = join_problems(
        [
            _name_problem(column, converted)
            for column, converted in zip(plan.columns, columns, strict=True)
        ]
        + [_missing_key(column, present) for column in plan.columns if column.name in plan.keys]
    )
    known = {name: F.col(name) if name in present else _nothing() for name in KNOWN}
    reason = F.coalesce(known[REASON], reason)
    is_rejected = reason.isNotNull()
    judged = fields.select(
        *(
            converted.value.alias(column.name)
            for column, converted in zip(plan.columns, columns, strict=True)
        ),
        LOAD_ID,
        F.substring(reason, 1, REASON_CHARACTERS).alias(REASON),
        F.when(is_rejected, _as_text(known[RECORD], fields, plan)).alias(RECORD),
        F.when(is_rejected, F.substring(known[FILE], 1, FILE_CHARACTERS)).alias(FILE),
        F.when(is_rejected, known[POSITION]).alias(POSITION),
    )
    usable = F.col(REASON).isNull()
    names = [column.name for column in plan.columns]
    return judged.select(
        *(F.when(usable, quoted(name)).alias(name) for name in names), LOAD_ID, *KNOWN
    )


def add_unread(rows: DataFrame, errors: DataFrame, plan: LoadPlan) -> DataFrame:
    """Add what could not even be read: `errors` have a struct `error` of msg and dynamicRecord.

    Glue does not tell where such a record was, so that the first folder counts them all.
    """
    types = {field.name: field.dataType for field in rows.schema.fields}
    unread = errors.select(
        *(F.lit(None).cast(types[column.name]).alias(column.name) for column in plan.columns),
        F.lit(plan.folders[0].load_id).alias(LOAD_ID),
        F.substring("error.msg", 1, REASON_CHARACTERS).alias(REASON),
        F.substring("error.dynamicRecord", 1, RECORD_CHARACTERS).alias(RECORD),
        F.lit(plan.folders[0].uri if len(plan.folders) == 1 else None).cast("string").alias(FILE),
        _nothing().alias(POSITION),
    )
    return rows.unionByName(unread)


def usable_rows(rows: DataFrame, plan: LoadPlan) -> DataFrame:
    """Select the rows that will be loaded, in the columns of the target."""
    return rows.where(F.col(REASON).isNull()).select(
        *(quoted(column.name) for column in plan.columns)
    )


def quoted(name: str) -> Column:
    """Return a column whatever letters its name has."""
    return F.col(f"`{name}`")


def _convert(column: LoadColumn, present: dict[str, T.DataType]) -> Converted:
    if column.name not in present:
        # No record has the field.
        empty = convert(F.lit(None).cast("string"), T.StringType(), column.type)
        return Converted(empty.value, _nothing())
    return convert(quoted(column.name), present[column.name], column.type)


def _name_problem(column: LoadColumn, converted: Converted) -> Column:
    return F.when(
        converted.problem.isNotNull(), F.concat(F.lit(f"{column.name}: "), converted.problem)
    )


def _missing_key(column: LoadColumn, present: dict[str, T.DataType]) -> Column:
    converted = _convert(column, present)
    missing = converted.value.isNull() & converted.problem.isNull()
    return F.when(missing, F.lit(f"the key {column.name} is missing"))


def _nothing() -> Column:
    return F.lit(None).cast("string")


def _as_text(record: Column, fields: DataFrame, plan: LoadPlan) -> Column:
    """Give the record as it was, or where nobody kept its text, its fields as JSON."""
    names = [column.name for column in plan.columns if column.name in fields.columns]
    whole = F.to_json(F.struct(*map(quoted, names))) if names else F.lit("{}")
    return F.substring(F.coalesce(record, whole), 1, RECORD_CHARACTERS)
