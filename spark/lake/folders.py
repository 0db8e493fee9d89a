"""Which folder a record of JSON or Parquet is from: the partition keys tell."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark.lake.plan import FILE, LOAD_ID, LoadPlan

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


class FoldersAlike(Exception):
    """Two folders have the same values in the types of the partition keys; names the values."""


def key_mappings(plan: LoadPlan) -> list[tuple[str, str]]:
    """Say what ApplyMapping has to bring along beside the columns."""
    return [
        ("`" + key.replace("`", "``") + "`", key_column(place))
        for place, key in enumerate(plan.partition_keys)
    ]


def label_rows(fields: DataFrame, plan: LoadPlan) -> DataFrame:
    """Add to each record its load and its folder, by its values of the partition keys."""
    if not plan.partition_keys:
        (folder,) = plan.folders
        return fields.withColumn(LOAD_ID, F.lit(folder.load_id)).withColumn(FILE, F.lit(folder.uri))
    keys = [key_column(place) for place in range(len(plan.partition_keys))]
    known = _typed_folders(fields, plan, keys)
    same = [fields[key].eqNullSafe(known[key]) for key in keys]
    joined = fields.join(F.broadcast(known), same, "left")
    names = [name for name in fields.columns if name not in keys]
    return joined.select(*(fields[f"`{name}`"] for name in names), known[LOAD_ID], known[FILE])


def _typed_folders(fields: DataFrame, plan: LoadPlan, keys: list[str]) -> DataFrame:
    types = {field.name: field.dataType for field in fields.schema.fields}
    rows = [
        (*(None if value == NO_VALUE else value for value in one.values), one.load_id, one.uri)
        for one in plan.folders
    ]
    texts = ", ".join(f"{name} string" for name in (*keys, LOAD_ID, FILE))
    typed = fields.sparkSession.createDataFrame(rows, texts).select(
        *(F.col(key).cast(types[key]).alias(key) for key in keys), LOAD_ID, FILE
    )
    alike = typed.groupBy(*keys).count().where("count > 1").first()
    if alike is not None:
        shown = ", ".join(map(str, alike[: len(keys)]))
        raise FoldersAlike(
            f"Two folders of {plan.table}'s source are both {shown} in the types that the catalog "
            f"gives {', '.join(plan.partition_keys)}: rename one of them."
        )
    return typed


def key_column(place: int) -> str:
    """Name the column that brings a partition key along, which a field may be named like."""
    return f"lochan_key_{place}"
