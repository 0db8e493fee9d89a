import pytest

from lochan.glue.api.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
    OperationNotSupportedException,
    ValidationException,
)

COMMAND = {"Name": "glueetl", "ScriptLocation": "s3://assets/job.py"}


@pytest.fixture
def create(call):
    def make(name="j", **members):
        call("CreateJob", **{"Name": name, "Role": "role", "Command": COMMAND, **members})
        return call("GetJob", JobName=name)["Job"]

    return make


def test_job_has_the_documented_defaults(create):
    job = create()
    assert job["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    assert job["MaxRetries"] == 0
    assert job["Timeout"] == 480
    assert job["MaxCapacity"] == 10.0
    assert job["AllocatedCapacity"] == 10
    assert job["GlueVersion"] == "6.0"
    assert job["ExecutionClass"] == "STANDARD"


# https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html: 2,880 before Glue 5.0.
@pytest.mark.parametrize(("version", "minutes"), [("4.0", 2880), ("0.9", 2880), ("5.1", 480)])
def test_default_timeout_depends_on_the_version(create, version, minutes):
    assert create(GlueVersion=version)["Timeout"] == minutes


@pytest.mark.parametrize(
    ("worker_type", "workers", "capacity"),
    [
        ("G.1X", 2, 2.0),
        ("G.2X", 5, 10.0),
        ("G.025X", 2, 0.5),
        ("G.8X", 3, 24.0),
        ("R.4X", 2, 8.0),
    ],
)
def test_capacity_follows_from_workers(create, worker_type, workers, capacity):
    job = create(WorkerType=worker_type, NumberOfWorkers=workers)
    assert job["MaxCapacity"] == capacity
    assert (job["WorkerType"], job["NumberOfWorkers"]) == (worker_type, workers)


def test_python_shell_has_a_sixteenth_of_a_dpu(create):
    command = {"Name": "pythonshell", "ScriptLocation": "s3://assets/job.py"}
    assert create(Command=command)["MaxCapacity"] == 0.0625


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"WorkerType": "G.1X", "NumberOfWorkers": 2, "MaxCapacity": 2.0}, "Max Capacity"),
        ({"WorkerType": "G.3X", "NumberOfWorkers": 2}, "'G.3X' is not one of"),
        ({"Timeout": 10081}, "7 days"),
        ({"Command": {"Name": "sparkle"}}, "'sparkle' is not one of"),
    ],
)
def test_senseless_definition_is_refused(create, members, complaint):
    with pytest.raises(InvalidInputException, match=complaint):
        create(**members)


def test_python_version_that_glue_does_not_have(create):
    with pytest.raises(ValidationException, match=r"at 'command\.pythonVersion'"):
        create(Command={**COMMAND, "PythonVersion": "4"})


@pytest.mark.parametrize(
    "members",
    [
        {"MaintenanceWindow": "Sun:10"},
        {"JobRunQueuingEnabled": True},
    ],
)
def test_what_would_not_happen_is_refused_by_name(create, members):
    with pytest.raises(OperationNotSupportedException, match=next(iter(members))):
        create(**members)


def test_queuing_that_is_switched_off_is_accepted(create):
    assert create(JobRunQueuingEnabled=False)["JobRunQueuingEnabled"] is False


def test_job_that_exists(create):
    create()
    with pytest.raises(AlreadyExistsException, match="j already exists"):
        create()


def test_missing_job(call):
    with pytest.raises(EntityNotFoundException, match="Job ghost not found"):
        call("GetJob", JobName="ghost")


def test_update_resets_what_it_leaves_out(create, call):
    create(Timeout=5, Description="first")
    update = {"Role": "role", "Command": COMMAND, "MaxRetries": 2}
    assert call("UpdateJob", JobName="j", JobUpdate=update) == {"JobName": "j"}
    job = call("GetJob", JobName="j")["Job"]
    assert (job["Timeout"], job["MaxRetries"]) == (480, 2)
    assert "Description" not in job


def test_update_without_command(create, call):
    create()
    with pytest.raises(InvalidInputException, match="must have Command"):
        call("UpdateJob", JobName="j", JobUpdate={"Role": "role"})


def test_delete_of_a_missing_job_is_no_error(call):
    assert call("DeleteJob", JobName="ghost") == {"JobName": "ghost"}


def test_deleted_job_is_gone_with_its_runs_and_tags(create, call, state):
    create(Tags={"team": "data"})
    call("DeleteJob", JobName="j")
    assert (state.jobs, state.tags) == ({}, {})


def test_jobs_are_listed_in_pages(create, call):
    for name in ("b", "a", "c"):
        create(name)
    first = call("GetJobs", MaxResults=2)
    second = call("GetJobs", MaxResults=2, NextToken=first["NextToken"])
    assert [job["Name"] for job in first["Jobs"] + second["Jobs"]] == ["a", "b", "c"]


def test_names_are_listed_by_tags(create, call):
    create("a", Tags={"team": "data", "env": "local"})
    create("b", Tags={"team": "data"})
    assert call("ListJobs", Tags={"team": "data"})["JobNames"] == ["a", "b"]
    assert call("ListJobs", Tags={"env": "local"})["JobNames"] == ["a"]


def test_batch_get_tells_what_is_missing(create, call):
    create("a")
    answer = call("BatchGetJobs", JobNames=["a", "ghost"])
    assert [job["Name"] for job in answer["Jobs"]] == ["a"]
    assert answer["JobsNotFound"] == ["ghost"]
