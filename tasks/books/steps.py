"""The retryable steps of the books flows: plain functions with their clients, as Prefect tasks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

from prefect import runtime

from tasks import postgres
from tasks.aws import create_client
from tasks.books.asking import ask_as
from tasks.books.export import ExportedTable, Exporter
from tasks.books.fields import Limits
from tasks.books.landing import LandedFile, list_files
from tasks.books.loading import LoadedFile, Loader, count_rows, create_schema, find_new
from tasks.books.recording import CleanedLoad, Recorder
from tasks.books.snapshot import (
    MadeSnapshot,
    Snapshot,
    find_snapshot,
    forget_others,
    read_made,
)
from tasks.books.star import LoadedTable, Place, count_ratings, find_loaded, load_star
from tasks.connections import open_warehouse
from tasks.glue import JobRun
from tasks.logs import read_log_tail
from tasks.processed import ProcessedZoneError
from tasks.retries import retried_task
from tasks.settings import Settings
from tasks.trigger_chains import TriggerChain, run_chain
from tasks.warehouse import table_counts
from warehouse.books import STAR

EXPORT_PREFIX = "export"
Result = TypeVar("Result")
# A chain that had begun before the export was whole makes an older snapshot; then one more is run.
_CHAINS = 2


@dataclass(frozen=True)
class CleanedFiles:
    """What a run loaded into PostgreSQL, and the rows that each table has after it."""

    files: tuple[LoadedFile, ...]
    rows: dict[str, int]


@dataclass(frozen=True)
class ExportedFiles:
    """What a run exported."""

    tables: tuple[ExportedTable, ...]


@dataclass(frozen=True)
class ModelledBooks:
    """What a run brought into the star; the run of the job is None where it had been done.

    `recorded` are the cleaned files that the ledger did not know yet.
    """

    recorded: tuple[CleanedLoad, ...]
    snapshot: Snapshot
    made: MadeSnapshot | None
    run: JobRun | None
    tables: tuple[LoadedTable, ...]
    rows: dict[str, int]
    ratings: dict[str, int]


@retried_task(timeout_seconds=600)
def find_new_files(settings: Settings, prefix: str) -> list[LandedFile]:
    """Find the landed files that are not loaded as they are now, oldest first."""
    landed = list_files(create_client("s3"), settings.landing_bucket, prefix)

    def find(database: postgres.Database) -> list[LandedFile]:
        create_schema(database)
        return find_new(database, landed)

    return _with_database(settings, find)


@retried_task(timeout_seconds=7200)
def load_files(
    settings: Settings,
    files: list[LandedFile],
    *,
    limits: Limits,
    reject_limit: int,
    advance: Callable[[], None],
) -> CleanedFiles:
    """Clean the files and load them into PostgreSQL, all in one transaction."""
    loader = Loader(
        s3=create_client("s3"),
        quarantine_bucket=settings.processed_bucket,
        limits=limits,
        reject_limit=reject_limit,
        flow_run_id=runtime.flow_run.id,
        advance=advance,
    )

    def load(database: postgres.Database) -> CleanedFiles:
        return CleanedFiles(tuple(loader.load(database, files)), count_rows(database))

    return _with_database(settings, load)


@retried_task(timeout_seconds=7200)
def export_tables(settings: Settings) -> ExportedFiles:
    """Export the tables of PostgreSQL to S3."""
    exporter = Exporter(create_client("s3"), settings.landing_bucket, EXPORT_PREFIX)

    def export(database: postgres.Database) -> ExportedFiles:
        create_schema(database)
        return ExportedFiles(tuple(exporter.export(database)))

    return _with_database(settings, export)


@retried_task(timeout_seconds=3600)
def record_cleaned(settings: Settings) -> list[CleanedLoad]:
    """Tell Redshift's ledger of the files that were cleaned, and of what was rejected of them."""

    def record(database: postgres.Database) -> list[CleanedLoad]:
        create_schema(database)
        with open_warehouse(settings) as warehouse:
            return Recorder(
                database=database,
                warehouse=warehouse,
                s3=create_client("s3"),
                temp_bucket=settings.temp_bucket,
                copy_role_arn=settings.redshift.copy_role_arn,
            ).record()

    return _with_database(settings, record)


@retried_task(timeout_seconds=600)
def find_exported(settings: Settings) -> Snapshot:
    """Name what the export holds now."""
    return find_snapshot(create_client("s3"), settings.landing_bucket, f"{EXPORT_PREFIX}/books")


@retried_task(timeout_seconds=600)
def find_loaded_tables(settings: Settings, snapshot: Snapshot) -> list[LoadedTable] | None:
    """Tell what loading a snapshot did; None where it was not loaded."""
    with open_warehouse(settings) as warehouse:
        return find_loaded(warehouse, snapshot)


@retried_task(timeout_seconds=7200)
def make_snapshot(settings: Settings, snapshot: Snapshot) -> tuple[MadeSnapshot, JobRun | None]:
    """Have Glue crawl the export and model it; what is made of the snapshot already is taken."""
    s3, run = create_client("s3"), None
    for _ in range(_CHAINS):
        made = read_made(s3, settings.processed_bucket, snapshot)
        if made is not None:
            return made, run
        with ask_as(s3, settings.processed_bucket, runtime.flow_run.id):
            run = run_chain(create_client("glue"), _chain(settings))
    made = read_made(s3, settings.processed_bucket, snapshot)
    if made is None:
        raise ProcessedZoneError(
            f"The job {_chain(settings).job_name} modelled another export than the one that lies "
            f"in s3://{settings.landing_bucket}/{EXPORT_PREFIX}/: it is written anew at this "
            "moment. Run model_books again when that is done."
        )
    return made, run


@retried_task(timeout_seconds=7200)
def load_snapshot(
    settings: Settings, made: MadeSnapshot, glue_run_id: str | None
) -> list[LoadedTable]:
    """Load what was made of a snapshot into the star, exactly once; forget what is older."""
    place = Place(
        bucket=settings.processed_bucket,
        temp_bucket=settings.temp_bucket,
        copy_role_arn=settings.redshift.copy_role_arn,
        flow_run_id=runtime.flow_run.id,
        glue_run_id=glue_run_id,
    )
    s3 = create_client("s3")
    with open_warehouse(settings) as warehouse:
        loaded = load_star(warehouse, s3, made, place)
    forget_others(s3, settings.processed_bucket, made.snapshot)
    return loaded


@retried_task(timeout_seconds=600)
def count_star(settings: Settings) -> tuple[dict[str, int], dict[str, int]]:
    """Count the rows of each table of the star, and the ratings by what they say."""
    with open_warehouse(settings) as warehouse:
        return table_counts(warehouse, STAR), count_ratings(warehouse)


def read_output(run: JobRun) -> list[str]:
    """Return the last lines that a job run printed."""
    return read_log_tail(create_client("logs"), group=f"{run.log_group}/output", stream=run.run_id)


def _chain(settings: Settings) -> TriggerChain:
    return TriggerChain(
        trigger_name=settings.glue_name("crawl-books"),
        crawler_name=settings.glue_name("books-export"),
        job_trigger_name=settings.glue_name("model-books"),
        job_name=settings.glue_name("model-books"),
    )


def _with_database(settings: Settings, work: Callable[[postgres.Database], Result]) -> Result:
    """Do the work on a connection of its own, again where that was lost."""

    def run() -> Result:
        with closing(postgres.connect(settings.rds)) as database:
            return work(database)

    return postgres.run_with_retries(run)
