"""The four ways to state a job's capacity, and how Glue shows each as the others.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html
"""

from collections.abc import Mapping
from typing import Any

from lochan.glue.api.errors import InvalidInputException
from lochan.glue.api.records import Shape

# Data processing units (DPU) of one worker; for memory-optimised R and Z types, M-DPU.
_DPU_BY_WORKER_TYPE: Mapping[str, float] = {
    "Standard": 1,
    "G.025X": 0.25,
    "G.1X": 1,
    "G.2X": 2,
    "G.4X": 4,
    "G.8X": 8,
    "G.12X": 12,
    "G.16X": 16,
    "R.1X": 1,
    "R.2X": 2,
    "R.4X": 4,
    "R.8X": 8,
    "Z.2X": 2,
}
_DEFAULT_DPU = 10.0
_DEFAULT_DPU_OF_PYTHON_SHELL = 0.0625


def check_capacity(definition: Shape) -> None:
    """Refuse a definition that states its capacity twice or with an unknown worker type."""
    by_workers = [name for name in ("WorkerType", "NumberOfWorkers") if name in definition]
    if by_workers and "MaxCapacity" in definition:
        raise InvalidInputException(
            f"Please set only Worker Type/Number of Workers or Max Capacity: {by_workers[0]} and"
            " MaxCapacity were both given."
        )
    worker_type = definition.get("WorkerType")
    if worker_type is not None and worker_type not in _DPU_BY_WORKER_TYPE:
        raise InvalidInputException(
            f"Worker type {worker_type!r} is not one of {', '.join(_DPU_BY_WORKER_TYPE)}."
        )


def describe_capacity(definition: Shape) -> dict[str, Any]:
    """Return MaxCapacity and AllocatedCapacity of a checked definition, and its workers if any."""
    capacity = _compute_capacity(definition)
    described = {"MaxCapacity": capacity, "AllocatedCapacity": int(capacity)}
    if "WorkerType" in definition and "NumberOfWorkers" in definition:
        return described | {
            "WorkerType": definition["WorkerType"],
            "NumberOfWorkers": definition["NumberOfWorkers"],
        }
    return described


def _compute_capacity(definition: Shape) -> float:
    if "WorkerType" in definition and "NumberOfWorkers" in definition:
        return _DPU_BY_WORKER_TYPE[definition["WorkerType"]] * float(definition["NumberOfWorkers"])
    for name in ("MaxCapacity", "AllocatedCapacity"):
        if name in definition:
            return float(definition[name])
    if definition.get("Command", {}).get("Name") == "pythonshell":
        return _DEFAULT_DPU_OF_PYTHON_SHELL
    return _DEFAULT_DPU
