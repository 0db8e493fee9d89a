"""Whom a crawl works with: the AWS clients that it asks, and who follows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lochan.glue.crawler.errors import CrawlStopped


@dataclass(frozen=True)
class Clients:
    """The AWS clients that a crawl asks: S3, Glue and Secrets Manager."""

    s3: Any
    glue: Any
    secrets: Any


@dataclass(frozen=True)
class Reporting:
    """Whom a crawl tells of its progress, and who tells it to stop."""

    log: Callable[[str], None]
    should_stop: Callable[[], bool]

    def check_stop(self, place: str) -> None:
        """Raise CrawlStopped when the crawl was told to stop."""
        if self.should_stop():
            raise CrawlStopped(place)
