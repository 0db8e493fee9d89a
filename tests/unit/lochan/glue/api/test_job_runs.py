from datetime import UTC, datetime

import pytest

from lochan.glue.api import job_runs
from lochan.glue.api.errors import (
    ConcurrentRunsExceededException,
    EntityNotFoundException,
    InvalidInputException,
    OperationNotSupportedException,
)
from lochan.glue.api.worker_events import WorkerEvent

STARTED = datetime(2026, 11, 20, 12, 0, 1, tzinfo=UTC)
COMPLETED = datetime(2026, 11, 20, 12, 0, 9, tzinfo=UTC)


@pytest.fixture
def start(call, job):
    return lambda **members: call("StartJobRun", JobName=job, **members)["JobRunId"]


@pytest.fixture
def read(call, job):
    return lambda run_id: call("GetJobRun", JobName=job, RunId=run_id)["JobRun"]


@pytest.fixture
def report(state):
    def tell(run_id, run_state, **members):
        job_runs.apply(state, WorkerEvent("run", run_id, run_state, **members))

    return tell


def test_run_begins_with_what_the_job_says(start, read):
    run_id = start()
    run = read(run_id)
    assert run_id.startswith("jr_") and len(run_id) == 67
    assert run["JobRunState"] == "STARTING"
    assert run["Attempt"] == 0
    assert run["Timeout"] == 480
    assert (run["WorkerType"], run["NumberOfWorkers"], run["MaxCapacity"]) == ("G.1X", 2, 2.0)
    assert run["LogGroupName"] == "/aws-glue/jobs"
    assert run["GlueVersion"] == "5.1"
    assert "PreviousRunId" not in run and "CompletedOn" not in run


def test_worker_is_told_everything(start, worker):
    run_id = start(Arguments={"--day": "2026-11-20"})
    assert worker.started_runs[run_id] == {
        "run_id": run_id,
        "job_name": "flatten",
        "command": {"Name": "glueetl", "ScriptLocation": "s3://assets/flatten.py"},
        "arguments": {
            "--TempDir": "s3://temp/",
            "--level": "default",
            "--day": "2026-11-20",
            "--env": "local",
        },
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


def test_arguments_of_the_run_win_over_defaults_and_lose_to_non_overridable(start, worker):
    run_id = start(Arguments={"--level": "run", "--env": "production"})
    arguments = worker.started_runs[run_id]["arguments"]
    assert (arguments["--level"], arguments["--env"]) == ("run", "local")


def test_run_shows_its_own_arguments(start, read):
    assert read(start(Arguments={"--day": "x"}))["Arguments"] == {"--day": "x"}


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"Timeout": 5}, {"Timeout": 5}),
        ({"NumberOfWorkers": 4}, {"NumberOfWorkers": 4, "WorkerType": "G.1X", "MaxCapacity": 4.0}),
        ({"WorkerType": "G.2X"}, {"NumberOfWorkers": 2, "WorkerType": "G.2X", "MaxCapacity": 4.0}),
        ({"MaxCapacity": 3.0}, {"MaxCapacity": 3.0, "AllocatedCapacity": 3}),
    ],
)
def test_run_may_state_its_own_capacity_and_timeout(start, read, members, expected):
    run = read(start(**members))
    assert {name: run[name] for name in expected} == expected
    assert ("WorkerType" in run) == ("MaxCapacity" not in members)


def test_capacity_stated_twice(start):
    with pytest.raises(InvalidInputException, match="Max Capacity"):
        start(MaxCapacity=2.0, NumberOfWorkers=2)


def test_second_run_exceeds_max_concurrent_runs(start, report):
    first = start()
    with pytest.raises(ConcurrentRunsExceededException, match="Concurrent runs exceeded for flatt"):
        start()
    report(first, "SUCCEEDED")
    start()


def test_run_follows_the_worker(start, read, report):
    run_id = start()
    report(run_id, "RUNNING", started=STARTED)
    assert (read(run_id)["JobRunState"], read(run_id)["StartedOn"]) == ("RUNNING", STARTED)
    report(run_id, "SUCCEEDED", completed=COMPLETED, execution_time=8, dpu_seconds=16.0)
    run = read(run_id)
    assert run["JobRunState"] == "SUCCEEDED"
    assert (run["StartedOn"], run["CompletedOn"]) == (STARTED, COMPLETED)
    assert (run["ExecutionTime"], run["DPUSeconds"]) == (8, 16.0)


