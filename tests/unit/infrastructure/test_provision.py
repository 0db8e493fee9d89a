from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from infrastructure import catalog, storage
from infrastructure.changes import Refused
from infrastructure.provision import apply, export
from infrastructure.resources import Place, Resources, resolve_resources

PLACE = Place("local", "123456789012", "us-east-1")
VALUES = {
    "redshift": {"username": "lochan_loader", "password": "p"},
    "rds": {"username": "rds", "password": "p"},
    "x_api": {"token": "t"},
}
ADDRESSES = {
    "REDSHIFT_HOST": "warehouse.example",
    "REDSHIFT_PORT": "5439",
    "REDSHIFT_DATABASE": "dev",
    "RDS_HOST": "books.example",
    "RDS_PORT": "5432",
    "RDS_DATABASE": "rds",
}


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        made: dict[str, Any] = {}
        yield lambda name: made.setdefault(name, boto3.client(name, region_name="us-east-1"))


@pytest.fixture(autouse=True)
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "spark" / "jobs").mkdir(parents=True)
    for spec in resolve_resources(PLACE).section("jobs").values():
        (tmp_path / spec["script"]).write_text("print(1)\n")
    monkeypatch.setattr(storage, "ROOT", tmp_path)
    return tmp_path / "spark" / "jobs" / "process_tweets.py"


def declared() -> Resources:
    """What is declared but for connections and classifiers: moto cannot answer or change them."""
    sections = resolve_resources(PLACE).sections
    crawlers = {
        key: {name: value for name, value in spec.items() if name != "classifiers"}
        for key, spec in sections["crawlers"].items()
    }
    without = {"connections": {}, "classifiers": {}, "crawlers": crawlers}
    return Resources(PLACE, {**sections, **without})


def names(changes: Any) -> list[tuple[str, str]]:
    return [(change.verb, change.kind) for change in changes]


def test_apply_makes_everything_once(clients: Any) -> None:
    resources = declared()
    first = names(apply(clients, resources, VALUES, ADDRESSES))
    assert first.count(("made", "bucket")) == len(resources.section("buckets"))
    assert first.count(("made", "role")) == 5
    assert first.count(("made", "secret")) == 3
    assert first.count(("made", "database")) == len(resources.section("databases"))
    assert first.count(("made", "crawler")) == len(resources.section("crawlers"))
    assert first.count(("made", "job")) == len(resources.section("jobs"))
    # The scripts and the package.
    assert first.count(("uploaded", "object")) == len(resources.section("jobs")) + 1
    assert first.count(("made", "trigger")) == len(resources.section("triggers"))
    assert first[-1] == ("made", "trigger")
    assert names(apply(clients, resources, VALUES, ADDRESSES)) == []


def test_the_package_has_the_rules_beside_the_modules(clients: Any, code: Path) -> None:
    rules = code.parents[1] / "rules" / "academy"
    rules.mkdir(parents=True)
    (rules / "users.dqdl").write_text('Rules = [ IsComplete "user_id" ]\n')
    (rules / "notes.txt").write_text("not needed\n")
    list(apply(clients, declared(), VALUES, ADDRESSES))
    bucket = declared().name("buckets", "assets")
    body = clients("s3").get_object(Bucket=bucket, Key=storage.package_key())["Body"].read()
    names = zipfile.ZipFile(io.BytesIO(body)).namelist()
    assert "spark/rules/academy/users.dqdl" in names
    assert not any(name.endswith(".txt") for name in names)


def test_a_bucket_of_a_persons_own_is_a_value() -> None:
    given = resolve_resources(PLACE, values={"ACADEMY_BUCKET": "our-tweets"})
    assert declared().name("buckets", "academy") == "tara-academy-data"
    assert given.name("buckets", "academy") == "our-tweets"
    reads = given.section("roles")["glue-job"]["statements"][0]["Resource"]
    assert "arn:aws:s3:::our-tweets/*" in reads


