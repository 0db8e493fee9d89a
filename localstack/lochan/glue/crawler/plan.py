"""A crawler's definition, read and found possible.

https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lochan.glue.crawler.catalog import Policies
from lochan.glue.crawler.errors import CrawlRefused
from lochan.glue.crawler.grouping import Grouping
from lochan.glue.crawler.jdbc_paths import JdbcPath, parse_jdbc_path
from lochan.glue.crawler.listing import IncludePath, parse_include_path

_EMULATED_TARGETS = ("S3Targets", "JdbcTargets")
_REFUSED_OF_S3 = ("ConnectionName", "EventQueueArn", "DlqEventQueueArn")
# https://docs.aws.amazon.com/glue/latest/webapi/API_S3Target.html
_SAMPLE_SIZES = range(1, 250)
_NEW_FOLDERS_ONLY = "CRAWL_NEW_FOLDERS_ONLY"
_RECRAWL_BEHAVIORS = ("CRAWL_EVERYTHING", _NEW_FOLDERS_ONLY)


@dataclass(frozen=True)
class S3Target:
    """A prefix, and globs of what is not crawled below it.

    `sample_size` is how many files of each leaf folder are looked at, None for all.
    """

    include: IncludePath
    exclusions: tuple[str, ...]
    sample_size: int | None = None


@dataclass(frozen=True)
class JdbcTarget:
    """Tables of the database to which a connection leads."""

    connection_name: str
    path: JdbcPath

    def covers(self, table: Mapping[str, Any]) -> bool:
        """Tell whether a catalog table describes a table of this target."""
        parameters = table.get("Parameters", {})
        location = table.get("StorageDescriptor", {}).get("Location", "")
        return parameters.get("connectionName") == self.connection_name and self.path.covers(
            location
        )


@dataclass(frozen=True)
class Plan:
    """What to crawl, and what to do with what is found.

    `table_level` counts from the bucket, which is 1; `table_threshold` is how many tables may be
    found; either is None where the crawler does not say.
    """

    name: str
    database: str
    table_prefix: str
    s3_targets: tuple[S3Target, ...]
    jdbc_targets: tuple[JdbcTarget, ...]
    policies: Policies
    combine_compatible: bool
    classifiers: tuple[str, ...] = ()
    new_folders_only: bool = False
    table_level: int | None = None
    table_threshold: int | None = None

    def group_below(self, include: IncludePath) -> Grouping:
        """Return how files below an include path are grouped."""
        if self.table_level is None:
            return Grouping(self.combine_compatible)
        folders = len([name for name in include.prefix.split("/") if name])
        return Grouping(self.combine_compatible, max(self.table_level - 1 - folders, 0))

    def covers(self, table: Mapping[str, Any]) -> bool:
        """Tell whether a catalog table lies where this crawler looks."""
        location = table.get("StorageDescriptor", {}).get("Location", "")
        roots = tuple(target.include.location for target in self.s3_targets)
        return location.startswith(roots) or any(
            target.covers(table) for target in self.jdbc_targets
        )


def read_plan(crawler: Mapping[str, Any]) -> Plan:
    """Read the shape Crawler; raises CrawlRefused naming what is not emulated, UnusableTarget."""
    targets = crawler.get("Targets", {})
    _refuse_other_targets(targets)
    configuration = json.loads(crawler.get("Configuration") or "{}")
    grouping = configuration.get("Grouping", {})
    return Plan(
        name=crawler["Name"],
        database=crawler["DatabaseName"],
        table_prefix=crawler.get("TablePrefix") or "",
        s3_targets=tuple(map(_read_s3_target, targets.get("S3Targets", ()))),
        jdbc_targets=tuple(map(_read_jdbc_target, targets.get("JdbcTargets", ()))),
        policies=_policies(crawler.get("SchemaChangePolicy", {}), configuration),
        combine_compatible=_combines(grouping),
        classifiers=tuple(crawler.get("Classifiers", ())),
        new_folders_only=_crawls_new_folders_only(crawler),
        table_level=_read_number(grouping, "TableLevelConfiguration"),
        table_threshold=_read_number(grouping, "TableThreshold"),
    )


def _refuse_other_targets(targets: Mapping[str, Any]) -> None:
    others = [kind for kind, listed in targets.items() if listed and kind not in _EMULATED_TARGETS]
    if others:
        raise CrawlRefused(
            f"Crawling {', '.join(others)} is not emulated; {' and '.join(_EMULATED_TARGETS)} are."
        )
    if not any(targets.get(kind) for kind in _EMULATED_TARGETS):
        raise CrawlRefused(f"The crawler has no {' and no '.join(_EMULATED_TARGETS)}.")


def _read_s3_target(target: Mapping[str, Any]) -> S3Target:
    for option in _REFUSED_OF_S3:
        if target.get(option):
            raise CrawlRefused(f"{option} of an S3 target is not emulated.")
    size = target.get("SampleSize")
    if size is not None and size not in _SAMPLE_SIZES:
        raise CrawlRefused(
            f"SampleSize of the target {target['Path']} must be from {_SAMPLE_SIZES[0]} to"
            f" {_SAMPLE_SIZES[-1]} files of each folder, and is {size}."
        )
    return S3Target(parse_include_path(target["Path"]), tuple(target.get("Exclusions", ())), size)


def _read_jdbc_target(target: Mapping[str, Any]) -> JdbcTarget:
    if target.get("EnableAdditionalMetadata"):
        raise CrawlRefused("EnableAdditionalMetadata of a JDBC target is not emulated.")
    if not target.get("ConnectionName"):
        raise CrawlRefused("A JDBC target of the crawler has no ConnectionName.")
    path = parse_jdbc_path(target.get("Path", ""), target.get("Exclusions", ()))
    return JdbcTarget(target["ConnectionName"], path)


def _crawls_new_folders_only(crawler: Mapping[str, Any]) -> bool:
    behavior = crawler.get("RecrawlPolicy", {}).get("RecrawlBehavior", "CRAWL_EVERYTHING")
    if behavior not in _RECRAWL_BEHAVIORS:
        raise CrawlRefused(
            f"RecrawlBehavior {behavior} is not emulated; {' and '.join(_RECRAWL_BEHAVIORS)} are."
        )
    is_incremental: bool = behavior == _NEW_FOLDERS_ONLY
    if is_incremental and crawler["Targets"].get("JdbcTargets"):
        raise CrawlRefused(
            f"RecrawlBehavior {behavior} is for folders of S3, and the crawler has JdbcTargets."
        )
    return is_incremental


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


def _combines(grouping: Mapping[str, Any]) -> bool:
    policy = grouping.get("TableGroupingPolicy")
    if policy not in (None, "CombineCompatibleSchemas"):
        raise CrawlRefused(f"Grouping.TableGroupingPolicy {policy!r} does not exist.")
    return policy is not None


def _read_number(grouping: Mapping[str, Any], name: str) -> int | None:
    number = grouping.get(name)
    if number is not None and (type(number) is not int or number < 1):
        raise CrawlRefused(f"Grouping.{name} must be a whole number above 0, and is {number!r}.")
    return number
