"""Glue's definitions as its API takes them, from the declarations in resources.json."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from infrastructure.catalog import (
    CONNECTION,
    CRAWLER,
    JOB,
    Classifier,
    Database,
    GlueResource,
    Trigger,
)
from infrastructure.code import script_key
from infrastructure.resource import Refused
from infrastructure.resources import Resources
from tasks.job_arguments import refuse_secrets

# Always stated: an unspecified GlueVersion means 6.0 (docs/decisions/0002-versions.md).
GLUE_VERSION = "5.1"


def list_databases(glue: Any, resources: Resources) -> Iterator[Database]:
    """List the catalog's databases."""
    for spec in resources.section("databases").values():
        yield Database(glue, spec["name"], spec["description"], spec.get("shared", False))


def list_connections(
    glue: Any, resources: Resources, values: Mapping[str, str]
) -> Iterator[GlueResource]:
    """List the connections to databases; `values` hold the hosts, ports and databases.

    A connection names the secret with the login, it never holds the login itself.
    https://docs.aws.amazon.com/glue/latest/dg/connection-properties.html
    Raises Refused naming the first value that is missing.
    """
    for spec in resources.section("connections").values():
        definition = _define_connection(spec, values)
        yield GlueResource(glue, spec["name"], definition, CONNECTION)


def list_classifiers(glue: Any, resources: Resources) -> Iterator[Classifier]:
    """List the classifiers of CSV files that crawlers name.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-classifiers.html
    """
    for spec in resources.section("classifiers").values():
        definition = {
            "Delimiter": spec["delimiter"],
            "QuoteSymbol": spec["quote"],
            "ContainsHeader": spec["header"],
            # AWS's defaults, said aloud as Terraform's provider says them.
            "DisableValueTrimming": True,
            "AllowSingleColumn": False,
        }
        yield Classifier(glue, spec["name"], definition)


def list_crawlers(glue: Any, resources: Resources) -> Iterator[GlueResource]:
    """List the crawlers."""
    for spec in resources.section("crawlers").values():
        yield GlueResource(glue, spec["name"], _define_crawler(spec, resources), CRAWLER)


def list_jobs(glue: Any, resources: Resources, package: str) -> Iterator[GlueResource]:
    """List the jobs; `package` is the key of the zipped spark/ package."""
    for spec in resources.section("jobs").values():
        yield GlueResource(glue, spec["name"], _define_job(spec, resources, package), JOB)


def list_triggers(glue: Any, resources: Resources) -> Iterator[Trigger]:
    """List the triggers."""
    for spec in resources.section("triggers").values():
        yield Trigger(glue, spec["name"], spec["type"], _define_trigger(spec, resources))


def _define_connection(spec: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    try:
        where = "{}:{}/{}".format(*(values[name] for name in spec["address"]))
    except KeyError as missing:
        raise Refused(
            f"The connection {spec['name']} needs {missing.args[0]} in the environment: the "
            "host, port and database that it leads to."
        ) from None
    return {
        "Description": spec["description"],
        "ConnectionType": "JDBC",
        "ConnectionProperties": {
            "JDBC_CONNECTION_URL": f"jdbc:{spec['vendor']}://{where}",
            "JDBC_ENFORCE_SSL": "true",
            "SECRET_ID": spec["secret"],
        },
    }


def _define_crawler(spec: Mapping[str, Any], resources: Resources) -> dict[str, Any]:
    classifiers = [resources.name("classifiers", key) for key in spec.get("classifiers", [])]
    return {
        **({"Classifiers": classifiers} if classifiers else {}),
        "Role": resources.role_arn(spec["role"]),
        "CrawlerSecurityConfiguration": _name_security(spec, resources),
        "DatabaseName": resources.name("databases", spec["database"]),
        "Description": spec["description"],
        "TablePrefix": spec["table_prefix"],
        "Configuration": json.dumps(spec["configuration"]),
        "Targets": {
            "S3Targets": [
                {"Path": path, "Exclusions": spec["exclusions"]} for path in spec["paths"]
            ]
        },
        **_define_recrawl(spec.get("recrawl", "CRAWL_EVERYTHING")),
    }


def _name_security(spec: Mapping[str, Any], resources: Resources) -> str:
    return resources.name("security_configurations", spec["security_configuration"])


def _define_recrawl(behavior: str) -> dict[str, Any]:
    """Say what a crawl reads again; one of new folders alone may change no table.

    https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html
    """
    changes = ("UPDATE_IN_DATABASE", "DEPRECATE_IN_DATABASE")
    update, delete = changes if behavior == "CRAWL_EVERYTHING" else ("LOG", "LOG")
    return {
        "RecrawlPolicy": {"RecrawlBehavior": behavior},
        "SchemaChangePolicy": {"UpdateBehavior": update, "DeleteBehavior": delete},
    }


def _define_trigger(spec: Mapping[str, Any], resources: Resources) -> dict[str, Any]:
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


def _define_job(spec: Mapping[str, Any], resources: Resources, package: str) -> dict[str, Any]:
    assets = resources.name("buckets", "assets")
    arguments = {
        "--extra-py-files": f"s3://{assets}/{package}",
        "--job-bookmark-option": "job-bookmark-disable",
        "--job-language": "python",
        "--TempDir": f"s3://{resources.name('buckets', 'temp')}/glue/",
        **spec.get("arguments", {}),
    }
    refuse_secrets(f"The job {spec['name']}", arguments)
    return {
        "Role": resources.role_arn(spec["role"]),
        "SecurityConfiguration": _name_security(spec, resources),
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
        "DefaultArguments": arguments,
    }
