"""A parsed UNLOAD statement.

https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
"""

from dataclasses import dataclass

from lochan.redshift.wire.copy.statement import Authorization, Compression, Parquet, S3Location

LARGEST_FILE_BYTES = 6_657_199_308  # 6.2 GB, AWS' own limit


@dataclass(frozen=True)
class UnloadText:
    """Delimited text: nothing is quoted or escaped unless the statement asks for it."""

    delimiter: str = "|"
    escape: bool = False
    add_quotes: bool = False


@dataclass(frozen=True)
class UnloadCsv:
    """CSV: fields are quoted where they need it."""

    delimiter: str = ","


UnloadFormat = UnloadText | UnloadCsv | Parquet


@dataclass(frozen=True)
class UnloadStatement:
    """Everything that one UNLOAD asks for besides its query."""

    location: S3Location
    authorization: Authorization
    format: UnloadFormat = UnloadText()
    compression: Compression | None = None
    header: bool = False
    null_as: str = ""
    manifest: bool = False
    verbose_manifest: bool = False
    allow_overwrite: bool = False
    clean_path: bool = False
    parallel: bool = True
    max_file_bytes: int = LARGEST_FILE_BYTES
    region: str | None = None
