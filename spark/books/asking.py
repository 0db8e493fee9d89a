"""Which flow run asked for the job's run: a trigger started it, and passes nothing on."""

from __future__ import annotations

from typing import Any

# The flow leaves an object of its own name there while it waits (tasks/books/asking.py).
ASKED_BY = "books/_asked_by/"


def find_flow_run(s3: Any, bucket: str) -> list[str]:
    """Return the argument that names the flow run, as flows write it; nothing if none waits."""
    found = s3.list_objects_v2(Bucket=bucket, Prefix=ASKED_BY, MaxKeys=1).get("Contents", [])
    return ["--flow_run_id", found[0]["Key"].removeprefix(ASKED_BY)] if found else []
