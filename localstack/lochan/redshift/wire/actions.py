"""What can be done with a statement."""

from dataclasses import dataclass

from lochan.redshift.wire.copy.statement import CopyStatement
from lochan.redshift.wire.unload.statement import UnloadStatement


@dataclass(frozen=True)
class Forward:
    """PostgreSQL answers this text, and its answer goes to the client as it is.

    `changed` tells that the text is no longer the client's, so that positions in it mean nothing
    there. `reads_query_log` tells that the log of queries has to be written first.
    `case_sensitive` tells that from here on quoted identifiers keep their case, or no longer do.
    """

    sql: str
    changed: bool = False
    reads_query_log: bool = False
    case_sensitive: bool | None = None


@dataclass(frozen=True)
class Script:
    """Several statements of PostgreSQL, atomic together, stand for one of Redshift without rows.

    `tag` is the answer's command tag, else the tag of the first statement. `commits` says that
    the statement ends the transaction around it first, as TRUNCATE does.
    """

    statements: tuple[str, ...]
    tag: str | None = None
    commits: bool = False


@dataclass(frozen=True)
class Load:
    """A COPY from S3, which the stand-in runs itself."""

    statement: CopyStatement
    sql: str


@dataclass(frozen=True)
class Unload:
    """An UNLOAD to S3, which the stand-in runs itself; `query` is PostgreSQL's."""

    statement: UnloadStatement
    query: str


Action = Forward | Script | Load | Unload
LocalAction = Script | Load | Unload
