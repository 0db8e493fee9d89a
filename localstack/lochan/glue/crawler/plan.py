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
from lochan.glue.crawler.jdbc_paths import JdbcPath, parse_jdbc_path
from lochan.glue.crawler.listing import IncludePath, parse_include_path

_EMULATED_TARGETS = ("S3Targets", "JdbcTargets")
_REFUSED_OF_S3 = ("ConnectionName", "EventQueueArn", "DlqEventQueueArn", "SampleSize")


@dataclass(frozen=True)
class S3Target:
    """A prefix, and globs of what is not crawled below it."""

    include: IncludePath
    exclusions: tuple[str, ...]


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
    """What to crawl, and what to do with what is found."""

    name: str
    database: str
    table_prefix: str
    s3_targets: tuple[S3Target, ...]
    jdbc_targets: tuple[JdbcTarget, ...]
    policies: Policies
    combine_compatible: bool
    classifiers: tuple[str, ...] = ()

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
    _refuse_options(crawler)
    configuration = json.loads(crawler.get("Configuration") or "{}")
    return Plan(
        name=crawler["Name"],
        database=crawler["DatabaseName"],
        table_prefix=crawler.get("TablePrefix") or "",
        s3_targets=tuple(map(_read_s3_target, targets.get("S3Targets", ()))),
        jdbc_targets=tuple(map(_read_jdbc_target, targets.get("JdbcTargets", ()))),
        policies=_policies(crawler.get("SchemaChangePolicy", {}), configuration),
        combine_compatible=_combines(configuration),
        classifiers=tuple(crawler.get("Classifiers", ())),
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
    return S3Target(parse_include_path(target["Path"]), tuple(target.get("Exclusions", ())))


def _read_jdbc_target(target: Mapping[str, Any]) -> JdbcTarget:
    if target.get("EnableAdditionalMetadata"):
        raise CrawlRefused("EnableAdditionalMetadata of a JDBC target is not emulated.")
    if not target.get("ConnectionName"):
        raise CrawlRefused("A JDBC target of the crawler has no ConnectionName.")
    path = parse_jdbc_path(target.get("Path", ""), target.get("Exclusions", ()))
    return JdbcTarget(target["ConnectionName"], path)


def _refuse_options(crawler: Mapping[str, Any]) -> None:
    recrawl = crawler.get("RecrawlPolicy", {}).get("RecrawlBehavior", "CRAWL_EVERYTHING")
    if recrawl != "CRAWL_EVERYTHING":
        raise CrawlRefused(f"RecrawlBehavior {recrawl} is not emulated; CRAWL_EVERYTHING is.")


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
