from __future__ import annotations

from datetime import timedelta

import pytest

from infrastructure.orchestration.deployments import Deployment, read_deployments


@pytest.mark.parametrize(
    ("crons", "pause"),
    [
        (("45 * * * *",), timedelta(hours=1)),
        (("15 0 * * *",), timedelta(days=1)),
        (("30 3 * * 0",), timedelta(days=7)),
        # Daily at half past one, and on Sundays two hours later too.
        (("30 1 * * *", "30 3 * * 0"), timedelta(days=1)),
        # Working days at eight: from Friday to Monday.
        (("0 8 * * 1-5",), timedelta(days=3)),
    ],
)
def test_the_longest_pause_between_two_runs(crons: tuple[str, ...], pause: timedelta) -> None:
    assert Deployment("a", crons).longest_pause == pause


def test_schedules_are_those_of_prefect_yaml() -> None:
    crons = {deployment.name: deployment.crons for deployment in read_deployments()}
    assert crons["collect_tweets"] == ("15 0 * * *",)
    assert crons["process_tweets"] == ()
    assert crons["sync_missing_partitions"] == ("30 1 * * *", "30 3 * * 0")
