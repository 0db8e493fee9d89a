"""The formats, by the name that scripts give."""

from awsglue._formats import csv, json_lines, parquet
from awsglue._formats.contract import Format
from awsglue._refusals import not_implemented

_PARQUET = Format(parquet.read, parquet.write, parquet.READ_OPTIONS, parquet.WRITE_OPTIONS)

FORMATS: dict[str, Format] = {
    "json": Format(
        json_lines.read, json_lines.write, json_lines.READ_OPTIONS, json_lines.WRITE_OPTIONS
    ),
    "csv": Format(csv.read, csv.write, csv.READ_OPTIONS, csv.WRITE_OPTIONS),
    "parquet": _PARQUET,
    "glueparquet": _PARQUET,
}


def format_named(name: str | None) -> Format:
    """Return the format of this name; NotImplementedError names one that is not there."""
    if not name:
        raise ValueError(f"awsglue: a format must be given, one of {sorted(FORMATS)}.")
    if name.lower() not in FORMATS:
        raise not_implemented("format", repr(name), f"Known: {sorted(FORMATS)}.")
    return FORMATS[name.lower()]
