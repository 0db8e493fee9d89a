"""Runs, crawls and bookmarks through boto3, with the worker's side played by the test."""

import json
import time
import urllib.error
import urllib.request
from urllib.parse import quote

import pytest

DEADLINE_SECONDS = 120
COMMAND = {"Name": "glueetl", "ScriptLocation": "s3://assets/flatten.py", "PythonVersion": "3"}


@pytest.fixture
def job(lochan_glue):
    lochan_glue.create_job(
        Name="flatten tweets/v2",
        Role="arn:aws:iam::000000000000:role/glue",
        Command=COMMAND,
        GlueVersion="5.1",
        WorkerType="G.1X",
        NumberOfWorkers=2,
        DefaultArguments={"--TempDir": "s3://temp/"},
    )
    return "flatten tweets/v2"


@pytest.fixture
def wait_for_run(lochan_glue, job):
    def wait(run_id, state):
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            run = lochan_glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]
            if run["JobRunState"] == state:
                return run
            assert time.monotonic() < deadline, run
            time.sleep(0.02)

    return wait


@pytest.fixture
def commit(localstack, job):
    """Commit a bookmark as Job.commit() does; return status and answer."""

    def put(body, name=job):
        url = f"{localstack.endpoint}/_lochan/glue/jobs/{quote(name, safe='')}/bookmark"
        request = urllib.request.Request(url, data=body, method="PUT")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    return put


def test_run_goes_to_the_worker_and_comes_back(lochan_glue, worker, job, wait_for_run):
    run_id = lochan_glue.start_job_run(JobName=job, Arguments={"--day": "x"})["JobRunId"]
    order = worker.wait_for_order("/runs", run_id=run_id)
    assert order == {
        "run_id": run_id,
        "job_name": job,
        "command": COMMAND,
        "arguments": {"--TempDir": "s3://temp/", "--day": "x"},
        "glue_version": "5.1",
        "timeout_minutes": 480,
        "worker_type": "G.1X",
        "number_of_workers": 2,
        "attempt": 0,
        "security_configuration": None,
        "s3_encryption": None,
        "log_group": "/aws-glue/jobs",
        "log_key": None,
    }
    worker.report("run", run_id, "RUNNING", started_on=1795176000)
    wait_for_run(run_id, "RUNNING")
    worker.report(
        "run",
        run_id,
        "FAILED",
        started_on=1795176000,
        completed_on=1795176004.5,
        execution_time=4,
        dpu_seconds=8.5,
        error_message="ValueError: no such column",
    )
    run = wait_for_run(run_id, "FAILED")
    assert run["ErrorMessage"] == "ValueError: no such column"
    assert (run["ExecutionTime"], run["DPUSeconds"]) == (4, 8.5)
    assert run["StartedOn"].timestamp() == 1795176000
    assert run["CompletedOn"].timestamp() == 1795176004.5


def test_one_run_at_a_time(lochan_glue, worker, job, wait_for_run):
    run_id = lochan_glue.start_job_run(JobName=job)["JobRunId"]
    with pytest.raises(lochan_glue.exceptions.ConcurrentRunsExceededException):
        lochan_glue.start_job_run(JobName=job)
    worker.report("run", run_id, "SUCCEEDED")
    wait_for_run(run_id, "SUCCEEDED")


def test_stop_goes_to_the_worker(lochan_glue, worker, job, wait_for_run):
    run_id = lochan_glue.start_job_run(JobName=job)["JobRunId"]
    lochan_glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id])
    worker.wait_for_order(f"/runs/{run_id}/stop")
    worker.report("run", run_id, "STOPPED")
    wait_for_run(run_id, "STOPPED")


def test_restarted_worker_fails_its_runs(lochan_glue, worker, job, wait_for_run):
    run_id = lochan_glue.start_job_run(JobName=job)["JobRunId"]
    worker.report("run", run_id, "RUNNING")
    wait_for_run(run_id, "RUNNING")
    worker.restart()
    message = wait_for_run(run_id, "FAILED")["ErrorMessage"]
    assert f"worker at {worker.url} was restarted" in message


