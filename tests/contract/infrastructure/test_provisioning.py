"""plan, apply, drift, destroy against the local stack, and the deployer's policy against them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import boto3
import pytest

from infrastructure.policies import build_policy
from infrastructure.resources import Place, resolve_resources
from lochan.stack.pytest_plugin import TestStack
from tests.contract.infrastructure.evaluation import is_allowed
from tests.contract.infrastructure.needs import find_needs

pytestmark = pytest.mark.stack

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT, ACCOUNT, REGION = "contract", "000000000000", "us-east-1"
LANDING = f"lochan-{ENVIRONMENT}-{ACCOUNT}-{REGION}-landing"

Provision = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def provision(lochan_stack: TestStack) -> Provision:
    values = {
        **os.environ,
        **lochan_stack.environment,
        "LOCHAN_ENVIRONMENT": ENVIRONMENT,
        "ACADEMY_BUCKET": "academy-of-the-contract",
        "AWS_SDK_UA_APP_ID": "deployer",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'localstack'}",
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "infrastructure.provision", *arguments]
        return subprocess.run(command, cwd=ROOT, env=values, capture_output=True, text=True)

    return run


@pytest.fixture(scope="module")
def secrets(lochan_stack: TestStack) -> str:
    return str(lochan_stack.home / "credentials.json")


def client(stack: TestStack, service: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=stack.environment["AWS_ENDPOINT_URL"],
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def test_from_nothing_to_everything_and_back(
    lochan_stack: TestStack, provision: Provision, secrets: str
) -> None:
    planned = provision("plan", "--secret-values", secrets)
    assert "make     bucket     " + LANDING in planned.stdout, planned.stderr
    assert provision("export").returncode == 1

    made = provision("apply", "--yes", "--secret-values", secrets)
    assert made.returncode == 0, made.stderr
    again = provision("apply", "--yes", "--secret-values", secrets)
    assert (again.stdout, again.stderr) == ("Everything is as declared.\n", "")
    assert provision("plan").stdout == "Everything is as declared.\n"

    s3, glue = client(lochan_stack, "s3"), client(lochan_stack, "glue")
    s3.put_bucket_versioning(Bucket=LANDING, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_public_access_block(Bucket=LANDING)
    glue.delete_trigger(Name="lochan-contract-model-books")
    drifted = provision("plan").stdout
    assert f"change   bucket     {LANDING}" in drifted
    assert "    versioning: Suspended -> Enabled" in drifted
    assert "make     trigger    lochan-contract-model-books" in drifted
    mended = provision("apply", "--yes").stdout
    assert mended.endswith("2 changes\n")

    # The bucket's default encrypts what says nothing of encryption.
    s3.put_object(Bucket=LANDING, Key="x_api/dt=1/page.json", Body=b"{}")
    stored = s3.head_object(Bucket=LANDING, Key="x_api/dt=1/page.json")
    key = client(lochan_stack, "kms").describe_key(KeyId="alias/lochan-contract")
    assert (stored["ServerSideEncryption"], stored["SSEKMSKeyId"], stored["BucketKeyEnabled"]) == (
        "aws:kms",
        key["KeyMetadata"]["Arn"],
        True,
    )

    kept = provision("destroy", "--yes")
    assert kept.returncode == 1
    assert f"Nothing was deleted, for data would be lost: bucket {LANDING} (objects)" in kept.stderr
    gone = provision("destroy", "--yes", "--delete-data")
    assert gone.returncode == 0, gone.stderr
    left = provision("plan", "--destroy").stdout
    assert "delete" not in left
    assert "keep     bucket     academy-of-the-contract" in left


def test_nothing_of_the_deployers_needs_more_than_his_role(
    lochan_stack: TestStack, provision: Provision, secrets: str
) -> None:
    provision("apply", "--yes", "--secret-values", secrets)
    provision("destroy", "--yes", "--delete-data")
    values = {"ACADEMY_BUCKET": "academy-of-the-contract"}
    resources = resolve_resources(Place(ENVIRONMENT, ACCOUNT, REGION), values=values)
    policy = build_policy(resources.section("roles")["deployer"]["statements"])
    url = f"{lochan_stack.environment['AWS_ENDPOINT_URL']}/_lochan/requests"
    with urlopen(url) as answer:
        requests = json.load(answer)["requests"]
    asked = [each for each in requests if "app/deployer" in each["user_agent"]]
    assert len(asked) > 200
    refused = {
        str(need)
        for request in asked
        for need in find_needs(request, f"{REGION}:{ACCOUNT}")
        if not is_allowed([policy], need)
    }
    assert refused == set()


def test_a_wrong_account_is_refused_before_anything_is_done(provision: Provision) -> None:
    refused = provision("--account", "123456789012", "apply", "--yes")
    assert refused.returncode == 1
    assert "--account says 123456789012: nothing was done." in refused.stderr
