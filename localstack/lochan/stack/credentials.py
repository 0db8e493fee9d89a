"""Passwords and tokens made anew for each stack."""

import json
import secrets
from dataclasses import asdict, dataclass, field

from lochan.stack.home import Home
from lochan.stack.records import write_private

_SECRET_BYTES = 24


@dataclass(frozen=True)
class Login:
    """A database user and its password."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Token:
    """A bearer token."""

    token: str = field(repr=False)


@dataclass(frozen=True)
class Credentials:
    """All generated secrets of a stack; the field names are what provisioning looks up."""

    redshift: Login
    redshift_admin: Login
    rds: Login
    x_api: Token


def load_credentials(home: Home) -> Credentials:
    """Read the stack's credentials, made and kept at the first call."""
    if not home.credentials.exists():
        write_private(home.credentials, json.dumps(asdict(_generate()), indent=2))
    facts = json.loads(home.credentials.read_text(encoding="utf-8"))
    return Credentials(
        redshift=Login(**facts["redshift"]),
        redshift_admin=Login(**facts["redshift_admin"]),
        rds=Login(**facts["rds"]),
        x_api=Token(**facts["x_api"]),
    )


def load_token(home: Home) -> str:
    """Read the token that our servers ask of one another, made and kept at the first call."""
    if not home.token.exists():
        write_private(home.token, secrets.token_urlsafe(_SECRET_BYTES))
    return home.token.read_text(encoding="utf-8").strip()


def _generate() -> Credentials:
    return Credentials(
        redshift=Login("lochan_loader", _password()),
        redshift_admin=Login("awsuser", _password()),
        rds=Login("rds", _password()),
        x_api=Token(secrets.token_urlsafe(_SECRET_BYTES)),
    )


def _password() -> str:
    """Make a password that Redshift accepts: upper case, lower case and a digit are required.

    https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html
    """
    return f"Aa1{secrets.token_hex(_SECRET_BYTES // 2)}"
