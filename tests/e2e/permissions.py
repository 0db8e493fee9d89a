"""What flows ask of AWS while they run, held against the policies of their roles.

What the flows ask carries the word `flow` in its user agent; everything else that is asked while
they run is asked by Glue or Redshift, for jobs, crawlers, COPY and UNLOAD.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.request import urlopen

from infrastructure.keys import Key
from infrastructure.policies import build_policy
from infrastructure.resources import Place, replace_late, resolve_resources
from tests.contract.infrastructure.evaluation import is_allowed
from tests.contract.infrastructure.needs import find_needs
from tests.e2e.conftest import Platform

ACCOUNT, REGION = "000000000000", "us-east-1"
SERVICES = ("glue-crawler", "redshift-copy", "redshift-unload")


def call_as(platform: Platform, name: str) -> Platform:
    """The same platform, whose requests carry a name."""
    return replace(platform, values={**platform.values, "AWS_SDK_UA_APP_ID": name})


def read_requests(platform: Platform, after: int = 0) -> list[dict[str, Any]]:
    url = f"{platform.values['AWS_ENDPOINT_URL']}/_lochan/requests?after={after}"
    with urlopen(url) as answer:
        requests: list[dict[str, Any]] = json.load(answer)["requests"]
    return requests


def find_refused(platform: Platform, family: str | None, requests: list[Any]) -> set[str]:
    """Name what IAM would have refused."""
    place = Place(platform.values["LOCHAN_ENVIRONMENT"], ACCOUNT, REGION)
    resources = resolve_resources(place)
    key = Key(platform.client("kms"), resources.section("keys")["data"])
    roles = replace_late(resources.section("roles"), key_arn=str(key.find_arn()))
    policies = {key: build_policy(role["statements"]) for key, role in roles.items()}
    of_services = [policies[key] for key in (*SERVICES, family) if key is not None]
    refused = set()
    for request in requests:
        agent = request["user_agent"]
        if "app/sample" in agent:
            continue
        is_flow = "app/flow" in agent
        for need in find_needs(request, f"{REGION}:{ACCOUNT}"):
            allowing = [[policies["worker"]]] if is_flow else [[one] for one in of_services]
            if not any(is_allowed(each, need) for each in allowing):
                refused.add(f"{'the worker' if is_flow else 'a service'}: {need}")
    return refused
