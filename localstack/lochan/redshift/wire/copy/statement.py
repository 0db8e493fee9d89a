"""A parsed COPY statement.

https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html
"""

from dataclasses import dataclass, field
from enum import Enum


@dataclass(frozen=True)
class TableName:
    """One to three identifiers: `table`, `schema.table` or `database.schema.table`."""

    parts: tuple[str, ...]

    @property
    def table(self) -> str:
        """The last identifier, by which messages name the table."""
        return self.parts[-1]


@dataclass(frozen=True)
class S3Location:
    """A bucket with a key, or with the beginning of keys."""

    bucket: str
    key: str

    @property
    def uri(self) -> str:
        """The location as statements and system tables write it."""
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True)
class Prefix:
    """Every object whose key begins with the location's key."""

    location: S3Location


@dataclass(frozen=True)
class Manifest:
    """The objects that a JSON manifest names."""

    location: S3Location


Source = Prefix | Manifest


@dataclass(frozen=True)
class DefaultRole:
    """`IAM_ROLE default`."""


@dataclass(frozen=True)
class Roles:
    """`IAM_ROLE 'arn[,arn...]'`: a role, or a chain of roles."""

    arns: tuple[str, ...]


@dataclass(frozen=True)
class AccessKeys:
    """Keys in the statement itself; only the key id may ever be shown."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


Authorization = DefaultRole | Roles | AccessKeys


@dataclass(frozen=True)
class DelimitedText:
    """The default format: fields between delimiters, no quoting of its own."""

    delimiter: str = "|"
    escape: bool = False
    remove_quotes: bool = False


@dataclass(frozen=True)
class Csv:
    """`CSV [QUOTE]`: quoted fields, a doubled quote for a quote."""

    delimiter: str = ","
    quote: str = '"'


@dataclass(frozen=True)
class AutoMapping:
    """`JSON 'auto'`: object keys are column names."""

    ignore_case: bool = False


@dataclass(frozen=True)
class WholeDocument:
    """`JSON 'noshred'`: each document goes into a single SUPER column."""


@dataclass(frozen=True)
class JsonPathsFile:
    """`JSON 's3://...'`: a file maps paths to columns by position."""

    location: S3Location


@dataclass(frozen=True)
class Json:
    """JSON documents one after the other."""

    mapping: AutoMapping | WholeDocument | JsonPathsFile = AutoMapping()


@dataclass(frozen=True)
class Parquet:
    """Parquet files, mapped to columns by position."""

    serialize_to_json: bool = False


Format = DelimitedText | Csv | Json | Parquet


class Compression(Enum):
    """How text files are compressed."""

    GZIP = "GZIP"
    BZIP2 = "BZIP2"
    ZSTD = "ZSTD"


@dataclass(frozen=True)
class Conversions:
    """How text becomes values.

    https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-conversion.html
    """

    accept_any_date: bool = False
    replacement_character: str | None = None
    blanks_as_null: bool = False
    date_format: str | None = None
    empty_as_null: bool = False
    encoding: str = "UTF8"
    explicit_ids: bool = False
    fill_record: bool = False
    ignore_blank_lines: bool = False
    ignore_header: int = 0
    null_as: str | None = "\\N"
    round_decimals: bool = False
    time_format: str | None = None
    trim_blanks: bool = False
    truncate_columns: bool = False


@dataclass(frozen=True)
class LoadOptions:
    """How the load runs; COMPUPDATE, COMPROWS and STATUPDATE are read and change nothing here.

    https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-load.html
    """

    max_errors: int = 0
    ignore_all_errors: bool = False
    no_load: bool = False


@dataclass(frozen=True)
class CopyStatement:
    """Everything that one COPY asks for; no columns means the table's own list."""

    table: TableName
    source: Source
    authorization: Authorization
    columns: tuple[str, ...] = ()
    format: Format = DelimitedText()
    compression: Compression | None = None
    region: str | None = None
    conversions: Conversions = Conversions()
    load: LoadOptions = LoadOptions()
