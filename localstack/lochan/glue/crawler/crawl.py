"""One crawl: list, classify, group, describe, publish.

https://docs.aws.amazon.com/glue/latest/dg/crawler-running.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from botocore.exceptions import ClientError

from lochan.glue.crawler.catalog import Catalog, Policies
from lochan.glue.crawler.classification import classify
from lochan.glue.crawler.grouping import File, group_files
from lochan.glue.crawler.listing import (
    IncludePath,
    StoredObject,
    UnusableTarget,
    list_objects,
    parse_include_path,
)
from lochan.glue.crawler.samples import Sample
from lochan.glue.crawler.tables import Authorship, describe_table

# Reading samples waits for S3, not for the processor.
READERS = 8


class CrawlRefused(Exception):
    """The crawler asks for what is not emulated; the text names it."""


class CrawlStopped(Exception):
    """The crawl was told to stop."""


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
class Plan:
    """A crawler's definition, read and found possible."""

    name: str
    database: str
    table_prefix: str
    targets: tuple[tuple[IncludePath, tuple[str, ...]], ...]
    policies: Policies
    combine_compatible: bool


def run_crawl(
    crawler: Mapping[str, Any],
    *,
    s3: Any,
    glue: Any,
    should_stop: Callable[[], bool],
    log: Callable[[str], None],
) -> CrawlSummary:
    """Crawl the targets of a crawler (the shape that GetCrawler answers) into its database.

    Raises CrawlRefused for what is not emulated, UnusableTarget for a path or bucket that cannot be
    read, CrawlStopped when should_stop says so; the catalog then keeps what was published.
    """
    plan = read_plan(crawler)
    catalog = Catalog(glue, plan.database, plan.name, plan.policies, log)
    author = Authorship(plan.name, str(uuid.uuid4()), plan.table_prefix)
    present: set[str] = set()
    for include, exclusions in plan.targets:
        files = list(_classified_files(s3, include, exclusions, should_stop, log))
        for dataset in group_files(files, combine_compatible=plan.combine_compatible):
            present.add(catalog.publish(describe_table(dataset, include, author)))
    catalog.retire_missing(present, [include.location for include, _ in plan.targets])
    return CrawlSummary(**asdict(catalog.tally))


def _classified_files(
    s3: Any,
    include: IncludePath,
    exclusions: tuple[str, ...],
    should_stop: Callable[[], bool],
    log: Callable[[str], None],
) -> Iterator[File]:
    log(f"INFO : Crawling {include.location}")
    try:
        stored = list(list_objects(s3, include, exclusions))
    except ClientError as error:
        reason = error.response["Error"]["Message"]
        raise UnusableTarget(f"The target {include.location} cannot be listed: {reason}") from None

    def classify_stored(one: StoredObject) -> File | None:
        if should_stop():
            raise CrawlStopped(include.location)
        content = classify(Sample(s3, one))
        if content is None:
            log(f"WARN : s3://{one.bucket}/{one.key} has an UNKNOWN classification")
        return File(one.path, content) if content else None

    with ThreadPoolExecutor(READERS) as readers:
        for file in readers.map(classify_stored, stored):
            if file is not None:
                yield file


def read_plan(crawler: Mapping[str, Any]) -> Plan:
    """Read a crawler's definition; raises CrawlRefused naming what is not emulated."""
    _refuse_other_targets(crawler.get("Targets", {}))
    _refuse_options(crawler)
    configuration = json.loads(crawler.get("Configuration") or "{}")
    return Plan(
        name=crawler["Name"],
        database=crawler["DatabaseName"],
        table_prefix=crawler.get("TablePrefix") or "",
        targets=tuple(
            (parse_include_path(target["Path"]), tuple(target.get("Exclusions", ())))
            for target in crawler["Targets"]["S3Targets"]
        ),
        policies=_policies(crawler.get("SchemaChangePolicy", {}), configuration),
        combine_compatible=_combines(configuration),
    )


def _refuse_other_targets(targets: Mapping[str, Any]) -> None:
    others = [kind for kind, listed in targets.items() if listed and kind != "S3Targets"]
    if others:
        raise CrawlRefused(f"Crawling {', '.join(others)} is not emulated; S3Targets are.")
    if not targets.get("S3Targets"):
        raise CrawlRefused("The crawler has no S3Targets.")
    for target in targets["S3Targets"]:
        for option in ("ConnectionName", "EventQueueArn", "DlqEventQueueArn", "SampleSize"):
            if target.get(option):
                raise CrawlRefused(f"{option} of an S3 target is not emulated.")


def _refuse_options(crawler: Mapping[str, Any]) -> None:
    recrawl = crawler.get("RecrawlPolicy", {}).get("RecrawlBehavior", "CRAWL_EVERYTHING")
    if recrawl != "CRAWL_EVERYTHING":
        raise CrawlRefused(f"RecrawlBehavior {recrawl} is not emulated; CRAWL_EVERYTHING is.")
    if crawler.get("Classifiers"):
        raise CrawlRefused("Custom classifiers are not emulated; the built-in ones are.")


def _policies(changes: Mapping[str, Any], configuration: Mapping[str, Any]) -> Policies:
    output = configuration.get("CrawlerOutput", {})
    return Policies(
        update=changes.get("UpdateBehavior") or "UPDATE_IN_DATABASE",
        delete=changes.get("DeleteBehavior") or "DEPRECATE_IN_DATABASE",
        merge_new_columns=output.get("Tables", {}).get("AddOrUpdateBehavior") == "MergeNewColumns",
        partitions_inherit=(
            output.get("Partitions", {}).get("AddOrUpdateBehavior") == "InheritFromTable"
        ),
    )


def _combines(configuration: Mapping[str, Any]) -> bool:
    grouping = configuration.get("Grouping", {})
    for option in ("TableLevelConfiguration", "TableThreshold"):
        if option in grouping:
            raise CrawlRefused(f"Grouping.{option} is not emulated.")
    policy = grouping.get("TableGroupingPolicy")
    if policy not in (None, "CombineCompatibleSchemas"):
        raise CrawlRefused(f"Grouping.TableGroupingPolicy {policy!r} does not exist.")
    return policy is not None
