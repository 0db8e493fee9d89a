"""The administrator's secret that Redshift makes and keeps, for namespaces and clusters alike.

https://docs.aws.amazon.com/redshift/latest/mgmt/redshift-secrets-manager-integration.html
"""

import json

from lochan.redshift.api.state import RedshiftState, make_password


def create(state: RedshiftState, owner: str, admin: str, key: str | None) -> str:
    """Keep a new password of a namespace's or cluster's administrator, and return the ARN."""
    return state.neighbours.create_secret(
        f"redshift!{owner}-{admin}",
        f"The administrator's password of {owner}, which Redshift keeps.",
        _write(admin),
        key,
    )


def change(state: RedshiftState, arn: str, admin: str | None, key: str | None) -> None:
    """Write a new password where the administrator changed, and take another key."""
    state.neighbours.change_secret(arn, _write(admin) if admin else None, key)


def delete(state: RedshiftState, arn: str | None) -> None:
    """Delete the secret, where there is one."""
    if arn is not None:
        state.neighbours.delete_secret(arn)


def _write(admin: str) -> str:
    return json.dumps({"username": admin, "password": make_password()})
