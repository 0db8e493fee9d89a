"""prefect.yaml, read more strictly than Prefect does, which drops a key that it does not know."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from prefect import Flow
from prefect.client.schemas.schedules import CronSchedule
from prefect.flows import load_flow_from_entrypoint
from pydantic import BaseModel, ConfigDict, ValidationError

from infrastructure.orchestration import blocks
from tasks.settings import MissingSettings, read_settings

ROOT = Path(__file__).resolve().parents[3]
# The variables that `make deploy` sets: its own, the stack's and those that provisioning exports.
KNOWN_VARIABLES = {
    "LOCHAN_ROOT",
    "LOCHAN_ENVIRONMENT",
    "AWS_DEFAULT_REGION",
    "LANDING_BUCKET",
    "PROCESSED_BUCKET",
    "TEMP_BUCKET",
    "ACADEMY_BUCKET",
    "GLUE_CRAWLER_ROLE_ARN",
    "REDSHIFT_HOST",
    "REDSHIFT_PORT",
    "REDSHIFT_DATABASE",
    "REDSHIFT_SECRET_ARN",
    "REDSHIFT_COPY_ROLE_ARN",
    "RDS_HOST",
    "RDS_PORT",
    "RDS_DATABASE",
    "RDS_SECRET_ARN",
    "X_API_URL",
    "X_API_SECRET_ARN",
}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WorkPool(Strict):
    name: Literal["lochan"]
    work_queue_name: str
    job_variables: dict[str, Any] = {}


class Concurrency(Strict):
    limit: int
    collision_strategy: Literal["ENQUEUE", "CANCEL_NEW"]
    grace_period_seconds: int | None = None


class Schedule(Strict):
    slug: str
    cron: str
    timezone: str
    active: bool = True
    parameters: dict[str, Any] = {}


class Trigger(Strict):
    name: str
    match: dict[str, str]
    match_related: dict[str, str]
    expect: list[str]
    parameters: dict[str, Any] = {}


class Deployment(Strict):
    name: str
    description: str
    entrypoint: str
    tags: list[str]
    parameters: dict[str, Any]
    work_pool: WorkPool
    concurrency_limit: Concurrency
    schedules: list[Schedule] = []
    triggers: list[Trigger] = []


class PrefectYaml(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    name: Literal["lochan"]
    build: None
    push: None
    pull: list[dict[str, dict[str, str]]]
    definitions: dict[str, Any]
    deployments: list[Deployment]


def parse(text: str) -> PrefectYaml:
    content = yaml.safe_load(text)
    assert content.pop("prefect-version") == "3.8.8"
    return PrefectYaml.model_validate(content)


TEXT = (ROOT / "prefect.yaml").read_text()
DEPLOYMENTS = {deployment.name: deployment for deployment in parse(TEXT).deployments}


def load(deployment: Deployment) -> Flow[..., Any]:
    return load_flow_from_entrypoint(str(ROOT / deployment.entrypoint))


def deploy(name: str) -> Deployment:
    """A deployment with a value for each variable, as deploying puts one in."""
    text = re.sub(r"\{\{ \$(\w+) \}\}", "a-value", DEPLOYMENTS[name].model_dump_json())
    return Deployment.model_validate_json(text)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("concurrency_limit:", "concurency_limit:"),
        ("cron:", "chron:"),
        ("collision_strategy: ENQUEUE", "collision_strategy: WAIT"),
        ("match_related:", "match_relatd:"),
    ],
)
def test_a_slip_of_the_pen_is_rejected(right: str, wrong: str) -> None:
    assert right in TEXT
    with pytest.raises(ValidationError):
        parse(TEXT.replace(right, wrong))


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_file_function_and_deployment_share_a_name(name: str) -> None:
    assert DEPLOYMENTS[name].entrypoint == f"flows/{name}.py:{name}"


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_entrypoint_loads_and_parameters_validate(name: str) -> None:
    deployment, flow = deploy(name), load(DEPLOYMENTS[name])
    assert flow.name == name
    flow.validate_parameters(deployment.parameters)
    for extra in [*deployment.schedules, *deployment.triggers]:
        flow.validate_parameters({**deployment.parameters, **extra.parameters})


def test_every_flow_has_a_deployment() -> None:
    files = {path.stem for path in (ROOT / "flows").glob("*.py")} - {"__init__"}
    assert set(DEPLOYMENTS) == files


def test_every_variable_is_one_that_deploying_sets() -> None:
    assert set(re.findall(r"\{\{ \$(\w+) \}\}", TEXT)) <= KNOWN_VARIABLES


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_runs_get_every_value_that_settings_read(name: str) -> None:
    with pytest.raises(MissingSettings) as nothing:
        read_settings({})
    given = dict(DEPLOYMENTS[name].work_pool.job_variables["env"])
    block = given.pop("PREFECT_DEFAULT_RESULT_STORAGE_BLOCK")
    assert block == f"s3-bucket/{blocks.RESULTS}"
    assert set(given) == set(nothing.value.names)
    assert all(value == f"{{{{ ${key} }}}}" for key, value in given.items())


def test_triggers_wait_for_another_deployment_of_this_file() -> None:
    for deployment in DEPLOYMENTS.values():
        for trigger in deployment.triggers:
            waited_for = trigger.match_related["prefect.resource.name"]
            assert trigger.match_related["prefect.resource.role"] == "deployment"
            assert waited_for in DEPLOYMENTS
            assert waited_for != deployment.name
            assert trigger.expect == ["prefect.flow-run.Completed"]


def test_only_the_first_stage_is_scheduled() -> None:
    scheduled = {name for name, deployment in DEPLOYMENTS.items() if deployment.schedules}
    assert scheduled == {
        "clean_books",
        "collect_tweets",
        "monitor_platform",
        "repartition_by_event_time",
        "sync_missing_partitions",
    }
    for name in scheduled:
        for schedule in DEPLOYMENTS[name].schedules:
            CronSchedule(cron=schedule.cron, timezone=schedule.timezone)
