from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tasks.redshift import WarehouseError, connect
from tasks.warehouse import apply_migrations
from warehouse.schema import Migration, read_migrations
from warehouse.tables import TWITTER

pytestmark = pytest.mark.stack


def test_two_that_migrate_at_once_apply_each_migration_once(
    redshift_login: dict[str, Any], trusted: None
) -> None:
    opened = [connect(**redshift_login) for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        applied = list(
            threads.map(lambda warehouse: apply_migrations(warehouse, read_migrations()), opened)
        )
    assert not set(applied[0]) & set(applied[1])
    assert apply_migrations(opened[0], read_migrations()) == []
    for warehouse in opened:
        warehouse.close()


def test_every_table_is_there_after_the_migrations(warehouse: Any) -> None:
    with warehouse.transaction() as cursor:
        cursor.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_schema IN ('etl', 'twitter')"
        )
        found = {tuple(row) for row in cursor.fetchall()}
    assert {(spec.schema, spec.table) for spec in TWITTER} <= found
    assert {("etl", "loads"), ("etl", "rejects"), ("etl", "lock_twitter")} <= found


def test_a_changed_migration_is_refused(warehouse: Any) -> None:
    first, *rest = read_migrations()
    changed = dataclasses.replace(first, text=first.text + "-- changed\n")
    with pytest.raises(WarehouseError, match="Migration 0001_ledger was changed after"):
        apply_migrations(warehouse, [changed, *rest])


def test_code_older_than_the_warehouse_is_refused(warehouse: Any) -> None:
    with pytest.raises(WarehouseError, match="0002_twitter, which this code does not know"):
        apply_migrations(warehouse, read_migrations()[:1])


def test_a_migration_that_fails_leaves_nothing(warehouse: Any) -> None:
    number = len(read_migrations()) + 1
    broken = Migration(
        number, "broken", "CREATE TABLE etl.half (a INT);\nSELECT nonsense FROM x;\n"
    )
    with pytest.raises(WarehouseError, match=f"Migration {number:04d}_broken failed in Redshift"):
        apply_migrations(warehouse, [*read_migrations(), broken])
    with warehouse.transaction() as cursor:
        cursor.execute("SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'half'")
        assert cursor.fetchone()[0] == 0
    assert apply_migrations(warehouse, read_migrations()) == []
