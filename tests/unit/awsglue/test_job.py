"""Bookmarks, from init to commit, against a server that keeps them.

https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html
"""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from awsglue import _bookmarks
from awsglue.job import Job

pytestmark = pytest.mark.spark


class BookmarkServer(HTTPServer):
    """Answers GetJobBookmark, and the one request that writes bookmarks."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), BookmarkHandler)
        self.bookmarks = {}
        self.writes = []


class BookmarkHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        request = self.body()
        assert self.headers["X-Amz-Target"] == "AWSGlue.GetJobBookmark"
        if request["JobName"] not in self.server.bookmarks:
            return self.answer(400, {"__type": "EntityNotFoundException", "Message": "none"})
        state = json.dumps(self.server.bookmarks[request["JobName"]])
        return self.answer(200, {"JobBookmarkEntry": {"JobBookmark": state}})

    def do_PUT(self):
        job = self.path.removeprefix("/_lochan/glue/jobs/").removesuffix("/bookmark")
        body = self.body()
        self.server.writes.append(body)
        self.server.bookmarks[job] = body["state"]
        self.answer(200, {})

    def body(self):
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, status, content):
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch):
    server = BookmarkServer()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    yield server
    _bookmarks.begin_run("none", {})
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def run(server, glue_context, tmp_path):
    """Return a function that is one run: the names of the files that it read."""
    folder = tmp_path / "in"
    folder.mkdir(exist_ok=True)

    def one_run(option="enable", commit=True, ctx="source", path=folder, run_id="jr_1"):
        job = Job(glue_context)
        job.init("clean", {"job_bookmark_option": f"job-bookmark-{option}", "JOB_RUN_ID": run_id})
        frame = glue_context.create_dynamic_frame.from_options(
            "s3", {"paths": [path.as_uri()]}, "json", transformation_ctx=ctx
        )
        rows = frame.toDF().collect()
        if commit:
            job.commit()
        return sorted(row.file for row in rows)

    one_run.folder = folder
    return one_run


def put(folder, name, seconds):
    (folder / name).write_text(json.dumps({"file": name}) + "\n")
    os.utime(folder / name, (seconds, seconds))


START = 1_800_000_000


def test_a_committed_file_is_not_read_again_until_it_changes(run):
    put(run.folder, "a", START)
    assert run() == ["a"]
    assert run() == []
    put(run.folder, "b", START + 10)
    # Modified before the newest, and listed late: within the band it is new all the same.
    put(run.folder, "c", START - 10)
    assert run() == ["b", "c"]
    put(run.folder, "a", START + 20)
    assert run() == ["a"]


def test_what_is_not_committed_is_read_again(run):
    put(run.folder, "a", START)
    assert run(commit=False) == ["a"]
    assert run() == ["a"]
    assert run() == []


def test_a_paused_bookmark_selects_and_does_not_advance(run):
    put(run.folder, "a", START)
    assert run() == ["a"]
    put(run.folder, "b", START + 10)
    assert run("pause") == ["b"]
    assert run("pause") == ["b"]
    assert run() == ["b"]


def test_a_disabled_bookmark_reads_everything_and_keeps_the_state(run):
    put(run.folder, "a", START)
    assert run() == ["a"]
    assert run("disable") == ["a"]
    assert run() == []


def test_a_source_without_context_has_no_bookmark(run, server):
    put(run.folder, "a", START)
    assert run(ctx="") == ["a"]
    assert run(ctx="") == ["a"]
    assert server.writes == []


def test_another_context_or_source_starts_anew(run, tmp_path):
    put(run.folder, "a", START)
    other = tmp_path / "other"
    other.mkdir()
    put(other, "z", START - 5)
    assert run() == ["a"]
    assert run(ctx="second") == ["a"]
    assert run(path=other) == ["z"]


def test_contexts_that_a_run_does_not_read_keep_their_state(run, server):
    put(run.folder, "a", START)
    run(ctx="first")
    run(ctx="second")
    assert sorted(server.bookmarks["clean"]) == ["first", "second"]
    assert run(ctx="first") == []


def test_a_commit_names_the_run_and_its_attempt(run, server):
    put(run.folder, "a", START)
    run(run_id="jr_7_attempt_2")
    assert (server.writes[0]["run_id"], server.writes[0]["attempt"]) == ("jr_7_attempt_2", 2)


def test_the_bookmark_keeps_only_the_files_of_the_band(run, server):
    put(run.folder, "old", START - 10_000)
    put(run.folder, "new", START)
    assert run() == ["new", "old"]
    state = server.bookmarks["clean"]["source"]
    assert [uri.rsplit("/", 1)[1] for uri in state["band_files"]] == ["new"]
    assert state["newest_ms"] == START * 1000
    assert run() == []


def test_commit_needs_init_and_init_is_known(glue_context):
    job = Job(glue_context)
    assert job.isInitialized() is False
    with pytest.raises(RuntimeError, match=r"Job\.init"):
        job.commit()
    job.init("j", {})
    assert job.isInitialized() is True
    job.commit()


def test_a_range_of_bookmarks_is_refused_by_name(server):
    with pytest.raises(NotImplementedError, match="job-bookmark-from"):
        Job(None).init(
            "j",
            {"job_bookmark_option": "job-bookmark-pause", "job_bookmark_from": "jr_1"},
        )


def test_a_commit_that_cannot_be_stored_says_so(run, server, monkeypatch):
    put(run.folder, "a", START)
    monkeypatch.setattr(BookmarkHandler, "do_PUT", lambda self: self.answer(503, {}))
    with pytest.raises(RuntimeError, match=r"bookmark of job 'clean'.*503"):
        run()
