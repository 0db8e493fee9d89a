"""Job bookmarks: what a job has processed, advanced by `Job.commit()` only.

https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html
"""

import json
from collections.abc import Mapping
from typing import Any

from lochan.glue.api import jobs
from lochan.glue.api.errors import EntityNotFoundException
from lochan.glue.api.records import Bookmark, Shape
from lochan.glue.api.state import GlueState

_NOTHING_PROCESSED = "{}"


def get(state: GlueState, request: Shape) -> Shape:
    """Answer GetJobBookmark; with RunId, as that run left it."""
    name = jobs.find(state, request["JobName"]).name
    return {"JobBookmarkEntry": _describe(_find(state, name, request.get("RunId")))}


def reset(state: GlueState, request: Shape) -> Shape:
    """Answer ResetJobBookmark: forget everything, or with RunId all that came after that run."""
    name = jobs.find(state, request["JobName"]).name
    newest = _find(state, name, None)
    version = newest.version + 1
    if "RunId" not in request:
        rewound = Bookmark(name, version, run=0, attempt=0, content=_NOTHING_PROCESSED)
    else:
        target = _find(state, name, request["RunId"])
        rewound = Bookmark(
            name,
            version,
            target.run,
            target.attempt,
            target.content,
            target.run_id,
            target.previous_run_id,
        )
    state.bookmarks[name] = (*state.bookmarks[name], rewound)
    return {"JobBookmarkEntry": _describe(rewound)}


def commit(
    state: GlueState, job: str, run_id: str, attempt: int, content: Mapping[str, Any]
) -> Bookmark:
    """Record what a run has processed; called for `Job.commit()`, which AWS does in private."""
    run = state.runs.get(run_id)
    if job not in state.jobs or run is None or run.job != job:
        raise EntityNotFoundException(f"Job run {run_id} of job {job} not found.")
    history = state.bookmarks.get(job, ())
    last = history[-1] if history else Bookmark(job, 0, run=0, attempt=0, content="")
    is_same_run = last.run_id == run_id
    bookmark = Bookmark(
        job,
        version=last.version + 1,
        run=last.run if is_same_run else last.run + 1,
        attempt=attempt,
        content=json.dumps(content, sort_keys=True),
        run_id=run_id,
        previous_run_id=last.previous_run_id if is_same_run else last.run_id,
    )
    state.bookmarks[job] = (*history, bookmark)
    return bookmark


def _find(state: GlueState, job: str, run_id: str | None) -> Bookmark:
    for bookmark in reversed(state.bookmarks.get(job, ())):
        if run_id in (None, bookmark.run_id):
            return bookmark
    of_run = f" and run {run_id}" if run_id else ""
    raise EntityNotFoundException(f"Continuation for job {job}{of_run} not found")


def _describe(bookmark: Bookmark) -> dict[str, Any]:
    runs = {"RunId": bookmark.run_id, "PreviousRunId": bookmark.previous_run_id}
    return {
        "JobName": bookmark.job,
        "Version": bookmark.version,
        "Run": bookmark.run,
        "Attempt": bookmark.attempt,
        "JobBookmark": bookmark.content,
        **{name: run for name, run in runs.items() if run is not None},
    }
