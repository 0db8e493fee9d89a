from types import SimpleNamespace
from typing import Any

from lochan.plugin.request_record import note_request, read_requests


def context(service: str, operation: str, request: dict[str, Any], internal: bool = False) -> Any:
    return SimpleNamespace(
        operation=SimpleNamespace(name=operation),
        is_internal_call=internal,
        service=SimpleNamespace(service_name=service),
        request=SimpleNamespace(headers={"User-Agent": "Boto3/1 app/flow"}),
        service_request=request,
    )


def note(*given: Any, **named: Any) -> list[dict[str, Any]]:
    before = max((each["number"] for each in read_requests(0)), default=0)
    note_request(None, context(*given, **named), SimpleNamespace(status_code=200))
    return [dict(each) for each in read_requests(before)]


def test_a_request_is_known_by_what_it_names_and_not_by_what_it_holds() -> None:
    [noted] = note("s3", "PutObject", {"Bucket": "b", "Key": "k", "Body": b"canary"})
    assert noted.pop("number") > 0
    assert noted == {
        "service": "s3",
        "operation": "PutObject",
        "status": 200,
        "user_agent": "Boto3/1 app/flow",
        "names": {"Bucket": "b", "Key": "k"},
    }
    [noted] = note("secretsmanager", "PutSecretValue", {"SecretId": "s", "SecretString": "canary"})
    assert noted["names"] == {"SecretId": "s"}


def test_every_key_that_goes_at_once_is_named() -> None:
    deleted = {"Objects": [{"Key": "a"}, {"Key": "b"}]}
    [noted] = note("s3", "DeleteObjects", {"Bucket": "b", "Delete": deleted})
    assert noted["names"] == {"Bucket": "b", "Keys": ["a", "b"]}


def test_what_a_definition_names_is_noted() -> None:
    [noted] = note("glue", "CreateTable", {"DatabaseName": "d", "TableInput": {"Name": "t"}})
    assert noted["names"] == {"DatabaseName": "d", "TableInput": "t"}
    [noted] = note("glue", "UpdateJob", {"JobName": "j", "JobUpdate": {"Role": "arn:r"}})
    assert noted["names"] == {"JobName": "j", "Role": "arn:r"}


def test_what_localstack_asks_itself_is_not_noted() -> None:
    assert note("kms", "DescribeKey", {"KeyId": "k"}, internal=True) == []