def test_apply_uploads_changed_code_and_points_the_job_at_it(clients: Any, code: Path) -> None:
    resources = declared()
    list(apply(clients, resources, VALUES, ADDRESSES))
    before = clients("glue").get_job(JobName="lochan-local-process-tweets")["Job"]
    code.write_text("print(2)\n")
    # moto has no UpdateJob (facts of moto 5.2.5), so the jobs are made anew here.
    for job in resources.section("jobs").values():
        clients("glue").delete_job(JobName=job["name"])
    assert names(apply(clients, resources, VALUES, ADDRESSES)) == [
        ("uploaded", "object"),
        ("uploaded", "object"),
        *[("made", "job")] * len(resources.section("jobs")),
    ]
    after = clients("glue").get_job(JobName="lochan-local-process-tweets")["Job"]
    packages = [job["DefaultArguments"]["--extra-py-files"] for job in (before, after)]
    assert packages[0] != packages[1]


def test_apply_sets_a_secret_whose_value_changed(clients: Any) -> None:
    resources = declared()
    list(apply(clients, resources, VALUES, ADDRESSES))
    changed = {**VALUES, "x_api": {"token": "other"}}
    assert names(apply(clients, resources, changed, ADDRESSES)) == [("set", "secret")]
    stored = clients("secretsmanager").get_secret_value(SecretId="lochan/local/x_api")
    assert json.loads(stored["SecretString"]) == {"token": "other"}


def test_apply_refuses_a_missing_secret_without_a_value(clients: Any) -> None:
    with pytest.raises(Refused, match="The secret lochan/local/redshift does not exist"):
        list(apply(clients, declared(), {}, ADDRESSES))


def test_export_names_what_flows_read(clients: Any) -> None:
    resources = declared()
    list(apply(clients, resources, VALUES, ADDRESSES))
    values = export(clients, resources)
    assert values["LANDING_BUCKET"] == "lochan-local-123456789012-us-east-1-landing"
    assert values["GLUE_JOB_ROLE_ARN"] == "arn:aws:iam::123456789012:role/lochan-local-glue-job"
    assert values["REDSHIFT_SECRET_ARN"].startswith(
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:lochan/local/redshift"
    )
    assert set(values) == {
        "LOCHAN_ENVIRONMENT",
        "LANDING_BUCKET",
        "PROCESSED_BUCKET",
        "ACADEMY_BUCKET",
        "ASSETS_BUCKET",
        "TEMP_BUCKET",
        "GLUE_JOB_ROLE_ARN",
        "GLUE_CRAWLER_ROLE_ARN",
        "REDSHIFT_COPY_ROLE_ARN",
        "REDSHIFT_UNLOAD_ROLE_ARN",
        "REDSHIFT_SECRET_ARN",
        "RDS_SECRET_ARN",
        "X_API_SECRET_ARN",
    }


def test_export_refuses_what_is_not_provisioned(clients: Any) -> None:
    with pytest.raises(Refused, match="run `provision apply` first"):
        export(clients, declared())


def test_buckets_are_closed_to_the_public(clients: Any) -> None:
    list(apply(clients, declared(), VALUES, ADDRESSES))
    block = clients("s3").get_public_access_block(
        Bucket="lochan-local-123456789012-us-east-1-temp"
    )["PublicAccessBlockConfiguration"]
    assert block == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }


REDSHIFT_CONNECTION = {
    "Name": "lochan-local-redshift",
    "Description": "The warehouse",
    "ConnectionType": "JDBC",
    "ConnectionProperties": {
        "JDBC_CONNECTION_URL": "jdbc:redshift://warehouse.example:5439/dev",
        "JDBC_ENFORCE_SSL": "true",
        "SECRET_ID": "lochan/local/redshift",
    },
}


@pytest.fixture
def glue() -> Iterator[tuple[Any, Stubber]]:
    client = boto3.client(
        "glue", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
    )
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def one_connection() -> Resources:
    resources = resolve_resources(PLACE)
    redshift = {"redshift": resources.section("connections")["redshift"]}
    return Resources(PLACE, {"connections": redshift})


def test_a_connection_names_the_secret_and_never_holds_it(
    glue: tuple[Any, Stubber], one_connection: Resources
) -> None:
    client, stubber = glue
    stubber.add_client_error("get_connection", "EntityNotFoundException")
    stubber.add_response("create_connection", {}, {"ConnectionInput": REDSHIFT_CONNECTION})
    changes = names(catalog.ensure_connections(client, one_connection, ADDRESSES))
    assert changes == [("made", "connection")]


