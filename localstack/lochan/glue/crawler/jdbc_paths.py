"""The path of a JDBC target: `database/schema/table`, where `%` stands for schemas or tables.

https://docs.aws.amazon.com/glue/latest/dg/define-crawler-choose-data-sources.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lochan.glue.crawler.errors import UnusableTarget
from lochan.glue.crawler.globs import translate_glob

WILDCARD = "%"
_FORM = "write it as database/schema/table, with % for any schema or table (database/% for all)"


@dataclass(frozen=True)
class JdbcPath:
    """An include path and what is excluded below it; names distinguish upper and lower case."""

    database: str
    schema: str
    table: str
    exclusions: tuple[re.Pattern[str], ...] = ()

    def includes(self, schema: str, table: str) -> bool:
        """Tell whether a table of the database is to be crawled."""
        wanted = _matches(self.schema, schema) and _matches(self.table, table)
        relative = f"{schema}/{table}" if WILDCARD in self.schema else table
        return wanted and not any(pattern.fullmatch(relative) for pattern in self.exclusions)

    def covers(self, location: str) -> bool:
        """Tell whether a catalog table's location lies below the include path."""
        levels = (re.escape(self.database), _pattern(self.schema), _pattern(self.table))
        return re.fullmatch(r"\.".join(levels), location, re.DOTALL) is not None


def parse_jdbc_path(path: str, exclusions: Sequence[str] = ()) -> JdbcPath:
    """Parse a target's path; raises UnusableTarget for what names no tables."""
    levels = path.split("/")
    if not path:
        raise UnusableTarget(f"A JDBC target of the crawler has no Path: {_FORM}.")
    if levels[1:] == [WILDCARD]:
        levels.append(WILDCARD)
    if len(levels) != 3 or not all(levels):
        raise UnusableTarget(f"The path {path!r} of a JDBC target names no tables: {_FORM}.")
    if WILDCARD in levels[0]:
        raise UnusableTarget(
            f"The path {path!r} of a JDBC target has % for the database, where Glue takes a name"
            " only: the connection leads to one database."
        )
    database, schema, table = levels
    return JdbcPath(
        database, schema, table, tuple(translate_glob(pattern) for pattern in exclusions)
    )


def _matches(level: str, name: str) -> bool:
    return re.fullmatch(_pattern(level), name, re.DOTALL) is not None


def _pattern(level: str) -> str:
    return ".*".join(re.escape(part) for part in level.split(WILDCARD))
