"""From the fields of a source to the rows of its table: every record arrives, usable or not.

A record with a value that does not fit its column is a row with a reason and the record as JSON;
its columns are null, so that a COPY never fails for it.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from spark.lake.plan import LOAD_ID, REASON, RECORD, LoadColumn, LoadPlan
from spark.lake.values import Converted, convert, join_problems

# Both count characters of at most four bytes; Redshift counts bytes.
REASON_CHARACTERS = 256
RECORD_CHARACTERS = 16000


def make_rows(fields: DataFrame, plan: LoadPlan) -> DataFrame:
    """Convert mapped fields into rows: the plan's columns, the load, reason and record."""
    present = {field.name: field.dataType for field in fields.schema.fields}
    columns = [_convert(column, present) for column in plan.columns]
    reason = join_problems(
        [
            _name_problem(column, converted)
            for column, converted in zip(plan.columns, columns, strict=True)
        ]
        + [_missing_key(column, present) for column in plan.columns if column.name in plan.keys]
    )
    if plan.csv is not None:
        reason = F.when(_is_header(plan, present), F.lit("the header again")).otherwise(reason)
    judged = fields.select(
        *(
            converted.value.alias(column.name)
            for column, converted in zip(plan.columns, columns, strict=True)
        ),
        F.lit(plan.load_id).alias(LOAD_ID),
        F.substring(reason, 1, REASON_CHARACTERS).alias(REASON),
        F.when(reason.isNotNull(), _as_json(fields)).alias(RECORD),
    )
    usable = F.col(REASON).isNull()
    names = [column.name for column in plan.columns]
    return judged.select(
        *(F.when(usable, quoted(name)).alias(name) for name in names), LOAD_ID, REASON, RECORD
    )


def add_unread(rows: DataFrame, errors: DataFrame, plan: LoadPlan) -> DataFrame:
    """Add what could not even be read: `errors` have a struct `error` of msg and dynamicRecord."""
    types = {field.name: field.dataType for field in rows.schema.fields}
    unread = errors.select(
        *(F.lit(None).cast(types[column.name]).alias(column.name) for column in plan.columns),
        F.lit(plan.load_id).alias(LOAD_ID),
        F.substring("error.msg", 1, REASON_CHARACTERS).alias(REASON),
        F.substring("error.dynamicRecord", 1, RECORD_CHARACTERS).alias(RECORD),
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
        return Converted(empty.value, F.lit(None).cast("string"))
    return convert(quoted(column.name), present[column.name], column.type)


def _name_problem(column: LoadColumn, converted: Converted) -> Column:
    return F.when(
        converted.problem.isNotNull(), F.concat(F.lit(f"{column.name}: "), converted.problem)
    )


def _missing_key(column: LoadColumn, present: dict[str, T.DataType]) -> Column:
    converted = _convert(column, present)
    missing = converted.value.isNull() & converted.problem.isNull()
    return F.when(missing, F.lit(f"the key {column.name} is missing"))


def _is_header(plan: LoadPlan, present: dict[str, T.DataType]) -> Column:
    """Tell whether a record is the names of the fields: a header in the middle of a file."""
    same = F.lit(True)
    for column in plan.columns:
        if column.name not in present:
            continue
        text = _as_text(quoted(column.name), present[column.name])
        same = same & F.coalesce(F.lower(F.trim(text)) == column.path[-1].lower(), F.lit(False))
    return same


def _as_text(column: Column, kind: T.DataType) -> Column:
    if isinstance(kind, T.StructType):
        members = [column.getField(member.name).cast("string") for member in kind.fields]
        return F.coalesce(*members)
    return column.cast("string")


def _as_json(fields: DataFrame) -> Column:
    whole = F.to_json(F.struct(*(quoted(name) for name in fields.columns)))
    return F.substring(whole, 1, RECORD_CHARACTERS)
