import pytest

from lochan.glue.api.errors import (
    AlreadyExistsException,
    ConcurrentRunsExceededException,
    EntityNotFoundException,
    InvalidInputException,
    OperationNotSupportedException,
)
from lochan.glue.api.inbox import Inbox
from lochan.glue.api.worker_events import WorkerEvent

DAILY = "cron(15 12 * * ? *)"


@pytest.fixture
def make_job(call):
    def make(name, **members):
        command = {"Name": "glueetl", "ScriptLocation": f"s3://assets/{name}.py"}
        call("CreateJob", Name=name, Role="role", Command=command, **members)
        return name

    return make


@pytest.fixture
def on_demand(call, job):
    """The trigger `begin`, which starts the job `flatten`."""
    action = {"JobName": job, "Arguments": {"--level": "trigger"}, "Timeout": 7}
    call("CreateTrigger", Name="begin", Type="ON_DEMAND", Actions=[action])
    return "begin"


@pytest.fixture
def chain(call):
    """Make a conditional trigger: chain(name, starts, *conditions)."""

    def make(name, starts, *conditions, logical="AND", active=True):
        predicate = {"Logical": logical, "Conditions": list(conditions)}
        call(
            "CreateTrigger",
            Name=name,
            Type="CONDITIONAL",
            Actions=[starts],
            Predicate=predicate,
            StartOnCreation=active,
        )

    return make


@pytest.fixture
def report(service):
    """Report the end of a run or crawl, as the worker does."""
    inbox = Inbox(service.accounts)

    def send(kind, id, state):
        inbox.apply(WorkerEvent(kind, id, state))

    return send


def after(job, state="SUCCEEDED"):
    return {"LogicalOperator": "EQUALS", "JobName": job, "State": state}


def runs(call, job):
    return call("GetJobRuns", JobName=job)["JobRuns"]


def read(call, name):
    return call("GetTrigger", Name=name)["Trigger"]


def test_on_demand_trigger_stays_created_and_starts_its_job(call, on_demand, job, worker):
    assert call("StartTrigger", Name=on_demand) == {"Name": on_demand}
    assert read(call, on_demand)["State"] == "CREATED"
    (run,) = runs(call, job)
    assert (run["TriggerName"], run["Timeout"], run["PredecessorRuns"]) == ("begin", 7, [])
    (order,) = worker.started_runs.values()
    assert order["arguments"] == {"--TempDir": "s3://temp/", "--level": "trigger", "--env": "local"}


def test_start_of_a_trigger_whose_job_is_busy_is_refused(call, on_demand, job):
    call("StartTrigger", Name=on_demand)
    with pytest.raises(ConcurrentRunsExceededException, match="flatten"):
        call("StartTrigger", Name=on_demand)
    assert len(runs(call, job)) == 1


def test_states_of_a_scheduled_trigger(call, job):
    call("CreateTrigger", Name="t", Type="SCHEDULED", Schedule=DAILY, Actions=[{"JobName": job}])
    assert read(call, "t") == {
        "Name": "t",
        "Type": "SCHEDULED",
        "State": "CREATED",
        "Schedule": DAILY,
        "Actions": [{"JobName": job}],
    }
    call("StartTrigger", Name="t")
    assert read(call, "t")["State"] == "ACTIVATED"
    call("StopTrigger", Name="t")
    assert read(call, "t")["State"] == "DEACTIVATED"
    assert runs(call, job) == []


def test_conditional_trigger_follows_a_run_that_a_trigger_started(
    call, on_demand, job, make_job, chain, worker, report
):
    make_job("model")
    chain("then", {"JobName": "model"}, after(job))
    call("StartTrigger", Name=on_demand)
    (first,) = worker.started_runs
    report("run", first, "SUCCEEDED")
    report("run", first, "SUCCEEDED")  # news that comes twice
    (run,) = runs(call, "model")
    assert run["TriggerName"] == "then"
    assert run["PredecessorRuns"] == [{"JobName": job, "RunId": first}]


def test_run_that_a_person_started_makes_no_trigger_fire(
    call, job, make_job, chain, worker, report
):
    make_job("model")
    chain("then", {"JobName": "model"}, after(job))
    call("StartJobRun", JobName=job)
    report("run", next(iter(worker.started_runs)), "SUCCEEDED")
    assert runs(call, "model") == []


def test_trigger_that_is_not_active_does_not_fire(
    call, on_demand, job, make_job, chain, worker, report
):
    make_job("model")
    chain("then", {"JobName": "model"}, after(job), active=False)
    call("StartTrigger", Name=on_demand)
    report("run", next(iter(worker.started_runs)), "SUCCEEDED")
    assert runs(call, "model") == []


