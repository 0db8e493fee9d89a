"""The exported books to Redshift's star: crawled and modelled by Glue, loaded exactly once."""

from __future__ import annotations

import os
import sys

from prefect import flow
from pydantic import BaseModel, ConfigDict

from tasks.books.publishing import publish_modelled
from tasks.books.report import draw_modelled
from tasks.books.steps import (
    ModelledBooks,
    count_star,
    find_exported,
    find_loaded_tables,
    load_snapshot,
    make_snapshot,
    record_cleaned,
)
from tasks.command_line import run_from_terminal
from tasks.connections import migrate_warehouse
from tasks.settings import read_settings


class ModelBooks(BaseModel):
    """Nothing to choose: the export is taken as it is."""

    model_config = ConfigDict(extra="forbid")


@flow(name="model_books", flow_run_name="model_books")
def model_books(parameters: ModelBooks = ModelBooks()) -> ModelledBooks:
    """Model and load the export, unless the star has it already."""
    settings = read_settings(os.environ)
    migrate_warehouse(settings)
    recorded = record_cleaned(settings)
    snapshot = find_exported(settings)
    loaded, made, run = find_loaded_tables(settings, snapshot), None, None
    if loaded is None:
        made, run = make_snapshot(settings, snapshot)
        loaded = load_snapshot(settings, made, run.run_id if run else None)
    rows, ratings = count_star(settings)
    modelled = ModelledBooks(tuple(recorded), snapshot, made, run, tuple(loaded), rows, ratings)
    publish_modelled(settings, modelled)
    return modelled


if __name__ == "__main__":
    sys.exit(run_from_terminal(model_books, draw_modelled))
