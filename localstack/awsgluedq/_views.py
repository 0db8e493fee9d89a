"""Frames as temporary views, for as long as a statement is analyzed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession


@contextmanager
def views(session: SparkSession, frames: Mapping[str, DataFrame]) -> Iterator[None]:
    """Name frames for a statement; what it read it holds, so the names go again at once.

    A view that the script has under such a name is there again afterwards.
    """
    covered: dict[str, DataFrame] = {}
    made: list[str] = []
    try:
        for name, frame in frames.items():
            _create(session, name, frame, covered)
            made.append(name)
        yield
    finally:
        for name in made:
            session.catalog.dropTempView(name)
        for name, frame in covered.items():
            frame.createOrReplaceTempView(name)


def _create(
    session: SparkSession, name: str, frame: DataFrame, covered: dict[str, DataFrame]
) -> None:
    try:
        frame.createTempView(name)
    except AnalysisException as error:
        if error.getErrorClass() != "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS":
            raise
        covered[name] = session.table(name)
        frame.createOrReplaceTempView(name)