def test_and_waits_for_all_runs_of_one_firing(call, make_job, chain, worker, report):
    for name in ("books", "users", "model"):
        make_job(name, ExecutionProperty={"MaxConcurrentRuns": 5})
    actions = [{"JobName": "books"}, {"JobName": "users"}]
    call("CreateTrigger", Name="begin", Type="ON_DEMAND", Actions=actions)
    chain("then", {"JobName": "model"}, after("books"), after("users"))
    call("StartTrigger", Name="begin")
    call("StartTrigger", Name="begin")
    books, users, other_books, other_users = worker.started_runs
    report("run", books, "SUCCEEDED")
    report("run", other_users, "SUCCEEDED")
    assert runs(call, "model") == []  # they descend from two firings
    report("run", users, "SUCCEEDED")
    (run,) = runs(call, "model")
    assert run["PredecessorRuns"] == [
        {"JobName": "books", "RunId": books},
        {"JobName": "users", "RunId": users},
    ]
    report("run", other_books, "SUCCEEDED")
    assert len(runs(call, "model")) == 2


def test_any_fires_for_each(call, make_job, chain, worker, report):
    for name in ("books", "users", "alarm"):
        make_job(name, ExecutionProperty={"MaxConcurrentRuns": 2})
    actions = [{"JobName": "books"}, {"JobName": "users"}]
    call("CreateTrigger", Name="begin", Type="ON_DEMAND", Actions=actions)
    conditions = (after("books", "FAILED"), after("users", "TIMEOUT"))
    chain("then", {"JobName": "alarm"}, *conditions, logical="ANY")
    call("StartTrigger", Name="begin")
    books, users = worker.started_runs
    report("run", books, "FAILED")
    report("run", users, "TIMEOUT")
    assert len(runs(call, "alarm")) == 2


def test_run_that_is_retried_has_not_failed_yet(
    call, on_demand, job, make_job, chain, worker, report
):
    make_job("alarm")
    chain("then", {"JobName": "alarm"}, after(job, "FAILED"))
    call("StartTrigger", Name=on_demand)
    (first,) = worker.started_runs
    report("run", first, "FAILED")  # MaxRetries of the job is 1
    assert runs(call, "alarm") == []
    report("run", f"{first}_attempt_1", "FAILED")
    (run,) = runs(call, "alarm")
    assert run["PredecessorRuns"] == [{"JobName": job, "RunId": f"{first}_attempt_1"}]


def test_jobs_and_crawlers_follow_one_another(call, crawler, job, chain, worker, report):
    call("CreateTrigger", Name="begin", Type="ON_DEMAND", Actions=[{"CrawlerName": crawler}])
    crawled = {"LogicalOperator": "EQUALS", "CrawlerName": crawler, "CrawlState": "SUCCEEDED"}
    chain("load", {"JobName": job}, crawled)
    chain("again", {"CrawlerName": crawler}, after(job))
    call("StartTrigger", Name="begin")
    report("crawl", next(iter(worker.started_crawls)), "COMPLETED")
    (run,) = runs(call, job)
    assert (run["TriggerName"], run["PredecessorRuns"]) == ("load", [])
    report("run", run["Id"], "SUCCEEDED")
    assert len(worker.started_crawls) == 2


def test_start_that_fails_by_itself_is_seen_as_a_failed_run(
    call, on_demand, job, make_job, chain, worker, report
):
    make_job("model")
    make_job("alarm")
    chain("then", {"JobName": "model"}, after(job))
    chain("warn", {"JobName": "alarm"}, after("model", "FAILED"))
    call("StartJobRun", JobName="model")  # MaxConcurrentRuns is 1
    call("StartTrigger", Name=on_demand)
    busy, first = worker.started_runs
    report("run", first, "SUCCEEDED")
    refused = next(run for run in runs(call, "model") if run["Id"] != busy)
    assert (refused["JobRunState"], refused["TriggerName"]) == ("FAILED", "then")
    assert refused["ErrorMessage"].startswith(
        "Trigger then could not start this: ConcurrentRunsExceededException: "
    )
    assert runs(call, "alarm") == []  # it never ran
    assert list(worker.started_runs) == [busy, first]


def test_crawl_that_could_not_be_started_is_in_its_history_alone(
    call, on_demand, job, crawler, chain, worker, report
):
    chain("then", {"CrawlerName": crawler}, after(job))
    call("StartCrawler", Name=crawler)
    call("StartTrigger", Name=on_demand)
    report("run", next(iter(worker.started_runs)), "SUCCEEDED")
    refused, _ = call("ListCrawls", CrawlerName=crawler)["Crawls"]
    assert refused["State"] == "FAILED"
    assert "Trigger then could not start this: CrawlerRunningException" in refused["ErrorMessage"]
    described = call("GetCrawler", Name=crawler)["Crawler"]
    assert described["State"] == "RUNNING"
    assert "LastCrawl" not in described


