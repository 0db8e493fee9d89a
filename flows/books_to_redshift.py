"""Dirty CSV to a star in Redshift in one run: clean, export, model, each also a flow of its own."""

from __future__ import annotations

import sys

from prefect import flow
from pydantic import BaseModel, ConfigDict, Field

from flows.clean_books import CleanBooks, clean_books
from flows.export_books import export_books
from flows.model_books import model_books
from tasks.books.report import BooksReport, draw_report
from tasks.command_line import run_from_terminal


class BooksToRedshift(BaseModel):
    """The parameters of the first stage; the others take what it leaves."""

    model_config = ConfigDict(extra="forbid")

    clean: CleanBooks = Field(default_factory=CleanBooks, description="Of the first stage")


@flow(name="books_to_redshift", flow_run_name="books_to_redshift")
def books_to_redshift(parameters: BooksToRedshift = BooksToRedshift()) -> BooksReport:
    """Load the files that are new, export the tables, bring the star up to them."""
    cleaned = clean_books(parameters.clean)
    exported = export_books()
    return BooksReport(cleaned, exported, model_books())


if __name__ == "__main__":
    sys.exit(run_from_terminal(books_to_redshift, draw_report))
