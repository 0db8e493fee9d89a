"""X API to Redshift in one run: collect, process, warehouse, each also a flow of its own."""

from __future__ import annotations

import sys

from prefect import flow
from pydantic import BaseModel, ConfigDict, Field

from flows.collect_tweets import CollectTweets, collect_tweets
from flows.process_tweets import ProcessTweets, process_tweets
from flows.warehouse_tweets import WarehouseTweets, warehouse_tweets
from tasks.command_line import run_from_terminal
from tasks.twitter.report import TweetsReport, draw_report


class TweetsToRedshift(BaseModel):
    """The parameters of the three stages."""

    model_config = ConfigDict(extra="forbid")

    collect: CollectTweets = Field(default_factory=CollectTweets, description="Of the first stage")
    reject_limit: int = Field(
        default=1000, ge=0, description="Above so many rejects a window or partition is refused"
    )


@flow(name="tweets_to_redshift", flow_run_name="tweets_to_redshift")
def tweets_to_redshift(parameters: TweetsToRedshift = TweetsToRedshift()) -> TweetsReport:
    """Collect a window, process what is pending, load what is missing."""
    collected = collect_tweets(parameters.collect)
    processed = process_tweets(ProcessTweets(reject_limit=parameters.reject_limit))
    glue_run_id = processed[-1].run.run_id if processed else None
    warehoused = warehouse_tweets(
        WarehouseTweets(reject_limit=parameters.reject_limit, glue_run_id=glue_run_id)
    )
    return TweetsReport(collected, tuple(processed), warehoused)


if __name__ == "__main__":
    sys.exit(run_from_terminal(tweets_to_redshift, draw_report))
