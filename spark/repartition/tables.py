"""The two ways to publish event hours: Parquet generations behind the catalog, or a Delta commit.

Both give the rows of the hours that are touched, and put the hours that change in their place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from spark.repartition.catalog import ensure_table, find_locations, switch_locations
from spark.repartition.generations import (
    Generation,
    Shelf,
    close_generation,
    name_generation,
    open_generation,
    put_marker,
    read_generations,
    settle_generations,
    sweep_generations,
)
from spark.repartition.readings import EVENT_HOUR, EVENT_TIME
from spark.repartition.request import Request
from spark.repartition.times import HOUR_PARTS, hour_of, split_hour
from spark.repartition.versions import is_among
from spark.repartition.writing import write_hours
from spark.zone import PartitionDamaged, StoredObject


@dataclass(frozen=True)
class Place:
    """Where an event hour lies now, in how many files and bytes."""

    location: str
    files: int
    bytes: int


class Table(Protocol):
    """A table of event hours that can be read and replaced hour by hour."""

    def prepare(self) -> int:
        """Make the table where it is missing, finish what broke; return the objects swept."""

    def find(self, hours: Sequence[str]) -> dict[str, Generation]:
        """Return how large the hours are that the table has."""

    def read(self, hours: Mapping[str, Generation]) -> DataFrame | None:
        """Return the rows of the hours with their EVENT_HOUR; None where there are none."""

    def publish(self, rows: DataFrame, expected: Mapping[str, int]) -> dict[str, Place]:
        """Replace the hours by these rows, whose number by hour is expected."""


@dataclass
class ParquetTable:
    """Generations under the catalog's partitions; each hour changes for readers in one step."""

    spark: SparkSession
    shelf: Shelf
    request: Request
    schema: StructType
    now: datetime

    def prepare(self) -> int:
        """Make the table where it is missing, settle and sweep; return the objects swept."""
        ensure_table(self.shelf.glue, self.shelf.target, self.schema)
        settled = settle_generations(self.shelf, self.now)
        keep = timedelta(hours=self.request.limits.keep_generations_hours)
        return settled + sweep_generations(self.shelf, keep, self.now)

    def find(self, hours: Sequence[str]) -> dict[str, Generation]:
        """Return the generations in use of the hours that the table has."""
        self._locations: dict[str, str] = find_locations(
            self.shelf.glue, self.shelf.target, list(hours)
        )
        return read_generations(self.shelf, self._locations)

    def read(self, hours: Mapping[str, Generation]) -> DataFrame | None:
        """Return the rows of the files that the hours' markers name."""
        uris = [self.shelf.zone.uri(one.key) for part in hours.values() for one in part.objects]
        if not uris:
            return None
        rows = self.spark.read.schema(self.schema).option("recursiveFileLookup", True)
        return rows.parquet(*uris).withColumn(EVENT_HOUR, hour_of(F.col(EVENT_TIME)))

    def publish(self, rows: DataFrame, expected: Mapping[str, int]) -> dict[str, Place]:
        """Lay a generation, then let the catalog point to it, then note what it replaced."""
        name = name_generation(self.now, self.request.load_id)
        replaced = {hour: self._locations.get(hour) for hour in expected}
        open_generation(self.shelf, name, replaced)
        region = self.shelf.s3.meta.region_name
        written = write_hours(rows, self.schema.names, self.shelf.target, name, region)
        check_rows(written, expected, self.shelf.target.location)
        for hour, objects in written.items():
            put_marker(self.shelf, hour, name, objects)
        locations = {hour: self.shelf.location(hour, name) for hour in written}
        switch_locations(
            self.shelf.glue, self.shelf.target, self.schema, locations, self._locations
        )
        close_generation(self.shelf, name, replaced, self.now)
        return {
            hour: Place(locations[hour], len(objects), sum(one.bytes for one in objects))
            for hour, objects in written.items()
        }


