"""Glue: databases, crawlers and jobs, made once and kept as declared."""

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
    return {
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