def test_a_connection_that_leads_elsewhere_is_brought_back(
    glue: tuple[Any, Stubber], one_connection: Resources
) -> None:
    client, stubber = glue
    elsewhere = {"JDBC_CONNECTION_URL": "jdbc:redshift://elsewhere:5439/dev"}
    stubber.add_response(
        "get_connection",
        {"Connection": {**REDSHIFT_CONNECTION, "ConnectionProperties": elsewhere}},
    )
    stubber.add_response(
        "update_connection",
        {},
        {"Name": "lochan-local-redshift", "ConnectionInput": REDSHIFT_CONNECTION},
    )
    stubber.add_response("get_connection", {"Connection": REDSHIFT_CONNECTION})
    changes = names(catalog.ensure_connections(client, one_connection, ADDRESSES))
    assert changes == [("changed", "connection")]
    assert names(catalog.ensure_connections(client, one_connection, ADDRESSES)) == []


def test_a_connection_names_the_address_that_it_lacks(
    glue: tuple[Any, Stubber], one_connection: Resources
) -> None:
    known = {name: value for name, value in ADDRESSES.items() if name != "REDSHIFT_PORT"}
    with pytest.raises(Refused, match="lochan-local-redshift needs REDSHIFT_PORT"):
        list(catalog.ensure_connections(glue[0], one_connection, known))


BOOKS_CLASSIFIER = {
    "Name": "lochan-local-books-export",
    "Delimiter": ",",
    "QuoteSymbol": '"',
    "ContainsHeader": "PRESENT",
}


def test_a_classifier_is_made_and_brought_back(glue: tuple[Any, Stubber]) -> None:
    client, stubber = glue
    classifiers = resolve_resources(PLACE).section("classifiers")
    declared = Resources(PLACE, {"classifiers": {"books_export": classifiers["books_export"]}})
    other = {"Classifier": {"CsvClassifier": {**BOOKS_CLASSIFIER, "Delimiter": ";"}}}
    stubber.add_client_error("get_classifier", "EntityNotFoundException")
    stubber.add_response("create_classifier", {}, {"CsvClassifier": BOOKS_CLASSIFIER})
    stubber.add_response("get_classifier", other)
    stubber.add_response("update_classifier", {}, {"CsvClassifier": BOOKS_CLASSIFIER})
    assert names(catalog.ensure_classifiers(client, declared)) == [("made", "classifier")]
    assert names(catalog.ensure_classifiers(client, declared)) == [("changed", "classifier")]


MODEL_BOOKS = {
    "Description": "Models the books when their export was crawled",
    "Predicate": {
        "Logical": "ANY",
        "Conditions": [
            {
                "LogicalOperator": "EQUALS",
                "CrawlerName": "lochan-local-books-export",
                "CrawlState": "SUCCEEDED",
            }
        ],
    },
    "Actions": [{"JobName": "lochan-local-model-books"}],
}


def test_a_conditional_trigger_is_active_from_the_start_and_activated_again(
    glue: tuple[Any, Stubber],
) -> None:
    client, stubber = glue
    sections = resolve_resources(PLACE).sections
    triggers = {"model_books": sections["triggers"]["model_books"]}
    declared = Resources(PLACE, {**sections, "triggers": triggers})
    name = "lochan-local-model-books"
    stubber.add_client_error("get_trigger", "EntityNotFoundException")
    stubber.add_response(
        "create_trigger",
        {"Name": name},
        {"Name": name, "Type": "CONDITIONAL", "StartOnCreation": True, **MODEL_BOOKS},
    )
    found = {"Name": name, "Type": "CONDITIONAL", "State": "DEACTIVATED", **MODEL_BOOKS}
    stubber.add_response("get_trigger", {"Trigger": {**found, "Actions": []}})
    stubber.add_response("update_trigger", {}, {"Name": name, "TriggerUpdate": MODEL_BOOKS})
    stubber.add_response("start_trigger", {"Name": name}, {"Name": name})
    assert names(catalog.ensure_triggers(client, declared)) == [("made", "trigger")]
    assert names(catalog.ensure_triggers(client, declared)) == [
        ("changed", "trigger"),
        ("activated", "trigger"),
    ]
