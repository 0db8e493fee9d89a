"""Runs `prefect server` so that its SQLite database never answers "database is locked".

A transaction that has read cannot write once another has written in between: SQLite refuses at
once, however long it was told to wait. The server evaluates automations in such transactions, and
an event that was refused a few times is lost: the next stage of a chain then never runs. Prefect
has the remedy, and uses it in few places only: a transaction that takes the lock at its beginning,
and waits for it. https://www.sqlite.org/isolation.html, PrefectHQ/prefect#17473
"""

import sys
from typing import TYPE_CHECKING

from prefect.cli import app
from prefect.server.database.configurations import AioSqliteConfiguration

if TYPE_CHECKING:
    from contextlib import _AsyncGeneratorContextManager

    from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

_begin = AioSqliteConfiguration.begin_transaction


def main() -> None:
    """Become `prefect server start`, with the options of the command line."""
    begin_immediately()
    sys.argv = ["prefect", "server", "start", *sys.argv[1:]]
    app()


def begin_immediately() -> None:
    """Have every transaction that Prefect begins in SQLite take the write lock first."""

    def begin_transaction(
        self: AioSqliteConfiguration, session: "AsyncSession", with_for_update: bool = False
    ) -> "_AsyncGeneratorContextManager[AsyncSessionTransaction]":
        return _begin(self, session, with_for_update=True)

    AioSqliteConfiguration.begin_transaction = begin_transaction  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
