"""Dirty CSV files of books, users and ratings to PostgreSQL: cleaned, or laid aside and why."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import Annotated

from prefect import flow
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tasks.artifacts import progress
from tasks.books.fields import Limits
from tasks.books.publishing import publish_cleaned
from tasks.books.report import draw_cleaned
from tasks.books.steps import CleanedFiles, find_new_files, load_files
from tasks.command_line import run_from_terminal
from tasks.settings import read_settings

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html (safe characters)
KeyPrefix = Annotated[str, Field(pattern=r"^[A-Za-z0-9!_.*'()=-][A-Za-z0-9!_.*'()=/-]{0,511}/$")]


class CleanBooks(BaseModel):
    """Where the files lie, and what is believed of them."""

    model_config = ConfigDict(extra="forbid")

    prefix: KeyPrefix = Field(
        default="book_crossing/",
        description="Prefix in the landing bucket, with a slash at its end; the files' names tell "
        "what they hold: BX-Books.csv, BX-Users.csv, BX-Ratings.csv",
    )
    reject_limit: int = Field(
        default=1000, ge=0, description="Above so many rejected records of a file nothing is loaded"
    )
    earliest_year: int = Field(
        default=1450, ge=1000, le=2999, description="Books from before this year have no year"
    )
    latest_year: int | None = Field(
        default=None,
        ge=1000,
        le=2999,
        description="Books from after this year have no year; the current year where it is null",
    )
    youngest: int = Field(default=5, ge=0, le=150, description="Users younger have no age")
    oldest: int = Field(default=100, ge=0, le=150, description="Users older have no age")

    @model_validator(mode="after")
    def _check_limits(self) -> CleanBooks:
        limits = self.limits()
        if limits.earliest_year > limits.latest_year:
            raise ValueError("earliest_year has to be no later than latest_year")
        if limits.youngest > limits.oldest:
            raise ValueError("youngest has to be no older than oldest")
        return self

    def limits(self) -> Limits:
        """Return the bounds of years and ages."""
        latest = self.latest_year or datetime.now(UTC).year
        return Limits(self.earliest_year, latest, self.youngest, self.oldest)


@flow(name="clean_books", flow_run_name="clean_books")
def clean_books(parameters: CleanBooks = CleanBooks()) -> CleanedFiles:
    """Clean and load the files that are new or changed, in one transaction; none is success."""
    settings = read_settings(os.environ)
    files = find_new_files(settings, parameters.prefix)
    with progress(max(len(files), 1), "Files loaded") as advance:
        cleaned = load_files(
            settings,
            files,
            limits=parameters.limits(),
            reject_limit=parameters.reject_limit,
            advance=advance,
        )
    publish_cleaned(settings, cleaned)
    return cleaned


if __name__ == "__main__":
    sys.exit(run_from_terminal(clean_books, draw_cleaned))
