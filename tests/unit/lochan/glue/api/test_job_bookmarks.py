import json

import pytest

from lochan.glue.api import job_bookmarks, job_runs
from lochan.glue.api.errors import EntityNotFoundException
from lochan.glue.api.worker_events import WorkerEvent


@pytest.fixture
def commit(call, job, state):
    """Run the job to its end, with a commit of what it processed; return the run's id."""

    def run(**content):
        run_id = call("StartJobRun", JobName=job)["JobRunId"]
        job_bookmarks.commit(state, job, run_id, 0, content)
        job_runs.apply(state, WorkerEvent("run", run_id, "SUCCEEDED"))
        return run_id

    return run


def read(call, job, **members):
    return call("GetJobBookmark", JobName=job, **members)["JobBookmarkEntry"]


def test_job_that_never_committed_has_no_bookmark(call, job):
    with pytest.raises(EntityNotFoundException, match="Continuation for job flatten not found"):
        read(call, job)


def test_commit_advances_the_bookmark(call, job, commit):
    first, second = commit(source={"seen": 1}), commit(source={"seen": 2})
    bookmark = read(call, job)
    assert json.loads(bookmark["JobBookmark"]) == {"source": {"seen": 2}}
    assert (bookmark["Version"], bookmark["Run"]) == (2, 2)
    assert (bookmark["RunId"], bookmark["PreviousRunId"]) == (second, first)


def test_second_commit_of_a_run_is_another_version_of_the_same_run(call, job, state, commit):
    commit()
    run_id = call("StartJobRun", JobName=job)["JobRunId"]
    for seen in (1, 2):
        job_bookmarks.commit(state, job, run_id, 0, {"seen": seen})
    assert (read(call, job)["Version"], read(call, job)["Run"]) == (3, 2)


def test_bookmark_as_a_run_left_it(call, job, commit):
    first = commit(seen=1)
    commit(seen=2)
    assert json.loads(read(call, job, RunId=first)["JobBookmark"]) == {"seen": 1}


def test_reset_forgets_everything(call, job, commit):
    commit(seen=1)
    entry = call("ResetJobBookmark", JobName=job)["JobBookmarkEntry"]
    assert (entry["Version"], entry["Run"], entry["JobBookmark"]) == (2, 0, "{}")
    assert read(call, job) == entry


def test_reset_to_a_run_forgets_what_came_after_it(call, job, commit):
    first = commit(seen=1)
    commit(seen=2)
    entry = call("ResetJobBookmark", JobName=job, RunId=first)["JobBookmarkEntry"]
    assert json.loads(entry["JobBookmark"]) == {"seen": 1}
    assert (entry["Version"], entry["Run"], entry["RunId"]) == (3, 1, first)


def test_reset_to_an_unknown_run(call, job, commit):
    commit(seen=1)
    with pytest.raises(EntityNotFoundException, match="run jr_ghost"):
        call("ResetJobBookmark", JobName=job, RunId="jr_ghost")


def test_commit_of_an_unknown_run(job, state):
    with pytest.raises(EntityNotFoundException, match="jr_ghost"):
        job_bookmarks.commit(state, job, "jr_ghost", 0, {})


def test_bookmark_of_a_missing_job(call):
    with pytest.raises(EntityNotFoundException, match="Job ghost not found"):
        read(call, "ghost")
