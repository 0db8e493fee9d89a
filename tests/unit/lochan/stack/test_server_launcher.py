"""Two transactions of Prefect in one SQLite file: both write, whoever read before."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import sqlalchemy
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy.exc import OperationalError

from lochan.stack import server_launcher

if TYPE_CHECKING:
    from pathlib import Path

READ = sqlalchemy.text("SELECT MAX(number) FROM numbers")
WRITE = sqlalchemy.text("INSERT INTO numbers SELECT MAX(number) + 1 FROM numbers")


async def write_between_read_and_write(path: Path) -> int | None:
    """Read and write in one transaction, while another writes; returns the last number."""
    database = AioSqliteConfiguration(f"sqlite+aiosqlite:///{path}")
    engine = await database.engine()
    async with engine.begin() as connection:
        await connection.execute(sqlalchemy.text("CREATE TABLE numbers AS SELECT 0 AS number"))
    has_read = asyncio.Event()

    async def other() -> None:
        await has_read.wait()
        async with await database.session(engine) as session, database.begin_transaction(session):
            await session.execute(WRITE)

    async with asyncio.TaskGroup() as tasks:
        writing = tasks.create_task(other())
        async with await database.session(engine) as session, database.begin_transaction(session):
            await session.execute(READ)
            has_read.set()
            # Long enough for the other, where nothing keeps it from writing.
            await asyncio.wait([writing], timeout=0.5)
            await session.execute(WRITE)
    async with engine.connect() as connection:
        return await connection.scalar(READ)


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = AioSqliteConfiguration.begin_transaction
    monkeypatch.setattr(AioSqliteConfiguration, "begin_transaction", begin)


def test_prefect_alone_refuses_the_second_writer(tmp_path: Path) -> None:
    with pytest.raises(ExceptionGroup) as refused:
        asyncio.run(write_between_read_and_write(tmp_path / "prefect.db"))
    assert refused.group_contains(OperationalError, match="database is locked")


def test_the_second_writer_waits_for_the_first(tmp_path: Path, restored: None) -> None:
    server_launcher.begin_immediately()
    assert asyncio.run(write_between_read_and_write(tmp_path / "prefect.db")) == 2