@dataclass
class DeltaTable:
    """A Delta table partitioned by the event hour's parts; all hours change in one commit.

    https://docs.delta.io/latest/delta-batch.html#overwrite-part-of-a-table-with-replacewhere
    """

    spark: SparkSession
    shelf: Shelf
    request: Request
    schema: StructType

    @property
    def location(self) -> str:
        """Where the table and its log lie."""
        return self.shelf.target.location

    def prepare(self) -> int:
        """Make the table in the catalog; Delta keeps and vacuums its own old files."""
        ensure_table(self.shelf.glue, self.shelf.target, self.schema)
        return 0

    def find(self, hours: Sequence[str]) -> dict[str, Generation]:
        """Return the rows that the hours have; where they lie is for Delta to know."""
        if not self._exists():
            return {}
        counts = self._rows(hours).groupBy(EVENT_HOUR).count().collect()
        return {
            row[EVENT_HOUR]: Generation(self.shelf.target.table, row[EVENT_HOUR], "", row[1], ())
            for row in counts
        }

    def read(self, hours: Mapping[str, Generation]) -> DataFrame | None:
        """Return the rows of the hours as the last commit has them."""
        return self._rows(list(hours)) if hours else None

    def publish(self, rows: DataFrame, expected: Mapping[str, int]) -> dict[str, Place]:
        """Replace all hours in one commit."""
        parts = {
            name: F.split(EVENT_HOUR, "-")[position] for position, name in enumerate(HOUR_PARTS)
        }
        names = self.schema.names
        (
            rows.withColumns(parts)
            .select(*names, *HOUR_PARTS)
            .write.format("delta")
            .mode("overwrite")
            .partitionBy(*HOUR_PARTS)
            .option("replaceWhere", hours_clause(list(expected)))
            .option("mergeSchema", "true")
            .option("userMetadata", self.request.load_id)
            .save(self.location)
        )
        sizes = self._sizes(list(expected))
        return {hour: Place(self.location, *sizes.get(hour, (0, 0))) for hour in expected}

    def _exists(self) -> bool:
        log = f"{self.shelf.target.folder}_delta_log/"
        answer = self.shelf.s3.list_objects_v2(
            Bucket=self.shelf.target.bucket, Prefix=log, MaxKeys=1
        )
        return bool(answer.get("KeyCount"))

    def _rows(self, hours: Sequence[str]) -> DataFrame:
        table = self.spark.read.format("delta").load(self.location)
        missing = {
            field.name: F.lit(None).cast(field.dataType)
            for field in self.schema
            if field.name not in table.columns
        }
        chosen = table.where(hours_clause(hours)).withColumns(missing)
        named = chosen.withColumn(EVENT_HOUR, F.concat_ws("-", *HOUR_PARTS))
        return named.select(*self.schema.names, EVENT_HOUR)

    def _sizes(self, hours: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Return files and bytes by hour, from the files' own metadata."""
        table = self.spark.read.format("delta").load(self.location).where(hours_clause(hours))
        files = table.select(
            F.concat_ws("-", *HOUR_PARTS).alias(EVENT_HOUR),
            F.col("_metadata.file_path").alias("path"),
            F.col("_metadata.file_size").alias("size"),
        ).distinct()
        counted = files.groupBy(EVENT_HOUR).agg(F.count("*"), F.sum("size")).collect()
        return {row[0]: (row[1], row[2]) for row in counted}


def hours_clause(hours: Sequence[str]) -> str:
    """Select hours by the partition columns alone, in terms that Delta prunes files by."""
    days: dict[tuple[str, str, str], list[str]] = {}
    for hour in hours:
        year, month, day, clock = split_hour(hour)
        days.setdefault((year, month, day), []).append(clock)
    terms = []
    for date, clocks in days.items():
        fixed = " AND ".join(f"{n} = '{v}'" for n, v in zip(HOUR_PARTS, date, strict=False))
        names = ", ".join(f"'{clock}'" for clock in clocks)
        terms.append(f"({fixed} AND {HOUR_PARTS[-1]} IN ({names}))")
    return " OR ".join(terms)


def check_rows(
    written: Mapping[str, Sequence[StoredObject]], expected: Mapping[str, int], where: str
) -> None:
    """Raise PartitionDamaged where another number of rows was written than was counted."""
    for hour, rows in expected.items():
        found = sum(one.records for one in written.get(hour, ()))
        if found != rows:
            raise PartitionDamaged(
                f"The new files of {where} for {hour} hold {found} rows instead of {rows}. Run "
                "the flow again."
            )


def rows_of(rows: DataFrame, hours: Sequence[str]) -> DataFrame:
    """Return the rows of these hours, in the order in which they lie."""
    return rows.where(is_among(list(hours)))
