"""The whole of Terraform against the local stack, and beside it the Python that makes a part of it.

Two accounts of one stack: names hold the account, so that both begin empty and nothing is shared.
Terraform is applied once, for it takes a minute whatever it makes, and then changed.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from lochan.stack.home import Home
from lochan.stack.pytest_plugin import TestStack
from lochan.stack.records import read_stack
from tests.contract.terraform.conftest import ROOT, Finished, Terraform, clean_environment, prepare
from tests.contract.terraform.inventory import INVENTORIES, WHOLE, take_inventory

pytestmark = pytest.mark.stack

ENVIRONMENT = "twin"
REGION = "us-east-1"
STATE_BUCKET = "terraform-state-of-the-tests"
SECRETS = {
    "redshift": {"username": "loader", "password": "of the warehouse"},
    "rds": {"username": "reader", "password": "of the books"},
    "x_api": {"token": "of the X API"},
}
ADDRESSES = {
    "REDSHIFT_HOST": "localhost",
    "REDSHIFT_DATABASE": "dev",
    "RDS_HOST": "books.internal",
    "RDS_PORT": "5432",
    "RDS_DATABASE": "books",
}
# What Terraform makes beside what is declared, of the kinds that are compared.
BESIDE = {
    "keys": {"alias/lochan-twin-alarms"},
    "roles": {"lochan-twin-flow-logs", "lochan-twin-worker-execution"},
    "secrets": {"redshift!lochan-twin-lochan_admin"},
    "log_groups": {
        "/aws/events/lochan-twin-successes",
        "/ecs/lochan-twin-worker",
        "/vpc/lochan-twin",
    },
}
# And of other kinds.
WHOLE_NAMES = {
    "vpcs": {"10.20.0.0/16"},
    "addresses": {"lochan-twin-nat-us-east-1a"},
    "workgroups": {"lochan-twin AVAILABLE"},
    "namespaces": {"lochan-twin"},
    "clusters": set(),
    "subnet_groups": set(),
    "workers": {"lochan-twin-worker"},
    "task_definitions": {"lochan-twin-worker"},
    "alarms": {"lochan-twin-process-tweets-stale", "lochan-twin-warehouse-disk"},
    "dashboards": {"lochan-twin"},
    "rules": {
        "lochan-twin-crawler-failed",
        "lochan-twin-job-failed",
        "lochan-twin-process-tweets-succeeded",
    },
    "topics": {"lochan-twin-alarms"},
    "budgets": {"lochan-twin-month"},
}
DECLARED = json.loads((ROOT / "infrastructure" / "resources.json").read_text())


@dataclass(frozen=True)
class Account:
    """An account of the stack, which LocalStack tells from the access key's id."""

    id: str
    stack: TestStack

    @property
    def endpoint(self) -> str:
        """Where the stack's AWS is."""
        return self.stack.environment["AWS_ENDPOINT_URL"]

    @property
    def redshift_port(self) -> int:
        """Where the stack's Redshift listens, or would if it were started."""
        record = read_stack(Home(self.stack.home))
        assert record
        return record.ports.redshift

    @property
    def values(self) -> dict[str, str]:
        """What a shell has that works in this account."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.id,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str) -> Any:
        """Return a client of this account."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=self.id,
            aws_secret_access_key="test",
        )

    def provision(self, secrets: Path, *command: str) -> Finished:
        """Run the Python twin in this account."""
        done = subprocess.run(
            [sys.executable, "-m", "infrastructure.provision", *command]
            + (["--secret-values", str(secrets)] if command[0] != "export" else []),
            cwd=ROOT,
            env={
                **clean_environment(),
                **self.values,
                **ADDRESSES,
                "REDSHIFT_PORT": str(self.redshift_port),
                "LOCHAN_ENVIRONMENT": ENVIRONMENT,
                "ACADEMY_BUCKET": f"academy-{self.id}",
                "PYTHONPATH": str(ROOT),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        return Finished(done.returncode, done.stdout)


@dataclass(frozen=True)
class Twin:
    """An environment that Terraform made, and the same made by Python, each in its account."""

    terraform: Terraform
    by_terraform: Account
    by_python: Account
    secrets: Path

    def plan(self, *options: str) -> Finished:
        """Plan again: 0 where nothing is to be done, 2 where something is."""
        return self.terraform.run("plan", "-input=false", "-detailed-exitcode", *VALUES, *options)

    def apply(self, *options: str) -> None:
        """Apply, which has to succeed."""
        # Most of it is waiting, for which two processors do.
        quickly = ("-parallelism=30", "-auto-approve", "-input=false")
        done = self.terraform.run("apply", *quickly, *VALUES, *options)
        assert done.code == 0, done.output


VALUES = ("-var-file=environments/whole.tfvars", "-var-file=twin.tfvars.json")


@pytest.fixture(scope="module")
def twin(lochan_stack: TestStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """Both environments, made from nothing; Terraform's state lies in the stack's S3."""
    by_terraform = Account("111111111111", lochan_stack)
    by_python = Account("222222222222", lochan_stack)
    folder = tmp_path_factory.mktemp("twin")
    secrets = folder / "secrets.json"
    secrets.write_text(json.dumps(SECRETS))
    make_state_bucket(by_terraform)
    terraform = prepare(
        folder,
        "-reconfigure",
        "-backend-config=environments/local.s3.tfbackend",
        f"-backend-config=bucket={STATE_BUCKET}",
        **by_terraform.values,
    )
    write_values(terraform.folder / "twin.tfvars.json", by_terraform)
    made = Twin(terraform, by_terraform, by_python, secrets)
    with ThreadPoolExecutor() as beside:
        applied = beside.submit(made.apply)
        provisioned = by_python.provision(secrets, "apply", "--yes")
        assert provisioned.code == 0, provisioned.output
        applied.result()
    yield made


def write_values(path: Path, account: Account) -> None:
    """Write what this stack's environment has beside environments/whole.tfvars."""
    values = {
        "environment": ENVIRONMENT,
        "account_id": account.id,
        "academy_bucket": f"academy-{account.id}",
        "redshift_port": account.redshift_port,
        "rds_address": {"host": "books.internal", "port": 5432, "database": "books"},
        "secret_values": SECRETS,
        "secret_versions": dict.fromkeys(SECRETS, 1),
    }
    path.write_text(json.dumps(values))


def make_state_bucket(account: Account) -> None:
    """Make the bucket of the state, in an account where nobody counts buckets."""
    elsewhere = replace(account, id="333333333333")
    elsewhere.client("s3").create_bucket(Bucket=STATE_BUCKET)


def inventories(twin: Twin, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what there is of one kind in Terraform's account and in Python's."""
    return (
        take_inventory(twin.by_terraform.client, kind),
        take_inventory(twin.by_python.client, kind),
    )


def test_a_second_plan_is_empty(twin: Twin) -> None:
    done = twin.plan()
    assert done.code == 0, done.output


def test_the_exports_are_those_of_python(twin: Twin) -> None:
    exported = twin.by_python.provision(twin.secrets, "export")
    assert exported.code == 0, exported.output
    theirs = read_exports(exported.output)
    ours = read_exports(str(twin.terraform.outputs()["exports"]))
    for name in theirs.keys() - {name for name in theirs if name.endswith("_SECRET_ARN")}:
        assert ours[name] == theirs[name].replace("222222222222", "111111111111"), name
    # AWS ends a secret's ARN with six letters of its own.
    secrets = {name for name in theirs if name.endswith("_SECRET_ARN")}
    assert secrets == {"REDSHIFT_SECRET_ARN", "RDS_SECRET_ARN", "X_API_SECRET_ARN"}
    for name in secrets:
        assert ours[name].startswith(
            "arn:aws:secretsmanager:us-east-1:111111111111:secret:lochan/twin/"
        )


def test_no_secret_is_in_the_state(twin: Twin) -> None:
    state = twin.terraform.run("state", "pull").output
    assert "lochan/twin/redshift" in state
    assert not [
        field for secret in SECRETS.values() for field in secret.values() if f'"{field}"' in state
    ]
    assert "of the warehouse" not in state


@pytest.mark.parametrize("kind", INVENTORIES)
def test_both_make_the_same(twin: Twin, kind: str) -> None:
    by_terraform, by_python = inventories(twin, kind)
    assert by_python, f"there are no {kind}"
    assert by_terraform.keys() == by_python.keys() | BESIDE.get(kind, set())
    for name in by_python:
        # Without a network there is none to connect through.
        if kind == "connections":
            assert by_terraform[name].pop("PhysicalConnectionRequirements")["SubnetId"]
        assert by_terraform[name] == by_python[name], name


@pytest.mark.parametrize("kind", sorted(INVENTORIES.keys() - {"objects"}))
def test_everything_that_is_declared_is_there(twin: Twin, kind: str) -> None:
    by_terraform, by_python = inventories(twin, kind)
    assert len(by_python) == len(DECLARED[kind])
    assert len(by_terraform) == len(DECLARED[kind]) + len(BESIDE.get(kind, set()))


@pytest.mark.parametrize("kind", WHOLE)
def test_everything_beside_is_there(twin: Twin, kind: str) -> None:
    assert WHOLE[kind](twin.by_terraform.client) == WHOLE_NAMES[kind]


def test_python_finds_nothing_to_do_where_terraform_was(twin: Twin) -> None:
    done = twin.by_terraform.provision(twin.secrets, "plan")
    assert done.code == 0, done.output
    assert "Everything is as declared." in done.output


def test_a_difference_is_seen_by_all_three(twin: Twin) -> None:
    account = twin.by_terraform
    job = "lochan-twin-model-books"
    found = account.client("glue").get_job(JobName=job)["Job"]
    update = {name: found[name] for name in ("Role", "Command", "DefaultArguments", "GlueVersion")}
    account.client("glue").update_job(JobName=job, JobUpdate={**update, "Timeout": 7})
    bucket = f"lochan-twin-{account.id}-us-east-1-assets"
    account.client("s3").delete_bucket_policy(Bucket=bucket)
    for kind in ("jobs", "buckets"):
        by_terraform, by_python = inventories(twin, kind)
        assert by_terraform != by_python, kind
    # The plan before was empty everywhere; reading again where nothing changed takes seconds.
    planned = twin.plan("-target=module.catalog", "-target=module.lake")
    assert planned.code == 2, planned.output
    assert set(re.findall(r"# (\S+) (?:will|must) be (\w+)", planned.output)) == {
        ('module.catalog.aws_glue_job.this["model_books"]', "updated"),
        ('module.lake.aws_s3_bucket_policy.this["assets"]', "created"),
    }
    theirs = account.provision(twin.secrets, "plan")
    assert job in theirs.output
    assert bucket in theirs.output


def test_a_lock_keeps_a_second_writer_out(twin: Twin) -> None:
    s3 = replace(twin.by_terraform, id="333333333333").client("s3")
    lock = {"ID": "11111111-2222-3333-4444-555555555555", "Operation": "OperationTypeApply"}
    key = "lochan/local.tfstate.tflock"
    s3.put_object(Bucket=STATE_BUCKET, Key=key, Body=json.dumps({**lock, "Who": "somebody else"}))
    refused = twin.plan()
    s3.delete_object(Bucket=STATE_BUCKET, Key=key)
    assert refused.code == 1
    assert "somebody else" in refused.output


def test_another_account_is_refused(twin: Twin) -> None:
    done = twin.terraform.run(
        "plan",
        "-input=false",
        *VALUES,
        AWS_ACCESS_KEY_ID=twin.by_python.id,
        TF_CLI_ARGS_plan="-lock=false",
    )
    assert done.code == 1
    assert "AWS account ID not allowed: 222222222222" in done.output


AS_CLUSTER = "-var=warehouse=cluster"


def test_the_warehouse_can_become_a_cluster(twin: Twin) -> None:
    twin.apply(AS_CLUSTER)
    clients = twin.by_terraform.client
    assert WHOLE["clusters"](clients) == {"lochan-twin available"}
    assert WHOLE["workgroups"](clients) == WHOLE["namespaces"](clients) == set()
    again = twin.plan(AS_CLUSTER, "-target=module.redshift_cluster", "-target=module.alarms")
    assert again.code == 0, again.output


def test_destroy_leaves_nothing(twin: Twin) -> None:
    options = ("-parallelism=30", "-refresh=false", "-input=false", "-auto-approve")
    done = twin.terraform.run("destroy", *options, *VALUES, AS_CLUSTER)
    assert done.code == 0, done.output
    left = {kind: take_inventory(twin.by_terraform.client, kind) for kind in INVENTORIES}
    beside = {kind: names(twin.by_terraform.client) for kind, names in WHOLE.items()}
    assert not [kind for kind, found in beside.items() if found], beside
    assert left.pop("keys").keys() == set()
    assert not [kind for kind, found in left.items() if found], left


def read_exports(text: str) -> dict[str, str]:
    """Read `export NAME=value` lines."""
    return dict(word.split("=", 1) for word in shlex.split(text) if word != "export")
