import pytest

from lochan.glue.worker.run_requests import CrawlRequest, InvalidRequest, LogGroups, RunRequest
from lochan.glue.worker.s3_encryption import S3Encryption

BODY = {
    "run_id": "jr_" + "a" * 64,
    "job_name": "tweets",
    "command": {"Name": "glueetl", "ScriptLocation": "s3://assets/job.py", "PythonVersion": "3"},
    "arguments": {"--day": "2026-11-20"},
    "glue_version": "5.1",
    "timeout_minutes": 480,
    "worker_type": "G.2X",
    "number_of_workers": 5,
    "attempt": 1,
    "log_group": "/aws-glue/jobs",
}


def test_a_retry_has_its_attempt_in_its_id():
    run_id = "jr_" + "a" * 64 + "_attempt_1"
    assert RunRequest.from_json({**BODY, "run_id": run_id}).run_id == run_id


def test_body_is_read():
    request = RunRequest.from_json(BODY)
    assert request.script == "s3://assets/job.py"
    assert request.timeout_seconds == 28_800
    assert request.attempt == 1
    assert (request.security_configuration, request.s3_encryption) == (None, None)
    assert request.logs == LogGroups("/aws-glue/jobs", None)


def test_encryption_is_read():
    asked = {
        "security_configuration": "safe",
        "s3_encryption": {"algorithm": "aws:kms", "key": "arn:aws:kms:::key/k"},
        "log_key": "arn:aws:kms:::key/l",
    }
    request = RunRequest.from_json({**BODY, **asked})
    assert request.security_configuration == "safe"
    assert request.s3_encryption == S3Encryption("aws:kms", "arn:aws:kms:::key/k")
    assert request.logs == LogGroups("/aws-glue/jobs", "arn:aws:kms:::key/l")


@pytest.mark.parametrize(
    ("changes", "units"),
    [
        # https://docs.aws.amazon.com/glue/latest/dg/worker-types.html: DPU of each type
        ({}, 10.0),
        ({"worker_type": "G.1X"}, 5.0),
        ({"worker_type": "G.4X"}, 20.0),
        ({"worker_type": "G.8X", "number_of_workers": 2}, 16.0),
        ({"worker_type": "G.025X", "number_of_workers": 2}, 0.5),
        ({"worker_type": "Standard"}, 5.0),
        ({"worker_type": None, "number_of_workers": None}, 2.0),
        ({"command": {"Name": "pythonshell", "ScriptLocation": "s3://a/b"}}, 0.0625),
    ],
)
def test_units_are_those_of_the_workers(changes, units):
    assert RunRequest.from_json({**BODY, **changes}).units == units


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"run_id": "jr_1"}, "run_id must be jr_ and 64 hexadecimal digits"),
        ({"run_id": "../../etc"}, "run_id must be jr_"),
        ({"job_name": ""}, "job_name must be a string that is not empty"),
        ({"command": None}, "command must be a JSON object"),
        ({"command": {"Name": "glueetl"}}, "ScriptLocation must be a string"),
        ({"timeout_minutes": 0}, "timeout_minutes must be a number above 0"),
        ({"timeout_minutes": True}, "timeout_minutes must be a number above 0"),
        ({"arguments": ["--a"]}, "arguments must be a JSON object"),
        ({"log_group": ""}, "log_group must be a string"),
        ({"s3_encryption": "aws:kms"}, "s3_encryption must be a JSON object"),
    ],
)
def test_wrong_field_is_named(changes, message):
    with pytest.raises(InvalidRequest, match=message):
        RunRequest.from_json({**BODY, **changes})


def test_crawl_needs_an_id_and_a_named_crawler():
    body = {"crawl_id": "c", "crawler": {"Name": "n"}, "log_group": "/g", "log_key": "arn"}
    request = CrawlRequest.from_json(body)
    assert (request.crawl_id, request.logs) == ("c", LogGroups("/g", "arn"))
    with pytest.raises(InvalidRequest, match="Name must be a string"):
        CrawlRequest.from_json({**body, "crawler": {}})