def test_run_that_is_over_stays_as_it_is(start, read, report):
    run_id = start()
    report(run_id, "SUCCEEDED", completed=COMPLETED)
    report(run_id, "FAILED", error="late")
    assert read(run_id)["JobRunState"] == "SUCCEEDED"


def test_failed_run_is_retried_as_often_as_the_job_allows(start, read, report, worker):
    first = start(Arguments={"--day": "x"})
    report(first, "FAILED", error="boom")
    second = f"{first}_attempt_1"
    run = read(second)
    assert (run["Attempt"], run["PreviousRunId"], run["JobRunState"]) == (1, first, "STARTING")
    assert run["Arguments"] == {"--day": "x"}
    assert worker.started_runs[second]["attempt"] == 1
    report(second, "FAILED", error="boom again")
    assert list(worker.started_runs) == [first, second]
    assert read(first)["ErrorMessage"] == "boom"


@pytest.mark.parametrize("end", ["STOPPED", "TIMEOUT", "SUCCEEDED"])
def test_run_that_did_not_fail_is_not_retried(start, report, worker, end):
    report(start(), end)
    assert len(worker.started_runs) == 1


def test_run_id_as_input_retries_that_run(start, read, report, worker):
    first = start(Arguments={"--day": "x"})
    report(first, "STOPPED")
    second = start(JobRunId=first)
    assert second == f"{first}_attempt_1"
    assert read(second)["PreviousRunId"] == first
    assert worker.started_runs[second]["arguments"]["--day"] == "x"
    report(second, "STOPPED")
    assert start(JobRunId=first) == f"{first}_attempt_2"


def test_retry_of_an_unknown_run(start):
    with pytest.raises(EntityNotFoundException, match="jr_ghost"):
        start(JobRunId="jr_ghost")


def test_stop_asks_the_worker(call, job, start, read, worker, report):
    run_id = start()
    answer = call("BatchStopJobRun", JobName=job, JobRunIds=[run_id])
    assert answer["SuccessfulSubmissions"] == [{"JobName": job, "JobRunId": run_id}]
    assert worker.stopped_runs == [run_id]
    report(run_id, "RUNNING")  # sent before the worker heard of it
    assert read(run_id)["JobRunState"] == "STOPPING"
    report(run_id, "STOPPED", completed=COMPLETED)
    assert read(run_id)["JobRunState"] == "STOPPED"


def test_stop_of_what_cannot_be_stopped(call, job, start, report):
    run_id = start()
    report(run_id, "SUCCEEDED")
    answer = call("BatchStopJobRun", JobName=job, JobRunIds=[run_id, "jr_ghost"])
    assert answer["SuccessfulSubmissions"] == []
    assert [error["ErrorDetail"]["ErrorCode"] for error in answer["Errors"]] == [
        "InvalidInputException",
        "EntityNotFoundException",
    ]


def test_runs_are_listed_newest_first_in_pages(call, job, start, report):
    run_ids = []
    for _ in range(3):
        run_ids.append(start())
        report(run_ids[-1], "SUCCEEDED")
    first = call("GetJobRuns", JobName=job, MaxResults=2)
    second = call("GetJobRuns", JobName=job, MaxResults=2, NextToken=first["NextToken"])
    listed = [run["Id"] for run in first["JobRuns"] + second["JobRuns"]]
    assert listed == run_ids[::-1]


def test_run_of_another_job(call, start):
    run_id = start()
    call("CreateJob", Name="other", Role="role", Command={"Name": "glueetl"})
    with pytest.raises(EntityNotFoundException):
        call("GetJobRun", JobName="other", RunId=run_id)


def test_run_of_a_missing_job(call):
    with pytest.raises(EntityNotFoundException, match="Job ghost not found"):
        call("StartJobRun", JobName="ghost")


def test_session_policy_is_refused_by_name(start):
    with pytest.raises(OperationNotSupportedException, match="ExecutionRoleSessionPolicy"):
        start(ExecutionRoleSessionPolicy="{}")
