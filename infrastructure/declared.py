"""Everything that must exist, in the order in which it can be made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infrastructure import definitions
from infrastructure.buckets import Bucket
from infrastructure.code import list_code
from infrastructure.keys import Key
from infrastructure.log_groups import LogGroup
from infrastructure.resource import Resource
from infrastructure.resources import Resources, replace_late
from infrastructure.roles import Role
from infrastructure.secrets import Secret
from infrastructure.security_configurations import SecurityConfiguration

Clients = Callable[[str], Any]
SecretValues = Mapping[str, Mapping[str, str]]
# Stands in a plan for the ARN of a key that is still to be made.
FUTURE_KEY = "(the key of this plan)"


@dataclass(frozen=True)
class Declaration:
    """resources.json for one place, and what only the caller knows.

    `addresses` hold where the databases listen, by the names of the flows' variables.
    """

    clients: Clients
    resources: Resources
    secret_values: SecretValues
    addresses: Mapping[str, str]

    def __iter__(self) -> Iterator[Resource]:
        """Name resources one by one, dependencies first.

        Whoever makes each before asking for the next has the key in time for what it encrypts.
        """
        keys = {
            name: Key(self.clients("kms"), spec)
            for name, spec in self.resources.section("keys").items()
        }
        yield from keys.values()
        arns = {name: key.find_arn() or FUTURE_KEY for name, key in keys.items()}
        yield from self._list_buckets(arns)
        yield from self._list_roles(arns["data"])
        yield from self._list_secrets(arns)
        logs = self.clients("logs")
        for spec in self.resources.section("log_groups").values():
            yield LogGroup(logs, spec, arns[spec["key"]] if "key" in spec else None)
        yield from self._list_catalog(arns)

    def _list_buckets(self, arns: Mapping[str, str]) -> Iterator[Bucket]:
        policies = self.resources.section("bucket_policies")
        for spec in self.resources.section("buckets").values():
            statements = replace_late(
                policies[spec["policy"]],
                key_arn=arns["data"],
                bucket_arn=f"arn:aws:s3:::{spec['name']}",
            )
            key = arns[spec["key"]] if "key" in spec else None
            region = self.resources.place.region
            yield Bucket(self.clients("s3"), region, spec, tuple(statements), key)

    def _list_roles(self, key_arn: str) -> Iterator[Role]:
        for spec in self.resources.section("roles").values():
            yield Role(self.clients("iam"), replace_late(spec, key_arn=key_arn))

    def _list_secrets(self, arns: Mapping[str, str]) -> Iterator[Secret]:
        client = self.clients("secretsmanager")
        for key, spec in self.resources.section("secrets").items():
            yield Secret(client, key, spec, arns[spec["key"]], self.secret_values.get(key))

    def _list_catalog(self, arns: Mapping[str, str]) -> Iterator[Resource]:
        glue, resources = self.clients("glue"), self.resources
        for spec in resources.section("security_configurations").values():
            yield SecurityConfiguration(glue, spec, arns[spec["key"]])
        yield from definitions.list_databases(glue, resources)
        yield from definitions.list_connections(glue, resources, self.addresses)
        package = ""
        for stored in list_code(self.clients("s3"), resources):
            package = stored.key
            yield stored
        yield from definitions.list_classifiers(glue, resources)
        yield from definitions.list_crawlers(glue, resources)
        yield from definitions.list_jobs(glue, resources, package)
        yield from definitions.list_triggers(glue, resources)