def test_update_replaces_the_definition(call, on_demand, make_job):
    make_job("other")
    answer = call(
        "UpdateTrigger", Name=on_demand, TriggerUpdate={"Actions": [{"JobName": "other"}]}
    )
    assert answer["Trigger"]["Actions"] == [{"JobName": "other"}]


def test_triggers_are_found_by_the_job_that_they_start(call, on_demand, make_job, job):
    make_job("other")
    call("CreateTrigger", Name="a", Type="ON_DEMAND", Actions=[{"JobName": "other"}])
    assert call("ListTriggers", DependentJobName=job)["TriggerNames"] == [on_demand]
    assert call("ListTriggers", DependentJobName="ghost")["TriggerNames"] == ["a", on_demand]
    (found,) = call("GetTriggers", DependentJobName=job)["Triggers"]
    assert found["Name"] == on_demand
    batch = call("BatchGetTriggers", TriggerNames=["a", "ghost"])
    assert ([t["Name"] for t in batch["Triggers"]], batch["TriggersNotFound"]) == (["a"], ["ghost"])


def test_triggers_have_tags(call, job):
    action = {"JobName": job}
    call("CreateTrigger", Name="t", Type="ON_DEMAND", Actions=[action], Tags={"team": "books"})
    arn = "arn:aws:glue:us-east-1:000000000000:trigger/t"
    assert call("GetTags", ResourceArn=arn) == {"Tags": {"team": "books"}}
    assert call("ListTriggers", Tags={"team": "other"})["TriggerNames"] == []


def test_deleted_trigger_is_gone_and_a_missing_one_no_error(call, on_demand):
    call("DeleteTrigger", Name=on_demand)
    call("DeleteTrigger", Name=on_demand)
    with pytest.raises(EntityNotFoundException, match="Trigger begin not found"):
        read(call, on_demand)


def test_trigger_that_exists(call, on_demand, job):
    with pytest.raises(AlreadyExistsException, match="begin already exists"):
        call("CreateTrigger", Name=on_demand, Type="ON_DEMAND", Actions=[{"JobName": job}])


@pytest.mark.parametrize(
    ("members", "error", "complaint"),
    [
        ({"Type": "EVENT"}, OperationNotSupportedException, "type EVENT"),
        ({"WorkflowName": "w"}, OperationNotSupportedException, "WorkflowName"),
        ({"StartOnCreation": True}, InvalidInputException, "StartOnCreation is not supported"),
        ({"Schedule": DAILY}, InvalidInputException, "ON_DEMAND has no Schedule"),
        ({"Actions": []}, InvalidInputException, "must have Actions"),
        ({"Actions": [{}]}, InvalidInputException, "exactly one of JobName and CrawlerName"),
        ({"Actions": [{"JobName": "ghost"}]}, EntityNotFoundException, "Job ghost not found"),
        (
            {"Actions": [{"JobName": "flatten", "SecurityConfiguration": "s"}]},
            EntityNotFoundException,
            "Security configuration s not found",
        ),
        (
            {"Actions": [{"CrawlerName": "landing"}] * 3},
            InvalidInputException,
            "2 crawlers at most",
        ),
        ({"Type": "SCHEDULED"}, InvalidInputException, "must have a Schedule"),
        ({"Type": "SCHEDULED", "Schedule": "daily"}, InvalidInputException, "'daily' is not valid"),
        ({"Type": "CONDITIONAL"}, InvalidInputException, "must have a Predicate"),
        (
            {"Type": "CONDITIONAL", "Predicate": {"Conditions": [after("a"), after("b")]}},
            InvalidInputException,
            "must have Logical",
        ),
        (
            {"Type": "CONDITIONAL", "Predicate": {"Conditions": [after("a", "RUNNING")]}},
            InvalidInputException,
            "State of the Condition on a must be one of SUCCEEDED, STOPPED, FAILED, TIMEOUT",
        ),
        (
            {"Type": "CONDITIONAL", "Predicate": {"Conditions": [{"State": "SUCCEEDED"}]}},
            InvalidInputException,
            "A Condition must have exactly one",
        ),
    ],
)
def test_senseless_trigger_is_refused(call, job, crawler, members, error, complaint):
    request = {"Name": "x", "Type": "ON_DEMAND", "Actions": [{"JobName": job}], **members}
    with pytest.raises(error, match=complaint):
        call("CreateTrigger", **request)


def test_on_demand_trigger_cannot_be_stopped(call, on_demand):
    with pytest.raises(InvalidInputException, match="never active"):
        call("StopTrigger", Name=on_demand)
