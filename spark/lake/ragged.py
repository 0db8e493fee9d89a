"""Lines of CSV that have more or fewer fields than the table has columns.

A reader that knows the columns fills up what is missing and drops what is too much, and says
nothing: a broken quote, a wrong delimiter or a line break inside a value would load as if it were
right. So such lines are looked for before anything is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

_LINE = "lochan_line"
_FILE = "lochan_file"
SHOWN_LINES = 3
SHOWN_CHARACTERS = 160


class RaggedLines(Exception):
    """Lines do not have the fields that the table has; names files and lines."""


@dataclass(frozen=True)
class CsvLayout:
    """How the catalog says that the files are written, and how many fields a line has."""

    uri: str
    delimiter: str
    quote: str
    has_header: bool
    fields: int


def check_lines(spark: SparkSession, layout: CsvLayout) -> None:
    """Look at every line of the files; raises RaggedLines."""
    ragged = _read(spark, layout).where(F.col(_LINE).isNotNull())
    found = ragged.select(_FILE, _LINE).limit(SHOWN_LINES).collect()
    if not found:
        return
    shown = [f"  {row[0]}: {row[1][:SHOWN_CHARACTERS]}" for row in found]
    raise RaggedLines(
        "\n".join(
            [
                f"{ragged.count()} lines of {layout.uri} do not have the {layout.fields} fields of "
                f"the others, with {layout.delimiter!r} between them; nothing is loaded. Mend "
                "them, or state the delimiter. Among them:",
                *shown,
            ]
        )
    )


def _read(spark: SparkSession, layout: CsvLayout) -> DataFrame:
    # Else only the fields that are selected would be parsed, and none of them is too much.
    spark.conf.set("spark.sql.csv.parser.columnPruning.enabled", "false")
    names = [f"field_{position} STRING" for position in range(layout.fields)]
    return (
        spark.read.schema(", ".join([*names, f"{_LINE} STRING"]))
        .option("recursiveFileLookup", "true")
        .option("sep", layout.delimiter)
        .option("quote", layout.quote)
        .option("escape", layout.quote)
        .option("header", str(layout.has_header).lower())
        .option("enforceSchema", "true")
        .option("mode", "PERMISSIVE")
        .option("columnNameOfCorruptRecord", _LINE)
        .csv(layout.uri)
        .select("field_0", _LINE, F.col("_metadata.file_path").alias(_FILE))
    )
