"""The warehouse as flows reach it: by the settings, with the login that the secret holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tasks.aws import read_secret
from tasks.redshift import Warehouse, connect
from tasks.retries import retried_task
from tasks.settings import Settings
from tasks.warehouse import apply_migrations
from warehouse.schema import read_migrations


@contextmanager
def open_warehouse(settings: Settings) -> Iterator[Warehouse]:
    """Give the warehouse, whose connection is opened when it is needed, and close it."""
    redshift = settings.redshift
    user, password = read_secret(redshift.secret_arn, "username", "password")
    warehouse = connect(
        host=redshift.host,
        port=redshift.port,
        database=redshift.database,
        user=user,
        password=password,
    )
    try:
        yield warehouse
    finally:
        warehouse.close()


@retried_task(timeout_seconds=600)
def migrate_warehouse(settings: Settings) -> list[str]:
    """Bring the warehouse's schema up to date; returns the migrations that were applied."""
    with open_warehouse(settings) as warehouse:
        return apply_migrations(warehouse, read_migrations())
