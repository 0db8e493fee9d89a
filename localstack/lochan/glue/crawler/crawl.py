"""One crawl: list, classify, group, describe, publish.

https://docs.aws.amazon.com/glue/latest/dg/crawler-running.html
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lochan.glue.crawler.catalog import Catalog
from lochan.glue.crawler.collaborators import Clients, Reporting
from lochan.glue.crawler.custom_classifiers import read_classifiers
from lochan.glue.crawler.data_stores import read_data_store
from lochan.glue.crawler.errors import TooManyTables
from lochan.glue.crawler.grouping import File, group_files
from lochan.glue.crawler.incremental import KnownTables
from lochan.glue.crawler.jdbc_catalog import read_tables
from lochan.glue.crawler.jdbc_tables import describe_stored_table
from lochan.glue.crawler.plan import JdbcTarget, Plan, S3Target, read_plan
from lochan.glue.crawler.s3_files import classify_files
from lochan.glue.crawler.tables import Authorship, CrawledTable, describe_table


@dataclass(frozen=True)
class CrawlSummary:
    """How many tables and partitions a crawl touched."""

    tables_created: int
    tables_updated: int
    tables_deleted: int
    partitions_created: int
    partitions_updated: int
    partitions_deleted: int


def run_crawl(crawler: Mapping[str, Any], clients: Clients, reporting: Reporting) -> CrawlSummary:
    """Crawl the targets of a crawler (the shape that GetCrawler answers) into its database.

    Raises CrawlRefused for what is not emulated, UnusableTarget for what cannot be read,
    CrawlStopped when it was told to stop; the catalog then keeps what was published.
    """
    plan = read_plan(crawler)
    catalog = Catalog(clients.glue, plan.database, plan.name, plan.policies, reporting.log)
    author = Authorship(plan.name, str(uuid.uuid4()), plan.table_prefix)
    crawl = _add_new_folders if plan.new_folders_only else _crawl_everything
    crawl(plan, catalog, author, clients, reporting)
    return CrawlSummary(**asdict(catalog.tally))


def _crawl_everything(
    plan: Plan, catalog: Catalog, author: Authorship, clients: Clients, reporting: Reporting
) -> None:
    found: list[CrawledTable] = []
    custom = read_classifiers(clients.glue, plan.classifiers)
    for s3_target in plan.s3_targets:
        files = classify_files(s3_target, custom, clients, reporting)
        found += _describe_files(files, s3_target, plan, author)
    for jdbc_target in plan.jdbc_targets:
        found += _crawl_database(jdbc_target, author, clients, reporting)
    present = _publish(found, plan, catalog, reporting)
    catalog.retire_missing(present, plan.covers)


def _add_new_folders(
    plan: Plan, catalog: Catalog, author: Authorship, clients: Clients, reporting: Reporting
) -> None:
    """Crawl the folders that no table or partition of this crawler describes yet."""
    known = KnownTables(catalog)
    found: list[CrawledTable] = []
    custom = read_classifiers(clients.glue, plan.classifiers)
    for target in plan.s3_targets:
        is_new = known.find_new_folders(target.include)
        files = classify_files(target, custom, clients, reporting, is_new)
        rest = known.add_partitions(files, target.include, plan.combine_compatible, author)
        found += known.leave_out(_describe_files(rest, target, plan, author))
    _publish(found, plan, catalog, reporting)


def _publish(
    found: Sequence[CrawledTable], plan: Plan, catalog: Catalog, reporting: Reporting
) -> set[str]:
    """Write the tables, unless they are too many; returns their names in the catalog."""
    if plan.table_threshold is not None and len(found) > plan.table_threshold:
        raise TooManyTables(
            f"The crawl found {len(found)} tables, and the crawler's TableThreshold is"
            f" {plan.table_threshold}: nothing was written."
        )
    names = set()
    for crawled in found:
        reporting.check_stop(crawled.location)
        names.add(catalog.publish(crawled))
    return names


def _describe_files(
    files: Sequence[File], target: S3Target, plan: Plan, author: Authorship
) -> list[CrawledTable]:
    datasets = group_files(files, plan.group_below(target.include))
    return [describe_table(dataset, target.include, author) for dataset in datasets]


def _crawl_database(
    target: JdbcTarget, author: Authorship, clients: Clients, reporting: Reporting
) -> Iterator[CrawledTable]:
    store = read_data_store(clients.glue, clients.secrets, target.connection_name)
    place = f"{store.kind}://{store.host}:{store.port}/{store.database}"
    reporting.log(f"INFO : Crawling {place} through the connection {target.connection_name}")
    for stored in read_tables(store, target.path):
        reporting.check_stop(place)
        yield describe_stored_table(store, stored, author)
