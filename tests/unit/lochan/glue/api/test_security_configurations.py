"""https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-security.html (2026-11-21)"""

import pytest

from lochan.glue.api import crawls, job_runs
from lochan.glue.api.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
    ValidationException,
)
from lochan.glue.api.worker_events import WorkerEvent

KEY = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"
WHOLE = {
    "S3Encryption": [{"S3EncryptionMode": "SSE-KMS", "KmsKeyArn": KEY}],
    "CloudWatchEncryption": {"CloudWatchEncryptionMode": "SSE-KMS", "KmsKeyArn": KEY},
    "JobBookmarksEncryption": {"JobBookmarksEncryptionMode": "CSE-KMS", "KmsKeyArn": KEY},
}
COMMAND = {"Name": "glueetl", "ScriptLocation": "s3://assets/job.py"}
TARGETS = {"S3Targets": [{"Path": "s3://bucket/landing/"}]}
ROLE = "arn:aws:iam::000000000000:role/service-role/reader"


@pytest.fixture
def create(call):
    def make(name="safe", **encryption):
        return call(
            "CreateSecurityConfiguration", Name=name, EncryptionConfiguration=encryption or WHOLE
        )

    return make


def test_configuration_is_kept_as_given(call, create, state):
    assert create() == {"Name": "safe", "CreatedTimestamp": state.now()}
    found = call("GetSecurityConfiguration", Name="safe")["SecurityConfiguration"]
    assert found == {
        "Name": "safe",
        "CreatedTimeStamp": state.now(),
        "EncryptionConfiguration": WHOLE,
    }


def test_name_that_is_taken(create):
    create()
    with pytest.raises(AlreadyExistsException, match="safe already exists"):
        create()


def test_configurations_are_listed_by_name_in_pages(call, create):
    for name in ("c", "a", "b"):
        create(name)
    first = call("GetSecurityConfigurations", MaxResults=2)
    rest = call("GetSecurityConfigurations", NextToken=first["NextToken"])
    names = [each["Name"] for page in (first, rest) for each in page["SecurityConfigurations"]]
    assert names == ["a", "b", "c"]
    assert "NextToken" not in rest


@pytest.mark.parametrize("operation", ["Get", "Delete"])
def test_missing_configuration(call, operation):
    with pytest.raises(EntityNotFoundException, match="Security configuration ghost not found"):
        call(f"{operation}SecurityConfiguration", Name="ghost")


def test_deleted_configuration_is_gone(call, create, state):
    create()
    call("DeleteSecurityConfiguration", Name="safe")
    assert state.security_configurations == {}


@pytest.mark.parametrize(
    ("encryption", "error", "complaint"),
    [
        (
            {"S3Encryption": [{"S3EncryptionMode": "SSE-S3"}] * 2},
            InvalidInputException,
            "a list of one entry, and this one has 2",
        ),
        (
            {"CloudWatchEncryption": {"CloudWatchEncryptionMode": "SSE-KMS"}},
            InvalidInputException,
            "CloudWatchEncryption with the mode SSE-KMS must have KmsKeyArn",
        ),
        (
            {"JobBookmarksEncryption": {"JobBookmarksEncryptionMode": "CSE-KMS", "KmsKeyArn": ""}},
            InvalidInputException,
            "JobBookmarksEncryption with the mode CSE-KMS must have KmsKeyArn",
        ),
        (
            {"JobBookmarksEncryption": {"JobBookmarksEncryptionMode": "SSE-KMS"}},
            ValidationException,
            r"enum value set: \[DISABLED, CSE-KMS\]",
        ),
        (
            {"S3Encryption": [{"S3EncryptionMode": "SSE-KMS", "KmsKeyArn": "alias/lochan"}]},
            ValidationException,
            "regular expression pattern",
        ),
    ],
)
def test_senseless_configuration_is_refused(create, encryption, error, complaint):
    with pytest.raises(error, match=complaint):
        create(**encryption)


@pytest.fixture
def make_job(call):
    def make(**members):
        call("CreateJob", **{"Name": "j", "Role": ROLE, "Command": COMMAND, **members})
        return "j"

    return make


@pytest.fixture
def make_crawler(call):
    def make(**members):
        call("CreateCrawler", Name="c", Role=ROLE, Targets=TARGETS, **members)
        return "c"

    return make


def run_of(call, job, **members):
    run_id = call("StartJobRun", JobName=job, **members)["JobRunId"]
    return run_id, call("GetJobRun", JobName=job, RunId=run_id)["JobRun"]


# https://docs.aws.amazon.com/glue/latest/dg/reduced-start-times-spark-etl-jobs.html:
# /aws-glue/jobs/<security configuration>-role/<Role Name>/output
def test_run_takes_the_configuration_of_its_job(call, create, make_job, worker):
    create()
    run_id, run = run_of(call, make_job(SecurityConfiguration="safe"))
    assert run["SecurityConfiguration"] == "safe"
    assert run["LogGroupName"] == "/aws-glue/jobs/safe-role/reader"
    told = worker.started_runs[run_id]
    assert told["security_configuration"] == "safe"
    assert told["s3_encryption"] == {"algorithm": "aws:kms", "key": KEY}
    assert (told["log_group"], told["log_key"]) == ("/aws-glue/jobs/safe-role/reader", KEY)


def test_run_may_name_another_configuration(call, create, make_job, worker):
    create()
    create("s3", S3Encryption=[{"S3EncryptionMode": "SSE-S3"}])
    run_id, run = run_of(call, make_job(SecurityConfiguration="safe"), SecurityConfiguration="s3")
    assert (run["SecurityConfiguration"], run["LogGroupName"]) == ("s3", "/aws-glue/jobs")
    told = worker.started_runs[run_id]
    assert told["s3_encryption"] == {"algorithm": "AES256", "key": ""}
    assert told["log_key"] is None


