"""The first line of a job's output: which run it is, and whose."""

from __future__ import annotations

import json
from collections.abc import Sequence

# Glue gives a script the first two, flows the third.
# https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
_NAMES = {"job": "--JOB_NAME", "glue_run_id": "--JOB_RUN_ID", "flow_run_id": "--flow_run_id"}


def describe_run(argv: Sequence[str]) -> str:
    """Return a line of JSON with the names of the run; null for what the arguments do not say."""
    ids = {name: _find(argv, option) for name, option in _NAMES.items()}
    return json.dumps({"event": "started", **ids})


def _find(argv: Sequence[str], option: str) -> str | None:
    for word, following in zip(argv, [*argv[1:], None], strict=True):
        if word == option:
            return following
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return None
