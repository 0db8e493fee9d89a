"""Glue's resources against botocore's own model: moto cannot answer or change all of them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import Stubber

from infrastructure import definitions
from infrastructure.planning import apply
from infrastructure.resource import Refused
from infrastructure.resources import Resources
from tasks.job_arguments import SecretInArguments
from tests.unit.infrastructure.conftest import ADDRESSES, PLACE

Glue = tuple[Any, Stubber]
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


def verbs(resources: Any) -> list[tuple[str, str]]:
    return [(step.verb, step.resource.kind) for step in apply(resources)]


@pytest.fixture
def one_connection(resources: Resources) -> Resources:
    redshift = {"redshift": resources.section("connections")["redshift"]}
    return Resources(PLACE, {"connections": redshift})


def test_a_connection_names_the_secret_and_never_holds_it(
    glue: Glue, one_connection: Resources
) -> None:
    client, stubber = glue
    stubber.add_client_error("get_connection", "EntityNotFoundException")
    stubber.add_response("create_connection", {}, {"ConnectionInput": REDSHIFT_CONNECTION})
    listed = definitions.list_connections(client, one_connection, ADDRESSES)
    assert verbs(listed) == [("make", "connection")]


def test_a_connection_that_leads_elsewhere_is_brought_back(
    glue: Glue, one_connection: Resources
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
    for expected in ([("change", "connection")], []):
        listed = definitions.list_connections(client, one_connection, ADDRESSES)
        assert verbs(listed) == expected


def test_a_connection_names_the_address_that_it_lacks(
    glue: Glue, one_connection: Resources
) -> None:
    known = {name: value for name, value in ADDRESSES.items() if name != "REDSHIFT_PORT"}
    with pytest.raises(Refused, match="lochan-local-redshift needs REDSHIFT_PORT"):
        list(definitions.list_connections(glue[0], one_connection, known))


def test_a_connection_is_deleted_by_its_own_name(glue: Glue, one_connection: Resources) -> None:
    client, stubber = glue
    stubber.add_response("delete_connection", {}, {"ConnectionName": "lochan-local-redshift"})
    [connection] = definitions.list_connections(client, one_connection, ADDRESSES)
    connection.delete()
    stubber.assert_no_pending_responses()


BOOKS_CLASSIFIER = {
    "Name": "lochan-local-books-export",
    "Delimiter": ",",
    "QuoteSymbol": '"',
    "ContainsHeader": "PRESENT",
    "DisableValueTrimming": True,
    "AllowSingleColumn": False,
}


def test_a_classifier_is_made_and_brought_back(glue: Glue, resources: Resources) -> None:
    client, stubber = glue
    other = {"Classifier": {"CsvClassifier": {**BOOKS_CLASSIFIER, "Delimiter": ";"}}}
    stubber.add_client_error("get_classifier", "EntityNotFoundException")
    stubber.add_response("create_classifier", {}, {"CsvClassifier": BOOKS_CLASSIFIER})
    stubber.add_response("get_classifier", other)
    stubber.add_response("update_classifier", {}, {"CsvClassifier": BOOKS_CLASSIFIER})
    for verb in ("make", "change"):
        listed = definitions.list_classifiers(client, resources)
        assert verbs(listed) == [(verb, "classifier")]


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
    glue: Glue, resources: Resources
) -> None:
    client, stubber = glue
    triggers = {"model_books": resources.section("triggers")["model_books"]}
    declared = Resources(PLACE, {**resources.sections, "triggers": triggers})
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
    for verb in ("make", "change"):
        assert verbs(definitions.list_triggers(client, declared)) == [(verb, "trigger")]


def test_a_crawler_is_as_declared_where_glue_answers_its_roles_name(
    glue: Glue, resources: Resources
) -> None:
    client, stubber = glue
    crawlers = {"books": resources.section("crawlers")["books_export"]}
    declared = Resources(PLACE, {**resources.sections, "crawlers": crawlers})
    [crawler] = definitions.list_crawlers(client, declared)
    answered = {"Name": crawler.name, **crawler.definition, "Role": "lochan-local-glue-crawler"}
    stubber.add_response("get_crawler", {"Crawler": answered})
    assert verbs([crawler]) == []
    stubber.add_response("get_crawler", {"Crawler": {**answered, "Role": "somebody-elses"}})
    stubber.add_response("update_crawler", {})
    assert verbs([crawler]) == [("change", "crawler")]


@pytest.mark.parametrize(
    ("policy", "steps"),
    [("CombineCompatibleSchemas", []), ("Other", [("change", "crawler")])],
)
def test_a_crawlers_configuration_is_compared_by_its_meaning(
    glue: Glue, resources: Resources, policy: str, steps: list[tuple[str, str]]
) -> None:
    client, stubber = glue
    crawlers = {"books_export": resources.section("crawlers")["books_export"]}
    listed = list(
        definitions.list_crawlers(
            client, Resources(PLACE, {**resources.sections, "crawlers": crawlers})
        )
    )
    # As Terraform writes it: no spaces, 1 for 1.0.
    written = f'{{"Grouping":{{"TableGroupingPolicy":"{policy}"}},"Version":1}}'
    found = {**listed[0].definition, "Configuration": written}
    stubber.add_response("get_crawler", {"Crawler": found})
    if steps:
        stubber.add_response("update_crawler", {})
    assert verbs(listed) == steps


def test_a_job_with_a_password_in_its_arguments_is_refused(
    glue: Glue, resources: Resources
) -> None:
    job = {**resources.section("jobs")["process_tweets"], "arguments": {"--password": "hunter2"}}
    declared = Resources(PLACE, {**resources.sections, "jobs": {"process_tweets": job}})
    with pytest.raises(SecretInArguments, match="process-tweets may not get the argument --passwo"):
        list(definitions.list_jobs(glue[0], declared, "packages/spark.zip"))


@pytest.mark.parametrize(
    ("key", "behavior", "update", "delete"),
    [
        ("books_export", "CRAWL_EVERYTHING", "UPDATE_IN_DATABASE", "DEPRECATE_IN_DATABASE"),
        # https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html
        ("landing_x_api", "CRAWL_NEW_FOLDERS_ONLY", "LOG", "LOG"),
    ],
)
def test_a_crawler_of_new_folders_alone_changes_no_table(
    glue: Glue, resources: Resources, key: str, behavior: str, update: str, delete: str
) -> None:
    name = resources.name("crawlers", key)
    [crawler] = [one for one in definitions.list_crawlers(glue[0], resources) if one.name == name]
    defined = crawler.definition
    assert defined["RecrawlPolicy"] == {"RecrawlBehavior": behavior}
    assert defined["SchemaChangePolicy"] == {"UpdateBehavior": update, "DeleteBehavior": delete}
