"""Tell each finding once: when it appears, and again while it lasts for long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks.monitoring.findings import Finding


@dataclass(frozen=True)
class Telling:
    """The alarming findings that are told now and those told before; when each was last told."""

    now: tuple[Finding, ...]
    before: tuple[Finding, ...]
    times: Mapping[str, datetime]


def choose_told(
    alarming: Sequence[Finding],
    told: Mapping[str, datetime],
    moment: datetime,
    again_after: timedelta,
) -> Telling:
    """Divide the findings by whether they are to be told now.

    What is no longer found is forgotten, so that it is told when it comes back.
    """
    new = [one for one in alarming if not _is_fresh(told.get(one.identity), moment, again_after)]
    old = [one for one in alarming if one not in new]
    times = {one.identity: told[one.identity] for one in old}
    return Telling(tuple(new), tuple(old), {**times, **{one.identity: moment for one in new}})


def _is_fresh(told: datetime | None, moment: datetime, again_after: timedelta) -> bool:
    return told is not None and moment - told < again_after
