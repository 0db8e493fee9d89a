"""The numbered migrations that make the warehouse, and the statements that keep track of them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "migrations"
_FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_COMMENT = re.compile(r"^\s*--.*\n?", re.MULTILINE)

PREPARE = (
    'CREATE SCHEMA IF NOT EXISTS "etl"',
    """CREATE TABLE IF NOT EXISTS "etl"."migrations" (
    number INTEGER NOT NULL,
    name VARCHAR(128) NOT NULL,
    checksum CHAR(64) NOT NULL,
    applied_at TIMESTAMP NOT NULL DEFAULT GETDATE(),
    PRIMARY KEY (number)
) DISTSTYLE ALL""",
)
LOCK = 'LOCK TABLE "etl"."migrations"'
SELECT_APPLIED = 'SELECT number, name, checksum FROM "etl"."migrations" ORDER BY number'
INSERT_APPLIED = 'INSERT INTO "etl"."migrations" (number, name, checksum) VALUES (%s, %s, %s)'


@dataclass(frozen=True)
class Migration:
    """One step: its statements run in order, once."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """The hash of the text: an applied migration may not change."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def statements(self) -> tuple[str, ...]:
        """The statements without comments; a statement ends with a semicolon at a line's end."""
        parts = re.split(r";\s*\n", _COMMENT.sub("", self.text) + "\n")
        return tuple(part.strip() for part in parts if part.strip())


def read_migrations(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """Read the migrations of a folder in order; ValueError where their numbers have a gap."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        match = _FILE_NAME.fullmatch(path.name)
        if not match:
            raise ValueError(f"{path.name} is not named like 0001_what_it_makes.sql.")
        found.append(Migration(int(match[1]), match[2], path.read_text(encoding="utf-8")))
    numbers = [migration.number for migration in found]
    if numbers != list(range(1, len(found) + 1)):
        raise ValueError(f"Migrations in {folder} are numbered {numbers}, not 1, 2, 3 ...")
    return tuple(found)
