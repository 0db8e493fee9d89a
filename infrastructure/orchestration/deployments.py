"""What prefect.yaml deploys, as far as pools and automations have to know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import yaml
from cronsim import CronSim

PREFECT_YAML = Path(__file__).resolve().parents[2] / "prefect.yaml"
# Enough runs of any of our schedules to meet its longest pause.
_LOOK_AHEAD = 50
_SOME_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Deployment:
    """A deployment's name and the crons of its schedules."""

    name: str
    crons: tuple[str, ...]

    @property
    def longest_pause(self) -> timedelta:
        """The longest time between two of its scheduled runs, any schedule of it counting."""
        schedules = [_next_runs(cron) for cron in self.crons]
        # One schedule's runs may go on for longer than another's that were looked at.
        end = min(runs[-1] for runs in schedules)
        known = sorted({run for runs in schedules for run in runs if run <= end})
        return max(later - sooner for sooner, later in pairwise(known))


def read_deployments(path: Path = PREFECT_YAML) -> list[Deployment]:
    """Read the deployments of prefect.yaml, by name."""
    content: dict[str, Any] = yaml.safe_load(path.read_text())
    return sorted(
        (
            Deployment(
                deployment["name"],
                tuple(schedule["cron"] for schedule in deployment.get("schedules", [])),
            )
            for deployment in content["deployments"]
        ),
        key=lambda deployment: deployment.name,
    )


def _next_runs(cron: str) -> list[datetime]:
    return list(islice(CronSim(cron, _SOME_MONDAY), _LOOK_AHEAD))
