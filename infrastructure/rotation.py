"""Rotate the password of a database's user: `python -m infrastructure.rotation redshift | rds`.

In the four steps of Secrets Manager's own rotation, so that a rotation that was killed anywhere is
finished by the next: a new version labelled AWSPENDING, the database, a login, AWSCURRENT.
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
The database is sent a hash, never the password, which statements' logs would keep.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import string
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import boto3
import click
import psycopg
from botocore.exceptions import BotoCoreError, ClientError
from psycopg import sql
from redshift_connector.error import Error as RedshiftError

from infrastructure.resource import Refused
from infrastructure.sentences import describe_error
from tasks import postgres, redshift
from tasks.redshift import Warehouse
from tasks.settings import MissingSettings, Rds, Redshift, read_settings

# 8 to 64 characters, at least one of each kind, and neither quotes nor slashes nor @.
# https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html
PASSWORD_LENGTH = 40
_KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits)


@dataclass(frozen=True)
class Login:
    """Who logs in."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.user!r})"


@dataclass(frozen=True)
class Database:
    """How one kind of database is logged in to, and how a user changes his own password."""

    accepts: Callable[[Login], bool]
    change: Callable[[Login, str], None]


def rotate(secretsmanager: Any, arn: str, database: Database) -> str:
    """Give the secret and the database's user a new password; return the new version's id.

    Raises Refused where the database takes neither the current nor the pending password.
    """
    current = _read(secretsmanager, arn, "AWSCURRENT")
    pending = _find_pending(secretsmanager, arn) or _add_pending(secretsmanager, arn, current[1])
    login, new = _login(current[1]), _login(pending[1])
    if not database.accepts(new):
        if not database.accepts(login):
            raise Refused(
                f"The database refuses {login.user} with the password of the secret {arn}: "
                "nothing was changed. Somebody changed it elsewhere; put the right one into the "
                "secret (provision apply --secret-values) and rotate then."
            )
        database.change(login, new.password)
    if not database.accepts(new):
        raise Refused(
            f"The database took the new password of {new.user} and refuses a login with it. The "
            f"secret {arn} still has the old one, and the new one as AWSPENDING."
        )
    secretsmanager.update_secret_version_stage(
        SecretId=arn,
        VersionStage="AWSCURRENT",
        MoveToVersionId=pending[0],
        RemoveFromVersionId=current[0],
    )
    return pending[0]


def make_password() -> str:
    """Make a password of letters and digits, some of each kind."""
    alphabet = "".join(_KINDS)
    rest = [secrets.choice(alphabet) for _ in range(PASSWORD_LENGTH - len(_KINDS))]
    drawn = [*(secrets.choice(kind) for kind in _KINDS), *rest]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)


def hash_md5(user: str, password: str) -> str:
    """Hash a password as Redshift takes it.

    https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html
    """
    digest = hashlib.md5((password + user).encode(), usedforsecurity=False).hexdigest()
    return f"md5{digest}"


def _read(secretsmanager: Any, arn: str, stage: str) -> tuple[str, Mapping[str, str]]:
    found = secretsmanager.get_secret_value(SecretId=arn, VersionStage=stage)
    return found["VersionId"], json.loads(found["SecretString"])


def _find_pending(secretsmanager: Any, arn: str) -> tuple[str, Mapping[str, str]] | None:
    """Find what a rotation that did not end has left; a label on the current version is none."""
    stages = secretsmanager.describe_secret(SecretId=arn)["VersionIdsToStages"]
    waiting = [one for one, labels in stages.items() if "AWSPENDING" in labels]
    if not waiting or "AWSCURRENT" in stages[waiting[0]]:
        return None
    return _read(secretsmanager, arn, "AWSPENDING")


def _add_pending(
    secretsmanager: Any, arn: str, current: Mapping[str, str]
) -> tuple[str, Mapping[str, str]]:
    value = {**current, "password": make_password()}
    put = secretsmanager.put_secret_value(
        SecretId=arn, SecretString=json.dumps(value), VersionStages=["AWSPENDING"]
    )
    return put["VersionId"], value


def _login(value: Mapping[str, str]) -> Login:
    return Login(value["username"], value["password"])


def reach_redshift(place: Redshift) -> Database:
    """Reach Redshift; a user may change his own password.

    https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_USER.html
    """

    def connect(login: Login) -> Warehouse:
        return redshift.connect(
            host=place.host,
            port=place.port,
            database=place.database,
            user=login.user,
            password=login.password,
        )

    def change(login: Login, password: str) -> None:
        statement = sql.SQL("ALTER USER {} PASSWORD {}").format(
            sql.Identifier(login.user), sql.Literal(hash_md5(login.user, password))
        )
        with closing(connect(login)) as warehouse, warehouse.transaction() as cursor:
            cursor.execute(statement.as_string(None))

    return Database(_try_login(lambda login: connect(login).open(), RedshiftError), change)


def reach_postgres(place: Rds) -> Database:
    """Reach PostgreSQL on RDS; a role may change its own password.

    https://www.postgresql.org/docs/18/sql-alterrole.html
    """

    def connect(login: Login) -> postgres.Database:
        return postgres.log_in(place, login.user, login.password)

    def change(login: Login, password: str) -> None:
        with connect(login) as connection:
            names = (password.encode(), login.user.encode())
            hashed = connection.pgconn.encrypt_password(*names, b"scram-sha-256").decode()
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(login.user), sql.Literal(hashed)
                )
            )

    return Database(_try_login(connect, psycopg.OperationalError), change)


def _try_login(
    connect: Callable[[Login], Any], refusal: type[Exception]
) -> Callable[[Login], bool]:
    """Tell by a connection whether a database accepts a login; other errors pass."""

    def accepts(login: Login) -> bool:
        try:
            connect(login).close()
        except refusal as error:
            if _is_refusal(str(error)):
                return False
            raise
        return True

    return accepts


def _is_refusal(text: str) -> bool:
    """Tell a wrong password from a server that is not there."""
    return "authentication failed" in text.lower()


@click.command()
@click.argument("name", type=click.Choice(["redshift", "rds"]))
def main(name: str) -> None:
    """Rotate the password of the user whose login the flows read from this secret."""
    try:
        settings = read_settings(os.environ)
        if name == "redshift":
            arn, database = settings.redshift.secret_arn, reach_redshift(settings.redshift)
        else:
            arn, database = settings.rds.secret_arn, reach_postgres(settings.rds)
        version = rotate(boto3.client("secretsmanager"), arn, database)
    except (ClientError, BotoCoreError) as error:
        text = describe_error(error, "AWS", os.environ.get("AWS_DEFAULT_REGION", "the region"))
        raise click.ClickException(text) from None
    except (Refused, MissingSettings, psycopg.Error, RedshiftError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Rotated {arn}: version {version} is current and logs in.")


if __name__ == "__main__":
    main()
