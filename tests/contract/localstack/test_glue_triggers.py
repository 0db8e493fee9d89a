"""Triggers through boto3, with the worker's side played by the test."""

import time

import pytest

DEADLINE_SECONDS = 120
COMMAND = {"Name": "glueetl", "ScriptLocation": "s3://assets/flatten.py"}


@pytest.fixture
def jobs(lochan_glue):
    for name in ("extract", "load"):
        lochan_glue.create_job(Name=name, Role="r", Command=COMMAND, GlueVersion="5.1")
    return "extract", "load"


def wait_for_runs(glue, job):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (runs := glue.get_job_runs(JobName=job)["JobRuns"]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return runs


def test_chain_of_jobs(lochan_glue, worker, jobs):
    lochan_glue.create_trigger(
        Name="begin",
        Type="ON_DEMAND",
        Actions=[{"JobName": "extract", "Arguments": {"--day": "2026-11-20"}}],
    )
    conditions = [{"LogicalOperator": "EQUALS", "JobName": "extract", "State": "SUCCEEDED"}]
    lochan_glue.create_trigger(
        Name="then",
        Type="CONDITIONAL",
        Actions=[{"JobName": "load", "Timeout": 5}],
        Predicate={"Conditions": conditions},
        StartOnCreation=True,
    )
    assert lochan_glue.get_trigger(Name="then")["Trigger"]["State"] == "ACTIVATED"
    lochan_glue.start_trigger(Name="begin")
    (first,) = wait_for_runs(lochan_glue, "extract")
    order = worker.wait_for_order("/runs", run_id=first["Id"])
    assert order["arguments"] == {"--day": "2026-11-20"}
    worker.report("run", first["Id"], "SUCCEEDED")
    (second,) = wait_for_runs(lochan_glue, "load")
    assert second["TriggerName"] == "then"
    assert second["PredecessorRuns"] == [{"JobName": "extract", "RunId": first["Id"]}]
    worker.report("run", second["Id"], "SUCCEEDED")
    names = lochan_glue.get_paginator("get_triggers").paginate(DependentJobName="load")
    assert [trigger["Name"] for page in names for trigger in page["Triggers"]] == ["then"]


def test_scheduled_trigger_is_checked_and_kept(lochan_glue, jobs):
    action = [{"JobName": "extract"}]
    with pytest.raises(lochan_glue.exceptions.InvalidInputException, match="exactly one of Day"):
        lochan_glue.create_trigger(
            Name="nightly", Type="SCHEDULED", Schedule="cron(0 3 * * * *)", Actions=action
        )
    lochan_glue.create_trigger(
        Name="nightly", Type="SCHEDULED", Schedule="cron(0 3 * * ? *)", Actions=action
    )
    lochan_glue.start_trigger(Name="nightly")
    assert lochan_glue.get_trigger(Name="nightly")["Trigger"]["State"] == "ACTIVATED"
    lochan_glue.delete_trigger(Name="nightly")
