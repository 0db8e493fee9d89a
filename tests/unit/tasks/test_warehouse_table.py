"""The table of a report adds up what became of each table's parts."""

from __future__ import annotations

import io

from rich.console import Console

from tasks.warehouse import LoadResult
from tasks.warehouse_table import draw_tables, group_parts


def test_parts_of_a_table_are_added_up_and_tables_without_any_have_nothing() -> None:
    parts = group_parts(
        "twitter",
        [
            ("users", LoadResult("a", 1000, 900, 60, 40, skipped=False)),
            ("users", LoadResult("b", 5, 3, 0, 2, skipped=True)),
        ],
    )
    text = io.StringIO()
    drawn = draw_tables({"twitter.users": 903, "twitter.tweets": 7}, parts)
    Console(width=100, file=text).print(drawn)
    rows = [line.replace("│", " ").split() for line in text.getvalue().splitlines()]
    # 1,000 + 5, 900 + 3, 60 + 0, 40 + 2
    assert ["twitter.users", "1,005", "903", "60", "42", "903"] in rows
    assert ["twitter.tweets", "0", "0", "0", "0", "7"] in rows
