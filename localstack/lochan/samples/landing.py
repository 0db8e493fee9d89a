"""Laying the generated input of a flow where the flow reads it, once.

That is the landing bucket, or the bucket whose name stands in the variable that a sample's module
calls BUCKET_VARIABLE.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

from lochan import samples

LANDING_VARIABLE = "LANDING_BUCKET"
_NOT_SAMPLES = frozenset({"landing"})


def list_flows() -> list[str]:
    """Name the flows that have generated input."""
    return sorted({found.name for found in pkgutil.iter_modules(samples.__path__)} - _NOT_SAMPLES)


def bucket_variable(flow: str) -> str:
    """Name the variable that holds the bucket of the flow's input."""
    if flow not in list_flows():
        return LANDING_VARIABLE
    return str(getattr(_load(flow), "BUCKET_VARIABLE", LANDING_VARIABLE))


def land(s3: Any, bucket: str, flow: str) -> int:
    """Put the flow's generated input into the bucket; return how many objects were missing there.

    What is there already, generated or a person's own, is left as it is. A flow without generated
    input needs nothing.
    """
    if flow not in list_flows():
        return 0
    landed = 0
    present: dict[str, set[str]] = {}
    for key, body in _make_objects(flow):
        top = key.partition("/")[0] + "/"
        if top not in present:
            present[top] = set(_list_keys(s3, bucket, top))
        if key not in present[top]:
            s3.put_object(Bucket=bucket, Key=key, Body=body)
            landed += 1
    return landed


def _load(flow: str) -> Any:
    return importlib.import_module(f"lochan.samples.{flow}")


def _make_objects(flow: str) -> Iterator[tuple[str, bytes]]:
    made: Iterator[tuple[str, bytes]] = _load(flow).make_objects()
    return made


def _list_keys(s3: Any, bucket: str, prefix: str) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Contents", []):
            yield found["Key"]
