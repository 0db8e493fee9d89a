"""The tables of the academy: users, who follows them, and tweets, a snapshot for each day.

The columns of the files are those of the twitter tables. What is told of a day in partition
`dt=2026-11-20` stays beside what other days tell of the same user or tweet, and a partition that
is loaded again replaces its rows.
"""

from __future__ import annotations

from dataclasses import replace

from warehouse import tables
from warehouse.tables import Column, TableSpec

DATASET = "academy"
DT = Column("dt", "DATE", required=True)


def _of_day(spec: TableSpec) -> TableSpec:
    return replace(spec, dataset=DATASET, schema=DATASET, partition_column=DT)


USERS = _of_day(tables.USERS)
USER_FOLLOWERS = _of_day(tables.USER_FOLLOWERS)
TWEETS = _of_day(tables.TWEETS)

ACADEMY = (USERS, USER_FOLLOWERS, TWEETS)
