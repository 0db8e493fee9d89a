"""JDBC URLs of the databases that Glue connects to.

https://docs.aws.amazon.com/glue/latest/dg/connection-properties.html#connection-properties-jdbc
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote_plus

_URL = re.compile(
    r"jdbc:(?P<vendor>[a-z0-9]+)://(?P<host>\[[0-9A-Fa-f:.]+\]|[^/:?;\s]+)(?::(?P<port>\d+))?"
    r"(?:/(?P<database>[^?;]*))?(?:[?;](?P<parameters>.*))?"
)
DEFAULT_PORTS = {"postgresql": 5432, "redshift": 5439}


@dataclass(frozen=True)
class JdbcUrl:
    """A parsed URL; parameters are what follows the database, decoded."""

    vendor: str
    host: str
    port: int
    database: str
    parameters: Mapping[str, str]

    @property
    def server(self) -> str:
        """The URL with protocol, server and port only."""
        return f"jdbc:{self.vendor}://{self.host}:{self.port}"

    def with_database(self, database: str) -> "JdbcUrl":
        """Return the URL of another database of the same server."""
        return replace(self, database=database)


def parse_jdbc_url(text: str) -> JdbcUrl:
    """Read `jdbc:<vendor>://<host>[:<port>]/<database>[?<name>=<value>&...]`.

    Raises ValueError for any other form; passwords in the URL are not repeated in it.
    """
    found = _URL.fullmatch(text.strip())
    if found is None or found["vendor"] not in DEFAULT_PORTS:
        shown = re.split(r"[?;]", text)[0]
        raise ValueError(
            f"{shown!r} is no JDBC URL that Lochan can use; it must look like "
            "jdbc:redshift://host:5439/database or jdbc:postgresql://host:5432/database."
        )
    return JdbcUrl(
        vendor=found["vendor"],
        host=found["host"],
        port=int(found["port"] or DEFAULT_PORTS[found["vendor"]]),
        database=found["database"] or "",
        parameters=_read_parameters(found["parameters"] or ""),
    )


def _read_parameters(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in re.split("[&;]", text) if part)
    return {unquote_plus(name): unquote_plus(value) for name, _, value in pairs}