@pytest.mark.parametrize("encryption", [{}, {"S3Encryption": [{"S3EncryptionMode": "DISABLED"}]}])
def test_what_is_disabled_is_left_to_the_bucket(call, create, make_job, worker, encryption):
    call("CreateSecurityConfiguration", Name="safe", EncryptionConfiguration=encryption)
    run_id, _ = run_of(call, make_job(SecurityConfiguration="safe"))
    assert worker.started_runs[run_id]["s3_encryption"] is None


def test_logs_of_a_python_shell_job_have_their_own_family(call, create, make_job):
    create()
    _, run = run_of(
        call, make_job(SecurityConfiguration="safe", Command={**COMMAND, "Name": "pythonshell"})
    )
    assert run["LogGroupName"] == "/aws-glue/python-jobs/safe-role/reader"


def test_job_cannot_name_what_is_not_there(call, make_job):
    with pytest.raises(InvalidInputException, match="Security configuration ghost not found"):
        make_job(SecurityConfiguration="ghost")
    make_job()
    update = {"Role": ROLE, "Command": COMMAND, "SecurityConfiguration": "ghost"}
    with pytest.raises(InvalidInputException, match="Security configuration ghost not found"):
        call("UpdateJob", JobName="j", JobUpdate=update)
    with pytest.raises(EntityNotFoundException, match="Security configuration ghost not found"):
        call("StartJobRun", JobName="j", SecurityConfiguration="ghost")


def test_run_does_not_begin_when_its_configuration_was_deleted(call, create, make_job, state):
    create()
    make_job(SecurityConfiguration="safe")
    call("DeleteSecurityConfiguration", Name="safe")
    with pytest.raises(EntityNotFoundException, match="Security configuration safe not found"):
        call("StartJobRun", JobName="j")
    assert state.runs == {}


def test_retry_encrypts_as_its_first_attempt_did(call, create, make_job, state, worker):
    create()
    run_id, _ = run_of(call, make_job(SecurityConfiguration="safe", MaxRetries=1))
    call("DeleteSecurityConfiguration", Name="safe")
    job_runs.apply(state, WorkerEvent("run", run_id, "FAILED"))
    told = worker.started_runs[f"{run_id}_attempt_1"]
    assert told["s3_encryption"] == {"algorithm": "aws:kms", "key": KEY}
    assert told["log_group"] == "/aws-glue/jobs/safe-role/reader"


def test_trigger_starts_its_job_with_a_configuration(call, create, make_job, state):
    create()
    action = {"JobName": make_job(), "SecurityConfiguration": "safe"}
    call("CreateTrigger", Name="t", Type="ON_DEMAND", Actions=[action])
    call("StartTrigger", Name="t")
    (run,) = state.runs.values()
    assert run.log_group == "/aws-glue/jobs/safe-role/reader"


def test_trigger_records_a_run_whose_configuration_is_gone(call, create, make_job, state):
    create()
    make_job(SecurityConfiguration="safe")
    call("CreateTrigger", Name="t", Type="ON_DEMAND", Actions=[{"JobName": "j"}])
    call("DeleteSecurityConfiguration", Name="safe")
    with pytest.raises(EntityNotFoundException, match="safe not found"):
        call("StartTrigger", Name="t")


def test_crawl_logs_to_the_group_of_its_role_and_configuration(
    call, create, make_crawler, state, worker
):
    create()
    call("StartCrawler", Name=make_crawler(CrawlerSecurityConfiguration="safe"))
    ((crawl_id, told),) = worker.started_crawls.items()
    group = "/aws-glue/crawlers-role/service-role/reader-safe"
    assert (told["log_group"], told["log_key"]) == (group, KEY)
    crawls.apply(state, WorkerEvent("crawl", crawl_id, "COMPLETED"))
    described = call("GetCrawler", Name="c")["Crawler"]
    assert described["LastCrawl"]["LogGroup"] == group
    assert described["CrawlerSecurityConfiguration"] == "safe"
    assert call("ListCrawls", CrawlerName="c")["Crawls"][0]["LogGroup"] == group


# As AWS words it: https://github.com/hashicorp/terraform-provider-aws/issues/50018
def test_crawler_cannot_name_what_is_not_there(call, make_crawler):
    complaint = "Error trying to retrieve security config, error message: .* ghost not found"
    with pytest.raises(InvalidInputException, match=complaint):
        make_crawler(CrawlerSecurityConfiguration="ghost")
    make_crawler()
    with pytest.raises(InvalidInputException, match=complaint):
        call("UpdateCrawler", Name="c", CrawlerSecurityConfiguration="ghost")


def test_empty_name_takes_the_configuration_from_a_crawler(call, create, make_crawler, worker):
    create()
    make_crawler(CrawlerSecurityConfiguration="safe")
    call("UpdateCrawler", Name="c", CrawlerSecurityConfiguration="")
    call("StartCrawler", Name="c")
    (told,) = worker.started_crawls.values()
    assert (told["log_group"], told["log_key"]) == ("/aws-glue/crawlers", None)


def test_crawl_does_not_begin_when_its_configuration_was_deleted(call, create, make_crawler, state):
    create()
    make_crawler(CrawlerSecurityConfiguration="safe")
    call("DeleteSecurityConfiguration", Name="safe")
    with pytest.raises(EntityNotFoundException, match="Security configuration safe not found"):
        call("StartCrawler", Name="c")
    assert state.crawls == {}
