"""How LocalStack starts, where it listens, what it proves of itself, and that it stays inside."""

import psutil
import pytest
from botocore.exceptions import ClientError


def listening_addresses(process):
    found = psutil.Process(process.pid).net_connections()
    return {connection.laddr.ip for connection in found if connection.status == "LISTEN"}


def test_only_the_loopback_address_listens(localstack):
    assert listening_addresses(localstack.process) == {"127.0.0.1"}


@pytest.mark.skipif(not hasattr(psutil.Process, "rlimit"), reason="psutil reads limits on Linux")
def test_open_files_are_limited_by_the_system_only(localstack):
    soft, hard = psutil.Process(localstack.process.pid).rlimit(psutil.RLIMIT_NOFILE)
    assert soft == hard


def test_health_tells_what_works(localstack, wait_until_ready):
    health = wait_until_ready(localstack)
    assert health["status"] == "ready"
    assert health["faults"] == {}
    assert "glue" in health["services"]
    assert "redshift-serverless" in health["services_on_demand"]
    assert health["glue"]["known"] > 263  # what LocalStack's own botocore knows
    assert health["glue"]["emulated"] >= 51


def test_home_without_index_starts_too(other_localstack, wait_until_ready):
    assert wait_until_ready(other_localstack)["status"] == "ready"


def test_two_stacks_share_nothing(localstack, other_localstack, make_client):
    ours, theirs = (make_client("s3", stack.endpoint) for stack in (localstack, other_localstack))
    body = b"x" * 600_000  # more than what is kept in memory
    for client in (ours, theirs):
        client.create_bucket(Bucket="shared-name")
    ours.put_object(Bucket="shared-name", Key="ours", Body=body)
    assert "Contents" not in theirs.list_objects_v2(Bucket="shared-name")
    theirs.delete_bucket(Bucket="shared-name")
    ours.put_object(Bucket="shared-name", Key="another", Body=body)
    assert ours.get_object(Bucket="shared-name", Key="ours")["Body"].read() == body
    assert (localstack.home / "objects" / "shared-name").is_dir()


def test_taken_port_ends_the_start_with_its_reason(localstack, launch_localstack, tmp_path):
    second = launch_localstack(tmp_path / "second", port=localstack.port)
    assert second.process.wait(60) != 0
    assert "Address already in use" in second.log.read_text()


def test_missing_models_end_the_start_with_their_name(launch_localstack, tmp_path):
    broken = launch_localstack(tmp_path / "home", LOCHAN_SERVICE_MODELS=str(tmp_path / "none"))
    assert broken.process.wait(60) != 0
    assert "none has no service model of glue" in broken.log.read_text()


def test_another_s3_than_ours_is_a_fault(launch_localstack, read_health, tmp_path):
    other = launch_localstack(tmp_path / "home", PROVIDER_OVERRIDE_S3="default")
    status, health = read_health(other)
    assert (status, health["status"]) == (503, "unhealthy")
    assert "PROVIDER_OVERRIDE_S3=lochan" in health["faults"]["s3"]


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("sts", "get_caller_identity"),
        ("iam", "list_roles"),
        ("secretsmanager", "list_secrets"),
        ("logs", "describe_log_groups"),
    ],
)
def test_localstacks_own_services_answer(localstack, make_client, service, operation):
    client = make_client(service, localstack.endpoint)
    answer = getattr(client, operation)()
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_nothing_asks_the_outside(localstack, other_localstack, make_client, outside_world):
    # What LocalStack lacks is where it would ask its makers what a newer release has.
    with pytest.raises(ClientError):
        make_client("sqs", localstack.endpoint).list_queues()
    with pytest.raises(ClientError):
        make_client("logs", localstack.endpoint).list_anomalies()
    assert outside_world.attempts == []
    for instance in (localstack, other_localstack):
        for connection in psutil.Process(instance.process.pid).net_connections("inet"):
            assert connection.laddr.ip in ("127.0.0.1", "::1", "0.0.0.0"), connection
            assert not connection.raddr or connection.raddr.ip in ("127.0.0.1", "::1"), connection
