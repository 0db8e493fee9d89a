"""From landed windows to published partitions: the steps that the job process_tweets runs."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import SparkSession

from spark.quality import Checked, Evaluate, RuleOutcome, check_tables, read_rules
from spark.tables import Counts
from spark.tuning import fit_to_size
from spark.twitter.census import take_census
from spark.twitter.landing import (
    LandedObject,
    find_damage,
    landed_frame,
    read_landed_objects,
    read_texts,
)
from spark.twitter.partitions import Description
from spark.twitter.publication import (
    Merged,
    describe_merged,
    find_touched,
    merge_input,
    publish_merged,
    rows_of,
)
from spark.twitter.quarantine import enforce_limit, quarantine_rejects
from spark.twitter.schemas import TABLES
from spark.twitter.summary import Summary, touched_partitions
from spark.twitter.transforms.checks import RecordRules
from spark.twitter.transforms.pages import split_pages
from spark.twitter.transforms.records import PAGES, read_records
from spark.zone import Zone


@dataclass(frozen=True)
class Request:
    """Which windows to process, from where to where, and how many rejects to bear."""

    landing_bucket: str
    landing_prefix: str
    windows: tuple[str, ...]
    processed_bucket: str
    dataset: str
    reject_limit: int


def process_windows(spark: SparkSession, s3: Any, request: Request, evaluate: Evaluate) -> Summary:
    """Merge the pages of the windows into the processed zone; safe to repeat after any crash.

    Where merged rows break the rules of their table nothing is published: raises RulesFailed.
    """
    zone = Zone(s3, request.processed_bucket, request.dataset)
    landed = read_landed_objects(
        s3, request.landing_bucket, request.landing_prefix, request.windows
    )
    _configure(spark)
    landed_bytes = sum(landed_object.bytes for landed_object in landed)
    fit_to_size(spark, landed_bytes)
    texts = read_texts(spark, request.landing_bucket, landed)
    split = split_pages(texts, landed_frame(spark, landed))
    records = read_records(split, RecordRules()).persist()
    census = take_census(records)
    unread = sorted({landed_object.key for landed_object in landed} - census.files)
    damage = list(find_damage(s3, request.landing_bucket, unread))
    load_id = hash_landed(request.dataset, landed)
    quarantine = quarantine_rejects(records, census, damage, zone, load_id)
    enforce_limit(quarantine, request.reject_limit)
    before = find_touched(census, zone)
    merged_bytes = landed_bytes + sum(partition.bytes for partition in before.values())
    fit_to_size(spark, merged_bytes)
    merged = merge_input(records, before, zone, merged_bytes)
    described = describe_merged(merged)
    quality = check_quality(merged, described, request.dataset, evaluate)
    touched = publish_merged(merged, described, zone)
    return Summary(
        load_id=load_id,
        landed_objects=len(landed),
        api_errors=census.api_errors,
        tables=count_tables(described, quarantine.counts, len(landed)),
        partitions=touched_partitions(touched),
        quarantine_uri=quarantine.uri,
        quality=quality,
    )


def check_quality(
    merged: Merged, described: Sequence[Description], dataset: str, evaluate: Evaluate
) -> dict[str, tuple[RuleOutcome, ...]]:
    """Check the merged rows of each table that has some; raises RulesFailed."""
    if merged.rows is None:
        return {}
    present = {description.table_name for description in described}
    checked = [
        Checked(
            table.name,
            rows_of(merged.rows, table),
            read_rules(dataset, table.name),
            keys=table.keys,
        )
        for table in TABLES
        if table.name in present
    ]
    return check_tables(checked, evaluate=evaluate)


def hash_landed(dataset: str, landed: Sequence[LandedObject]) -> str:
    """Name an input by its content: the same objects are the same id."""
    objects = sorted((landed_object.key, landed_object.etag) for landed_object in landed)
    return hashlib.sha256(json.dumps([dataset, objects]).encode()).hexdigest()


def count_tables(
    described: Sequence[Description], rejected: Counter[str], pages: int
) -> dict[str, Counts]:
    """Add up what became of each table's input, and of the pages themselves."""
    counts = {PAGES: Counts(pages, pages - rejected[PAGES], rejected[PAGES], 0)}
    for table in TABLES:
        partitions = [one for one in described if one.table_name == table.name]
        seen = sum(one.input_rows for one in partitions)
        loaded = sum(one.loaded_rows for one in partitions)
        refused = rejected[table.name]
        counts[table.name] = Counts(seen + refused, loaded, refused, seen - loaded)
    return counts


def _configure(spark: SparkSession) -> None:
    """Set what the rows depend on, rather than trust the cluster's defaults."""
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    # What Redshift's COPY reads as TIMESTAMP; Spark's default is the deprecated INT96.
    spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
