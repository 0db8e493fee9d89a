"""What people ask of the ledger, and how it forgets a load so that the load is done again."""

from __future__ import annotations

from collections.abc import Mapping

LOAD_COLUMNS = (
    "loaded_at",
    "dataset",
    "partition_key",
    "input_rows",
    "loaded_rows",
    "rejected_rows",
    "duplicate_rows",
    "flow_run_id",
    "glue_run_id",
    "load_id",
)
REJECT_COLUMNS = ("file", "position", "reason", "record")
# What loads may be chosen by.
FILTERS = ("dataset", "partition_key", "flow_run_id", "glue_run_id", "load_id")

SELECT_REJECTS = (
    'SELECT file, "position", reason, record FROM "etl"."rejects" WHERE load_id = %s '
    'ORDER BY file, "position" LIMIT %s'
)
SELECT_LOAD_IDS = 'SELECT load_id FROM "etl"."loads" WHERE dataset = %s AND partition_key = %s'
DELETE_REJECTS = 'DELETE FROM "etl"."rejects" WHERE load_id = %s'
DELETE_LOAD = 'DELETE FROM "etl"."loads" WHERE load_id = %s'


def select_loads(chosen: Mapping[str, str]) -> str:
    """Select the newest loads. Parameters: the values of what they are chosen by, and a limit."""
    unknown = set(chosen) - set(FILTERS)
    if unknown:
        raise ValueError(f"Loads are not chosen by {', '.join(sorted(unknown))}.")
    where = " AND ".join(f"{name} = %s" for name in chosen)
    return (
        f'SELECT {", ".join(LOAD_COLUMNS)} FROM "etl"."loads" '
        f"{f'WHERE {where} ' if where else ''}ORDER BY loaded_at DESC LIMIT %s"
    )
