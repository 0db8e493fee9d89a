"""What could not be used, laid aside as JSON lines, and the lines of its files that it stood in.

Glue's frames do not say which line a record was, and no count of Spark's own does: a reader may
begin in the middle of a file. So the files that have rejects are read once more, from their
beginning, and each reject takes the number of the line that it is. Files without rejects cost
nothing.
"""

from __future__ import annotations

import bz2
import gzip
import io
import re
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, groupby
from operator import itemgetter
from typing import Any
from urllib.parse import unquote

import boto3
import pyarrow as pa
from pyspark.sql import DataFrame

_SCHEME_AND_BUCKET = re.compile(r"^[a-z0-9]+:/+[^/]+/")
_OPENERS: dict[str, Callable[[Any], Any]] = {
    "gz": lambda body: gzip.GzipFile(fileobj=body),
    "bz2": bz2.BZ2File,
}


def _no_words(text: str) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class Recognition:
    """How a record is known again among the lines of its file: `identity` is the same of both.

    `words` may spare most lines that: where it finds some in every reject and others in a line,
    the line is none of them.
    """

    identity: Callable[[str], Hashable]
    words: Callable[[str], Sequence[str]] = _no_words


def lay_aside(rejects: DataFrame, uri: str) -> None:
    """Write rejects as JSON lines, one object; what lay in the folder is replaced."""
    # No coalesce: it would make one task of what comes before, too.
    (
        rejects.repartition(1)
        .write.mode("overwrite")
        .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
        .json(uri)
    )


def with_lines(rejects: DataFrame, bucket: str, region: str, how: Recognition) -> DataFrame:
    """Fill `position` with the line of each record within its file, counted from 1.

    All columns are text; `file` is a key of the bucket or an address in it, as Spark spells it.
    Records that have no line of their own (damaged objects, files unknown) have no position.
    """
    number = partial(_number_rejects, bucket, region, how)
    return (
        rejects.repartition("file").sortWithinPartitions("file").mapInArrow(number, rejects.schema)
    )


def number_lines(lines: Iterable[str], rejects: Iterable[dict[str, Any]], how: Recognition) -> None:
    """Give rejects the numbers of their lines; of those that are alike, each takes a line."""
    waiting: defaultdict[Hashable, deque[dict[str, Any]]] = defaultdict(deque)
    told: list[Sequence[str]] = []
    for reject in rejects:
        if reject["record"] is not None:
            waiting[how.identity(reject["record"])].append(reject)
            told.append(how.words(reject["record"]))
    known = frozenset(chain.from_iterable(told)) if all(told) else None
    numbered = enumerate(lines, 1)
    while waiting and (found := next(numbered, None)):
        number, line = found
        if known is not None and (words := how.words(line)) and known.isdisjoint(words):
            continue
        same = how.identity(line)
        if same in waiting:
            waiting[same].popleft()["position"] = str(number)
            if not waiting[same]:
                del waiting[same]


def _number_rejects(
    bucket: str, region: str, how: Recognition, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Number the rejects of a partition, which are sorted by file; on the executors."""
    s3 = boto3.client("s3", region_name=region)
    rows = (row for batch in batches for row in batch.to_pylist())
    for file, found in groupby(rows, itemgetter("file")):
        rejects = list(found)
        number_lines(_read_lines(s3, bucket, file), rejects, how)
        schema = pa.schema([(name, pa.string()) for name in rejects[0]])
        yield pa.RecordBatch.from_pylist(rejects, schema=schema)


def _read_lines(s3: Any, bucket: str, file: str | None) -> Iterator[str]:
    """Read the lines of a file, when the first is asked for; a folder has none."""
    key = unquote(_SCHEME_AND_BUCKET.sub("", file or ""))
    if key and not key.endswith("/"):
        body = s3.get_object(Bucket=bucket, Key=key)["Body"]
        for line in _OPENERS.get(key.rpartition(".")[2], io.BufferedReader)(body):
            yield line.decode(errors="replace").rstrip("\r\n")
