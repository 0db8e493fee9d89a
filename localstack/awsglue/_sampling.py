"""Samples of a frame on the way.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-spigot.html
"""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame

from awsglue._formats import json_lines
from awsglue._formats.contract import WriteRequest
from awsglue._refusals import refuse_unknown_options

_OPTIONS = frozenset({"topk", "prob"})


def write_sample(frame: DataFrame, path: str, options: Mapping[str, Any]) -> None:
    """Write the first topk records, or each with probability prob, as JSON lines.

    The sample is written at once: a script that says spigot has nothing later to trigger it.
    """
    refuse_unknown_options("spigot", dict(options), _OPTIONS)
    if "prob" in options:
        frame = frame.sample(float(options["prob"]))
    if "topk" in options:
        frame = frame.limit(int(options["topk"]))
    json_lines.write(WriteRequest(frame, path, {}))
