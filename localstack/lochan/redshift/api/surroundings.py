"""What Redshift's control plane needs of others: the stand-in, secrets, and subnets."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from lochan.redshift.api.errors import RedshiftError

_ANSWER_SECONDS = 30


@dataclass(frozen=True)
class Subnet:
    """A subnet as EC2 knows it."""

    id: str
    vpc: str
    zone: str


class Neighbours(Protocol):
    """The services beside Redshift, in the account and region of a request."""

    def create_secret(self, name: str, description: str, value: str, key: str | None) -> str:
        """Keep a value in Secrets Manager, and return its ARN."""

    def change_secret(self, arn: str, value: str | None, key: str | None) -> None:
        """Give a secret another value, or another key."""

    def delete_secret(self, arn: str) -> None:
        """Delete a secret at once."""

    def find_subnets(self, ids: Sequence[str] | None) -> list[Subnet]:
        """Return those of these subnets that exist, or the subnets of the account's own VPC."""

    def name_caller(self) -> tuple[str, str]:
        """Return IAM or IAMR, and the name of the user or role that asks."""


class StandInUnreachable(RedshiftError):
    """The Redshift stand-in does not answer."""

    status = 503

    @property
    def code(self) -> str:
        """AWS's name of what happens when a service cannot answer."""
        return "ServiceUnavailable"


@dataclass(frozen=True)
class StandIn:
    """The server that speaks Redshift's protocol, to which every endpoint leads."""

    host: str
    port: int
    database: str
    control_url: str | None = None
    token_file: Path | None = None

    def accept_password(self, user: str, password: str, seconds: int, *, creates: bool) -> None:
        """Have the stand-in take a password for a while; `creates` makes the user if need be."""
        body = {
            "user": user,
            "password": password,
            "duration_seconds": seconds,
            "auto_create": creates,
        }
        self._post("/passwords", body)

    def explain_database(self, name: str) -> str:
        """Say why there cannot be another database."""
        return (
            f"Lochan's Redshift holds the database {self.database} and no other, so not {name}:"
            f" name {self.database}, or none."
        )

    def explain_port(self, port: int) -> str:
        """Say why an endpoint cannot have another port."""
        return (
            f"Lochan's Redshift listens on the port {self.port}, not on {port}: leave the port out,"
            " or start the stack with LOCHAN_REDSHIFT_PORT."
        )

    def _post(self, path: str, body: Mapping[str, Any]) -> None:
        if self.control_url is None or self.token_file is None:
            raise StandInUnreachable(
                "LOCHAN_REDSHIFT_CONTROL_URL or LOCHAN_TOKEN_FILE is not set, so there is no"
                " Redshift to log in to: start the stack with `lochan up`."
            )
        request = urllib.request.Request(
            self.control_url.rstrip("/") + path,
            data=json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.token_file.read_text().strip()}",
            },
        )
        # Nothing between us and the stand-in: proxies of the environment are for the outside.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            opener.open(request, timeout=_ANSWER_SECONDS).close()
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(_read_message(error)) from error
        except (OSError, http.client.HTTPException) as error:
            raise StandInUnreachable(
                f"The Redshift stand-in at {self.control_url} does not answer ({error}): start it"
                " with `lochan up`, or read its log with `lochan logs redshift`."
            ) from error


class Refused(Exception):
    """The stand-in answered that it will not do this; the text is a sentence with its reason."""


def _read_message(error: urllib.error.HTTPError) -> str:
    text = error.read().decode(errors="replace")
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return f"{text or error.reason} (status {error.code})"
