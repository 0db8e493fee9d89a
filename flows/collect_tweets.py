"""X API to the landing zone: every page of a window, as it came, then the completion marker."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal

from prefect import flow
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tasks.artifacts import publish_counts, publish_lineage, publish_plot
from tasks.assets import record_asset, s3_asset
from tasks.command_line import run_from_terminal
from tasks.settings import read_settings
from tasks.twitter.collection import CollectResult, Limits
from tasks.twitter.landing import Window
from tasks.twitter.steps import Sources, collect_pages


class CollectTweets(BaseModel):
    """What to collect, and of which time."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(
        default="(aws glue) OR (amazon redshift)",
        min_length=1,
        max_length=512,
        description="Search query as the X API takes it",
    )
    searches: list[Literal["recent", "all"]] = Field(
        default=["recent"],
        min_length=1,
        description="Which searches to ask: recent goes back a week, all needs full-archive access",
    )
    user_ids: list[Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]] = Field(
        default=[], description="Ids of users whose timelines and followers are collected too"
    )
    usernames: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,15}$")]] = Field(
        default=[], description="Names of users whose profiles are collected too"
    )
    window_start: datetime | None = Field(
        default=None, description="Start, included; yesterday 00:00 UTC where it is not given"
    )
    window_end: datetime | None = Field(
        default=None, description="End, excluded; a day after the start where it is not given"
    )
    followed_users: int = Field(
        default=10, ge=0, le=1000, description="Of how many users to collect the followers"
    )
    refresh: bool = Field(
        default=False, description="Collect a window again that is already complete"
    )

    @model_validator(mode="after")
    def _check_window(self) -> CollectTweets:
        self.window()
        return self

    def window(self) -> Window:
        """Return the window in UTC; a time without a zone is UTC."""
        midnight = datetime.combine(datetime.now(UTC).date(), time(), UTC)
        start = _in_utc(self.window_start or midnight - timedelta(days=1))
        end = _in_utc(self.window_end) if self.window_end else start + timedelta(days=1)
        return Window(start, end)


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


@flow(name="collect_tweets", flow_run_name="collect_tweets")
def collect_tweets(parameters: CollectTweets = CollectTweets()) -> CollectResult:
    """Collect one window; one that is already complete is left as it is."""
    settings = read_settings(os.environ)
    window = parameters.window()
    sources = Sources(
        query=parameters.query,
        searches=tuple(parameters.searches),
        user_ids=tuple(parameters.user_ids),
        usernames=tuple(parameters.usernames),
    )
    limits = Limits(followed_users=parameters.followed_users)
    result = collect_pages(settings, window, sources, limits, parameters.refresh)
    counts = [
        {
            "endpoint": part.endpoint,
            "pages": part.objects,
            "records": part.records,
            "errors": part.errors,
            "fetched now": part.fetched,
        }
        for part in result.partitions
    ]
    publish_counts("collect-tweets-counts", counts, f"Window {window.name}: pages landed")
    landing = f"s3://{settings.landing_bucket}/x_api"
    publish_lineage(
        "collect-tweets-lineage",
        [(f"X API /2 {part.endpoint}", f"{landing}/{part.endpoint}") for part in result.partitions],
    )
    records = {part.endpoint: part.records for part in result.partitions}
    title = f"Window {window.name}: records by endpoint"
    publish_plot("collect-tweets-plot", records, title=title, unit="records")
    for part in result.partitions:
        if part.fetched:
            record_asset(
                s3_asset(settings.landing_bucket, f"x_api/{part.endpoint}"),
                made_from=[f"{settings.x_api.url}/2/{part.endpoint}"],
                metadata={"window": window.name, "pages": part.objects, "records": part.records},
            )
    return result


if __name__ == "__main__":
    sys.exit(run_from_terminal(collect_tweets, str))
