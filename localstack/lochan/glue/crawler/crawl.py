"""One crawl: list, classify, group, describe, publish.

https://docs.aws.amazon.com/glue/latest/dg/crawler-running.html
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from botocore.exceptions import ClientError

from lochan.glue.crawler.catalog import Catalog
from lochan.glue.crawler.classification import Classifier, classify
from lochan.glue.crawler.custom_classifiers import read_classifiers
from lochan.glue.crawler.data_stores import read_data_store
from lochan.glue.crawler.errors import CrawlStopped, UnusableTarget
from lochan.glue.crawler.grouping import File, group_files
from lochan.glue.crawler.jdbc_catalog import read_tables
from lochan.glue.crawler.jdbc_tables import describe_stored_table
from lochan.glue.crawler.listing import StoredObject, list_objects
from lochan.glue.crawler.plan import JdbcTarget, Plan, S3Target, read_plan
from lochan.glue.crawler.samples import Sample
from lochan.glue.crawler.tables import Authorship, CrawledTable, describe_table

# Reading samples waits for S3, not for the processor.
READERS = 8


@dataclass(frozen=True)
class CrawlSummary:
    """How many tables and partitions a crawl touched."""

    tables_created: int
    tables_updated: int
    tables_deleted: int
    partitions_created: int
    partitions_updated: int
    partitions_deleted: int


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


def run_crawl(crawler: Mapping[str, Any], clients: Clients, reporting: Reporting) -> CrawlSummary:
    """Crawl the targets of a crawler (the shape that GetCrawler answers) into its database.

    Raises CrawlRefused for what is not emulated, UnusableTarget for what cannot be read,
    CrawlStopped when it was told to stop; the catalog then keeps what was published.
    """
    plan = read_plan(crawler)
    catalog = Catalog(clients.glue, plan.database, plan.name, plan.policies, reporting.log)
    author = Authorship(plan.name, str(uuid.uuid4()), plan.table_prefix)
    present: set[str] = set()
    for s3_target in plan.s3_targets:
        for crawled in _crawl_prefix(s3_target, plan, author, clients, reporting):
            present.add(catalog.publish(crawled))
    for jdbc_target in plan.jdbc_targets:
        for crawled in _crawl_database(jdbc_target, author, clients, reporting):
            present.add(catalog.publish(crawled))
    catalog.retire_missing(present, plan.covers)
    return CrawlSummary(**asdict(catalog.tally))


def _crawl_prefix(
    target: S3Target, plan: Plan, author: Authorship, clients: Clients, reporting: Reporting
) -> Iterator[CrawledTable]:
    custom = read_classifiers(clients.glue, plan.classifiers)
    files = list(_classified_files(target, custom, clients.s3, reporting))
    for dataset in group_files(files, combine_compatible=plan.combine_compatible):
        yield describe_table(dataset, target.include, author)


def _crawl_database(
    target: JdbcTarget, author: Authorship, clients: Clients, reporting: Reporting
) -> Iterator[CrawledTable]:
    store = read_data_store(clients.glue, clients.secrets, target.connection_name)
    place = f"{store.kind}://{store.host}:{store.port}/{store.database}"
    reporting.log(f"INFO : Crawling {place} through the connection {target.connection_name}")
    for stored in read_tables(store, target.path):
        reporting.check_stop(place)
        yield describe_stored_table(store, stored, author)


def _classified_files(
    target: S3Target, custom: Sequence[Classifier], s3: Any, reporting: Reporting
) -> Iterator[File]:
    include = target.include
    reporting.log(f"INFO : Crawling {include.location}")
    try:
        stored = list(list_objects(s3, include, target.exclusions))
    except ClientError as error:
        reason = error.response["Error"]["Message"]
        raise UnusableTarget(f"The target {include.location} cannot be listed: {reason}") from None

    def classify_stored(one: StoredObject) -> File | None:
        reporting.check_stop(include.location)
        content = classify(Sample(s3, one), custom)
        if content is None:
            reporting.log(f"WARN : s3://{one.bucket}/{one.key} has an UNKNOWN classification")
        return File(one.path, content) if content else None

    with ThreadPoolExecutor(READERS) as readers:
        for file in readers.map(classify_stored, stored):
            if file is not None:
                yield file
