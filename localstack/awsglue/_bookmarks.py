"""Job bookmarks: what a source has read, by transformation_ctx.

A bookmark of files holds the newest modification time seen and the files modified shortly before it
(the band), because listings may show late what was written early. A file is new when it was
modified after the band began and is not one of those files with that same time; so a file that
changed is read again, and the bookmark does not grow with the number of files ever read.

A bookmark of a database's table holds a position: the keys of the last row, as texts.

https://docs.aws.amazon.com/glue/latest/dg/programming-etl-connect-bookmarks.html
"""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

import boto3

from awsglue import _bookmark_encryption
from awsglue._refusals import not_implemented

DEFAULT_BAND_MS = 900_000
_REQUEST_SECONDS = 30


class ListedFile(Protocol):
    """What a bookmark needs to know of a file: its URI and time in milliseconds since 1970."""

    @property
    def uri(self) -> str: ...

    @property
    def modified_ms(self) -> int: ...


File = TypeVar("File", bound=ListedFile)


@dataclass
class _Run:
    job_name: str
    run_id: str
    is_paused: bool
    key: str | None
    stored: dict[str, Any]
    read: dict[str, Any] = field(default_factory=dict)


_run: _Run | None = None


def begin_run(job_name: str, args: Mapping[str, Any]) -> None:
    """Start a run; unless bookmarks are disabled, load the state that earlier runs committed."""
    global _run
    option = args.get("job_bookmark_option") or "job-bookmark-disable"
    if option == "job-bookmark-disable":
        _run = None
        return
    if args.get("job_bookmark_from") or args.get("job_bookmark_to"):
        raise not_implemented("Job.init", "--job-bookmark-from and --job-bookmark-to")
    _run = _Run(
        job_name=job_name,
        run_id=args.get("JOB_RUN_ID") or "",
        is_paused=option == "job-bookmark-pause",
        key=_bookmark_encryption.find_key(args.get("SECURITY_CONFIGURATION")),
        stored=_load(job_name),
    )


def commit_run() -> None:
    """Store what the sources of this run read; a paused bookmark stays where it was."""
    if _run is None or _run.is_paused or not _run.read:
        return
    state = {**_run.stored, **_run.read}
    stored = _bookmark_encryption.encrypt(_run.key, _run.job_name, state) if _run.key else state
    _store(_run.job_name, _run.run_id, stored)
    _run.stored, _run.read = state, {}


def is_tracked(transformation_ctx: str) -> bool:
    """Tell whether a source of this context has a bookmark: no context, no bookmark."""
    return _run is not None and bool(transformation_ctx)


def select_new_files(
    transformation_ctx: str, source: str, files: Iterable[File], band_ms: int = DEFAULT_BAND_MS
) -> list[File]:
    """Return the files that no committed run read, and note them for this run's commit.

    A bookmark that was written for another source counts as none.
    """
    listed = list(files)
    if _run is None or not transformation_ctx:
        return listed
    stored = _run.stored.get(transformation_ctx, {})
    if stored.get("source") != source:
        stored = {}
    _run.read[transformation_ctx] = _advance(stored, source, listed, band_ms)
    return [file for file in listed if _is_new(file, stored)]


def read_position(transformation_ctx: str, source: str) -> list[str] | None:
    """Return the position that committed runs reached; None when there is none for this source."""
    stored = _run.stored.get(transformation_ctx, {}) if _run is not None else {}
    if stored.get("source") != source:
        return None
    return [str(value) for value in stored["position"]]


def note_position(transformation_ctx: str, source: str, position: Sequence[str]) -> None:
    """Note the position that a source reaches in this run, for its commit."""
    if _run is not None:
        _run.read[transformation_ctx] = {"source": source, "position": list(position)}


def _is_new(file: ListedFile, stored: Mapping[str, Any]) -> bool:
    if not stored:
        return True
    if file.modified_ms <= stored["band_start_ms"]:
        return False
    return bool(stored["band_files"].get(file.uri) != file.modified_ms)


def _advance(
    stored: Mapping[str, Any], source: str, listed: list[File], band_ms: int
) -> dict[str, Any]:
    newest = max([file.modified_ms for file in listed] + [stored.get("newest_ms", 0)])
    band_start = max(newest - band_ms, stored.get("band_start_ms", 0))
    seen = {**stored.get("band_files", {}), **{file.uri: file.modified_ms for file in listed}}
    return {
        "source": source,
        "newest_ms": newest,
        "band_start_ms": band_start,
        "band_files": {uri: time for uri, time in seen.items() if time > band_start},
    }


def _load(job_name: str) -> dict[str, Any]:
    glue = boto3.client("glue")
    try:
        entry = glue.get_job_bookmark(JobName=job_name)["JobBookmarkEntry"]
    except glue.exceptions.EntityNotFoundException:
        return {}
    return _bookmark_encryption.decrypt(job_name, json.loads(entry.get("JobBookmark") or "{}"))


def _store(job_name: str, run_id: str, state: dict[str, Any]) -> None:
    """Put the state in one atomic request: AWS has no public operation that writes bookmarks."""
    endpoint = boto3.client("glue").meta.endpoint_url.rstrip("/")
    attempt = re.search(r"_attempt_(\d+)$", run_id)
    request = urllib.request.Request(
        f"{endpoint}/_lochan/glue/jobs/{quote(job_name, safe='')}/bookmark",
        data=json.dumps(
            {"run_id": run_id, "attempt": int(attempt[1]) if attempt else 0, "state": state}
        ).encode(),
        headers={"Content-Type": "application/json"},
        method="PUT",
    )
    try:
        urllib.request.urlopen(request, timeout=_REQUEST_SECONDS).close()  # nosec B310
    except urllib.error.URLError as error:
        raise RuntimeError(
            f"Job.commit could not store the bookmark of job {job_name!r} at {endpoint}: {error}. "
            "The next run will read the same files again."
        ) from error