def test_crawl_goes_to_the_worker_and_comes_back(lochan_glue, worker):
    targets = {"S3Targets": [{"Path": "s3://landing/x_api/"}]}
    lochan_glue.create_crawler(Name="landing", Role="r", DatabaseName="db", Targets=targets)
    lochan_glue.start_crawler(Name="landing")
    order = worker.wait_for_order("/crawls")
    assert order["crawler"]["Targets"] == targets
    assert order["crawler"]["SchemaChangePolicy"]["UpdateBehavior"] == "UPDATE_IN_DATABASE"
    with pytest.raises(lochan_glue.exceptions.CrawlerRunningException):
        lochan_glue.start_crawler(Name="landing")
    worker.report(
        "crawl", order["crawl_id"], "COMPLETED", tables_created=2, completed_on=time.time()
    )
    deadline = time.monotonic() + DEADLINE_SECONDS
    while lochan_glue.get_crawler(Name="landing")["Crawler"]["State"] != "READY":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    crawler = lochan_glue.get_crawler(Name="landing")["Crawler"]
    assert crawler["LastCrawl"]["Status"] == "SUCCEEDED"
    (metrics,) = lochan_glue.get_crawler_metrics(CrawlerNameList=["landing"])["CrawlerMetricsList"]
    assert metrics["TablesCreated"] == 2
    (crawl,) = lochan_glue.list_crawls(CrawlerName="landing")["Crawls"]
    assert (crawl["CrawlId"], crawl["State"]) == (order["crawl_id"], "COMPLETED")


def test_bookmark_is_committed_by_the_run_and_read_by_the_next(
    lochan_glue, worker, job, wait_for_run, commit
):
    run_id = lochan_glue.start_job_run(JobName=job)["JobRunId"]
    body = {"run_id": run_id, "attempt": 0, "state": {"source": {"seen": "2026-11-20"}}}
    assert commit(json.dumps(body).encode()) == (200, {"version": 1, "run": 1})
    entry = lochan_glue.get_job_bookmark(JobName=job)["JobBookmarkEntry"]
    assert json.loads(entry["JobBookmark"]) == {"source": {"seen": "2026-11-20"}}
    assert (entry["RunId"], entry["Version"]) == (run_id, 1)
    reset = lochan_glue.reset_job_bookmark(JobName=job)["JobBookmarkEntry"]
    assert reset["JobBookmark"] == "{}"
    worker.report("run", run_id, "SUCCEEDED")
    wait_for_run(run_id, "SUCCEEDED")


def test_job_without_bookmark(lochan_glue, job):
    with pytest.raises(lochan_glue.exceptions.EntityNotFoundException, match="Continuation"):
        lochan_glue.get_job_bookmark(JobName=job)


@pytest.mark.parametrize(
    ("body", "status", "complaint"),
    [
        (b'{"run_id": "jr_ghost", "attempt": 0, "state": {}}', 404, "jr_ghost"),
        (b"{", 400, "not JSON"),
        (b"[]", 400, "run_id is a str"),
        (b'{"run_id": "jr_1", "attempt": 0, "state": []}', 400, "state is a dict"),
    ],
)
def test_bookmark_that_cannot_be_committed(commit, body, status, complaint):
    found, answer = commit(body)
    assert found == status
    assert complaint in answer["error"]


def test_run_without_worker_fails_with_its_url(other_localstack, make_client):
    workerless = make_client("glue", other_localstack.endpoint)
    workerless.create_job(Name="j", Role="r", Command=COMMAND)
    run_id = workerless.start_job_run(JobName="j")["JobRunId"]
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        run = workerless.get_job_run(JobName="j", RunId=run_id)["JobRun"]
        if run["JobRunState"] == "FAILED":
            break
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert "worker at http://127.0.0.1:1 does not answer" in run["ErrorMessage"]
