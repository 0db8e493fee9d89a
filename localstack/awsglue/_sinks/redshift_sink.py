"""Redshift as a sink: rows are staged in S3 and loaded by COPY, in one transaction.

As Glue's connector does, it makes a table that is missing before the preactions run.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-redshift-home.html
https://docs.aws.amazon.com/redshift/latest/mgmt/spark-redshift-connector-other-config.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import types as spark

from awsglue._databases import endpoint as endpoints
from awsglue._databases.endpoint import Endpoint
from awsglue._databases.redshift import (
    RedshiftError,
    RedshiftSession,
    authorization,
    has_table,
    redshift_session,
)
from awsglue._databases.redshift_columns import check_names, column_type, prepare_frame
from awsglue._databases.sql import (
    parse_table,
    quote_name,
    quote_table,
    quote_text,
    split_statements,
)
from awsglue._databases.staging import StagedRows, StagingFolder, stage_rows, staging_folder
from awsglue._refusals import not_implemented, refuse_unknown_options

_CALL = "write to redshift"
OPTIONS = endpoints.OPTIONS | {
    "dbtable", "redshiftTmpDir", "aws_iam_role", "preactions", "postactions", "extracopyoptions",
    "tempformat",
}  # fmt: skip
# AVRO, the connector's default, is not among what the stand-in's COPY loads; like it, CSV with
# names of columns maps by name.
_COMPRESSED = {"CSV": False, "CSV GZIP": True}


@dataclass(frozen=True)
class RedshiftTarget:
    """Where rows go, and what runs around their COPY."""

    table: tuple[str, ...]
    temporary: str
    role: str = ""
    preactions: tuple[str, ...] = ()
    postactions: tuple[str, ...] = ()
    extra_copy_options: str = ""
    compressed: bool = False


def read_target(options: Mapping[str, Any]) -> RedshiftTarget:
    """Return what the options ask for; an error names what is missing or not implemented."""
    refuse_unknown_options(_CALL, dict(options), OPTIONS)
    if not options.get("dbtable"):
        raise ValueError(f"{_CALL}: connection_options must have 'dbtable', as schema.table.")
    if not options.get("redshiftTmpDir"):
        raise ValueError(
            f"{_CALL}: an s3:// folder for temporary files is needed: redshift_tmp_dir, or "
            "'redshiftTmpDir' in connection_options."
        )
    table = parse_table(str(options["dbtable"]))
    form = str(options.get("tempformat", "CSV")).upper()
    if form not in _COMPRESSED:
        raise not_implemented(_CALL, f"tempformat {form!r}", f"Known: {sorted(_COMPRESSED)}.")
    return RedshiftTarget(
        table=table,
        temporary=str(options["redshiftTmpDir"]),
        role=str(options.get("aws_iam_role", "")),
        preactions=_read_actions(options.get("preactions"), table),
        postactions=_read_actions(options.get("postactions"), table),
        extra_copy_options=str(options.get("extracopyoptions", "")).strip(),
        compressed=_COMPRESSED[form],
    )


def _read_actions(text: Any, table: tuple[str, ...]) -> tuple[str, ...]:
    """Return the statements of a list; %s in them is the table."""
    return tuple(split_statements(str(text or "").replace("%s", quote_table(table))))


class RedshiftSink:
    """A table of Redshift that frames are added to."""

    def __init__(self, options: Mapping[str, Any], catalog_id: str | None = None) -> None:
        self._target = read_target(options)
        self._endpoint: Endpoint = endpoints.endpoint_of_options(
            _CALL, "redshift", options, catalog_id
        )

    def set_format(self, format: str | None, options: Mapping[str, Any]) -> None:
        """Refuse a format: a database has its own."""
        if format:
            raise not_implemented(_CALL, f"the format {format!r}")

    def set_catalog_info(self, database: str, table_name: str, catalog_id: str | None) -> None:
        """Refuse: enableUpdateCatalog is for files."""
        raise not_implemented(_CALL, "setCatalogInfo")

    def write(self, frame: DataFrame, below: str = "") -> None:
        """Add the frame's rows to the table."""
        if below:
            raise ValueError(f"{_CALL}: a collection has many frames, and dbtable is one table.")
        prepared = prepare_frame(frame)
        check_names(prepared.columns)
        creation = create_statement(self._target.table, frame.schema)
        with staging_folder(self._target.temporary) as folder:
            staged = stage_rows(prepared, folder, compressed=self._target.compressed)
            with redshift_session(self._endpoint) as session:
                self._load(session, creation, prepared.columns, staged, folder)

    def _load(
        self,
        session: RedshiftSession,
        creation: str,
        columns: list[str],
        staged: StagedRows,
        folder: StagingFolder,
    ) -> None:
        if not has_table(session, self._target.table):
            session.execute(creation, "CREATE TABLE")
        for statement in self._target.preactions:
            session.execute(statement, f"the preaction {statement!r}")
        if staged.manifest is not None:
            _copy(session, copy_statement(self._target, columns, staged), folder)
        for statement in self._target.postactions:
            session.execute(statement, f"the postaction {statement!r}")
        session.commit()


def create_statement(table: tuple[str, ...], schema: spark.StructType) -> str:
    """Return the statement that makes the table for a frame's fields."""
    if not schema.fields:
        raise ValueError(f"{_CALL}: the frame has no fields.")
    columns = ", ".join(f"{quote_name(field.name)} {column_type(field)}" for field in schema)
    return f"CREATE TABLE IF NOT EXISTS {quote_table(table)} ({columns})"


def copy_statement(target: RedshiftTarget, columns: list[str], staged: StagedRows) -> str:
    """Return the COPY of the staged objects into the columns of the frame, by name."""
    assert staged.manifest is not None
    parts = [
        f"COPY {quote_table(target.table)} ({', '.join(map(quote_name, columns))})",
        f"FROM {quote_text(staged.manifest)}",
        authorization(target.role),
        f"FORMAT AS CSV NULL AS {quote_text(staged.form.null_text)}",
        "GZIP MANIFEST" if staged.form.compressed else "MANIFEST",
        target.extra_copy_options,
    ]
    return " ".join(part for part in parts if part)


def _copy(session: RedshiftSession, statement: str, folder: StagingFolder) -> None:
    try:
        session.execute(statement, "COPY")
    except RedshiftError as error:
        session.rollback()
        reason = _first_load_error(session, folder)
        raise RedshiftError(f"{error}{reason}", error.sqlstate) from error


def _first_load_error(session: RedshiftSession, folder: StagingFolder) -> str:
    """Return what STL_LOAD_ERRORS says of this COPY, as a sentence."""
    found = session.execute(
        "SELECT TRIM(colname), TRIM(err_reason), TRIM(raw_field_value) FROM stl_load_errors "
        f"WHERE filename LIKE {quote_text(folder.uri(folder.prefix) + '%')} LIMIT 1",
        "the look for load errors",
    )
    if not found:
        return ""
    column, reason, value = found[0]
    return f" In the column {column!r}: {reason} Value: {value!r}."
