"""The services beside Redshift that its control plane calls, in LocalStack's own process."""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header

from lochan.redshift.api.surroundings import Subnet

# LocalStack looks at the id alone.
_ANY_SECRET_KEY = "test"
# Who asks, while a request is answered.
_access_key: ContextVar[str | None] = ContextVar("access_key", default=None)


def note_caller(context: RequestContext) -> None:
    """Remember whose request is being answered."""
    _access_key.set(extract_access_key_id_from_auth_header(context.request.headers))


@dataclass(frozen=True)
class LocalNeighbours:
    """Secrets Manager, EC2 and STS in one account and region."""

    account: str
    region: str

    def create_secret(self, name: str, description: str, value: str, key: str | None) -> str:
        """Keep a value in Secrets Manager, and return its ARN."""
        encrypted = {"KmsKeyId": key} if key else {}
        made = self._client("secretsmanager").create_secret(
            Name=name, Description=description, SecretString=value, **encrypted
        )
        return str(made["ARN"])

    def change_secret(self, arn: str, value: str | None, key: str | None) -> None:
        """Give a secret another value, or another key."""
        given = {"SecretString": value, "KmsKeyId": key}
        changes = {name: change for name, change in given.items() if change is not None}
        if changes:
            self._client("secretsmanager").update_secret(SecretId=arn, **changes)

    def delete_secret(self, arn: str) -> None:
        """Delete a secret at once."""
        self._client("secretsmanager").delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)

    def find_subnets(self, ids: Sequence[str] | None) -> list[Subnet]:
        """Return those of these subnets that exist, or the subnets of the account's own VPC."""
        filters = (
            [{"Name": "default-for-az", "Values": ["true"]}]
            if ids is None
            else [{"Name": "subnet-id", "Values": list(ids)}]
        )
        found = self._client("ec2").describe_subnets(Filters=filters)["Subnets"]
        return [
            Subnet(subnet["SubnetId"], subnet["VpcId"], subnet["AvailabilityZone"])
            for subnet in found
        ]

    def name_caller(self) -> tuple[str, str]:
        """Return IAM or IAMR, and the name of the user or role that asks."""
        clients = connect_to(
            aws_access_key_id=_access_key.get() or self.account,
            aws_secret_access_key=_ANY_SECRET_KEY,
            region_name=self.region,
        )
        kind, _, name = clients.sts.get_caller_identity()["Arn"].split(":")[5].partition("/")
        return ("IAMR", name.split("/")[0]) if kind == "assumed-role" else ("IAM", name or kind)

    def _client(self, service: str) -> Any:
        clients = connect_to(aws_access_key_id=self.account, region_name=self.region)
        return getattr(clients, service)
