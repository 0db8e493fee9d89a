"""Glue: databases, connections, classifiers, crawlers, jobs, triggers; kept as declared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from infrastructure.changes import Change, Refused
from infrastructure.resources import Resources
from infrastructure.storage import package_key, script_key

# Always stated: an unspecified GlueVersion means 6.0 (docs/decisions/0002-versions.md).
GLUE_VERSION = "5.1"


def ensure_databases(glue: Any, resources: Resources) -> Iterator[Change]:
    """Make the catalog databases that are missing."""
    for spec in resources.section("databases").values():
        wanted = {"Name": spec["name"], "Description": spec["description"]}
        try:
            glue.get_database(Name=spec["name"])
        except glue.exceptions.EntityNotFoundException:
            glue.create_database(DatabaseInput=wanted)
            yield Change("made", "database", spec["name"])


def ensure_connections(
    glue: Any, resources: Resources, values: Mapping[str, str]
) -> Iterator[Change]:
    """Make the connections to databases; `values` hold the hosts, ports and databases.

    A connection names the secret with the login, it never holds the login itself.
    https://docs.aws.amazon.com/glue/latest/dg/connection-properties.html
    Raises Refused naming the first value that is missing.
    """
    for spec in resources.section("connections").values():
        wanted = _connection_definition(spec, values)
        try:
            found = glue.get_connection(Name=spec["name"])["Connection"]
        except glue.exceptions.EntityNotFoundException:
            glue.create_connection(ConnectionInput=wanted)
            yield Change("made", "connection", spec["name"])
            continue
        if _differs(wanted, found):
            glue.update_connection(Name=spec["name"], ConnectionInput=wanted)
            yield Change("changed", "connection", spec["name"])


def ensure_classifiers(glue: Any, resources: Resources) -> Iterator[Change]:
    """Make the classifiers of CSV files that crawlers name.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-classifiers.html
    """
    for spec in resources.section("classifiers").values():
        wanted = {
            "Name": spec["name"],
            "Delimiter": spec["delimiter"],
            "QuoteSymbol": spec["quote"],
            "ContainsHeader": spec["header"],
        }
        try:
            found = glue.get_classifier(Name=spec["name"])["Classifier"].get("CsvClassifier")
        except glue.exceptions.EntityNotFoundException:
            glue.create_classifier(CsvClassifier=wanted)
            yield Change("made", "classifier", spec["name"])
            continue
        if _differs(wanted, found):
            glue.update_classifier(CsvClassifier=wanted)
            yield Change("changed", "classifier", spec["name"])


def ensure_crawlers(glue: Any, resources: Resources) -> Iterator[Change]:
    """Make the crawlers and bring those that differ back to their declaration."""
    for spec in resources.section("crawlers").values():
        wanted = _crawler_definition(spec, resources)
        try:
            found = glue.get_crawler(Name=spec["name"])["Crawler"]
        except glue.exceptions.EntityNotFoundException:
            glue.create_crawler(Name=spec["name"], **wanted)
            yield Change("made", "crawler", spec["name"])
            continue
        if _differs(wanted, found):
            glue.update_crawler(Name=spec["name"], **wanted)
            yield Change("changed", "crawler", spec["name"])


def ensure_jobs(glue: Any, resources: Resources) -> Iterator[Change]:
    """Make the jobs and bring those that differ back to their declaration."""
    for spec in resources.section("jobs").values():
        wanted = _job_definition(spec, resources)
        try:
            found = glue.get_job(JobName=spec["name"])["Job"]
        except glue.exceptions.EntityNotFoundException:
            glue.create_job(Name=spec["name"], **wanted)
            yield Change("made", "job", spec["name"])
            continue
        if _differs(wanted, found):
            glue.update_job(JobName=spec["name"], JobUpdate=wanted)
            yield Change("changed", "job", spec["name"])


def ensure_triggers(glue: Any, resources: Resources) -> Iterator[Change]:
    """Make the triggers; conditional ones are active as soon as they are there.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-trigger.html
    """
    for spec in resources.section("triggers").values():
        name, wanted = spec["name"], _trigger_definition(spec, resources)
        is_conditional = spec["type"] == "CONDITIONAL"
        try:
            found = glue.get_trigger(Name=name)["Trigger"]
        except glue.exceptions.EntityNotFoundException:
            activation = {"StartOnCreation": True} if is_conditional else {}
            glue.create_trigger(Name=name, Type=spec["type"], **wanted, **activation)
            yield Change("made", "trigger", name)
            continue
        if _differs(wanted, found):
            glue.update_trigger(Name=name, TriggerUpdate=wanted)
            yield Change("changed", "trigger", name)
        if is_conditional and found["State"] == "DEACTIVATED":
            glue.start_trigger(Name=name)
            yield Change("activated", "trigger", name)


def _connection_definition(spec: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    try:
        where = "{}:{}/{}".format(*(values[name] for name in spec["address"]))
    except KeyError as missing:
        raise Refused(
            f"The connection {spec['name']} needs {missing.args[0]} in the environment: the "
            "host, port and database that it leads to."
        ) from None
    return {
        "Name": spec["name"],
        "Description": spec["description"],
        "ConnectionType": "JDBC",
        "ConnectionProperties": {
            "JDBC_CONNECTION_URL": f"jdbc:{spec['vendor']}://{where}",
            "JDBC_ENFORCE_SSL": "true",
            "SECRET_ID": spec["secret"],
        },
    }


def _crawler_definition(spec: Mapping[str, Any], resources: Resources) -> dict[str, Any]:
    classifiers = [resources.name("classifiers", key) for key in spec.get("classifiers", [])]
    return {
        **({"Classifiers": classifiers} if classifiers else {}),
        "Role": resources.role_arn(spec["role"]),
        "DatabaseName": resources.name("databases", spec["database"]),
        "Description": spec["description"],
        "TablePrefix": spec["table_prefix"],
        "Configuration": json.dumps(spec["configuration"]),
        "Targets": {
            "S3Targets": [
                {"Path": path, "Exclusions": spec["exclusions"]} for path in spec["paths"]
            ]
        },
        "SchemaChangePolicy": {
            "UpdateBehavior": "UPDATE_IN_DATABASE",
            "DeleteBehavior": "DEPRECATE_IN_DATABASE",
        },
    }


def _trigger_definition(spec: Mapping[str, Any], resources: Resources) -> dict[str, Any]:
    definition: dict[str, Any] = {"Description": spec["description"]}
    if "after_crawler" in spec:
        condition = {
            "LogicalOperator": "EQUALS",
            "CrawlerName": resources.name("crawlers", spec["after_crawler"]),
            "CrawlState": "SUCCEEDED",
        }
        definition["Predicate"] = {"Logical": "ANY", "Conditions": [condition]}
    if "crawler" in spec:
        definition["Actions"] = [{"CrawlerName": resources.name("crawlers", spec["crawler"])}]
    else:
        definition["Actions"] = [{"JobName": resources.name("jobs", spec["job"])}]
    return definition


def _job_definition(spec: Mapping[str, Any], resources: Resources) -> dict[str, Any]:
    assets = resources.name("buckets", "assets")
    return {
        "Role": resources.role_arn(spec["role"]),
        "Description": spec["description"],
        "GlueVersion": GLUE_VERSION,
        "WorkerType": spec["worker_type"],
        "NumberOfWorkers": spec["number_of_workers"],
        "Timeout": spec["timeout_minutes"],
        "MaxRetries": 0,
        "ExecutionProperty": {"MaxConcurrentRuns": spec["max_concurrent_runs"]},
        "Command": {
            "Name": "glueetl",
            "ScriptLocation": f"s3://{assets}/{script_key(spec['script'])}",
            "PythonVersion": "3",
        },
        "DefaultArguments": {
            "--extra-py-files": f"s3://{assets}/{package_key()}",
            "--job-bookmark-option": "job-bookmark-disable",
            "--job-language": "python",
            "--TempDir": f"s3://{resources.name('buckets', 'temp')}/glue/",
            **spec.get("arguments", {}),
        },
    }


def _differs(wanted: Any, found: Any) -> bool:
    """Tell whether anything that is wanted is otherwise; what AWS adds by itself does not count."""
    if isinstance(wanted, dict):
        return not isinstance(found, dict) or any(
            _differs(value, found.get(key)) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            not isinstance(found, list)
            or len(wanted) != len(found)
            or any(map(_differs, wanted, found))
        )
    # GetCrawler answers the role's name where its ARN was given.
    return bool(wanted != found and str(wanted).rpartition("/")[2] != found)
