"""The books from PostgreSQL to S3, in the layout of a DMS full load."""

from __future__ import annotations

import os
import sys

from prefect import flow
from pydantic import BaseModel, ConfigDict

from tasks.books.publishing import publish_exported
from tasks.books.report import draw_exported
from tasks.books.steps import ExportedFiles, export_tables
from tasks.command_line import run_from_terminal
from tasks.settings import read_settings


class ExportBooks(BaseModel):
    """Nothing to choose: every table is exported whole."""

    model_config = ConfigDict(extra="forbid")


@flow(name="export_books", flow_run_name="export_books")
def export_books(parameters: ExportBooks = ExportBooks()) -> ExportedFiles:
    """Export every table; equal rows make the same objects again."""
    settings = read_settings(os.environ)
    exported = export_tables(settings)
    publish_exported(settings, exported)
    return exported


if __name__ == "__main__":
    sys.exit(run_from_terminal(export_books, draw_exported))
