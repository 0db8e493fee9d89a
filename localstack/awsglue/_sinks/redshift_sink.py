"""Redshift as a sink: rows are staged in S3 and loaded by COPY, in one transaction.

The order is that of the connector which Glue has from version 4.0 on: a table that is missing is
made with the frame's types, then the preactions run, COPY (unless there are no rows), and the
postactions. A preaction may thus name the table on the first run too; one that wants other types
drops the table and makes it anew.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-redshift-home.html
https://docs.aws.amazon.com/redshift/latest/mgmt/spark-redshift-connector-other-config.html
https://github.com/spark-redshift-community/spark-redshift#parameters
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame

from awsglue._databases import endpoint as endpoints
from awsglue._databases.csv_text import draw_null_text
from awsglue._databases.redshift import (
    RedshiftError,
    RedshiftSession,
    authorization,
    has_table,
    redshift_session,
)
from awsglue._databases.redshift_columns import (
    check_names,
    column_type,
    prepare_frame,
    prepare_typed_frame,
)
from awsglue._databases.sql import quote_name, quote_table, quote_text, split_statements
from awsglue._databases.staged_forms import CsvForm, ParquetForm, StagedForm
from awsglue._databases.staging import StagingFolder, stage_rows, staging_folder
from awsglue._refusals import not_implemented, refuse_unknown_options
from awsglue._sinks.database_sink import DatabaseSink, create_statement, read_table

_CALL = "write to redshift"
OPTIONS = endpoints.OPTIONS | {
    "dbtable", "redshiftTmpDir", "aws_iam_role", "preactions", "postactions", "extracopyoptions",
    "tempformat", "csvnullstring",
}  # fmt: skip
# AVRO, the connector's default, is not among what the stand-in's COPY loads; like it, CSV with
# names of columns maps by name.
_FORMS = ("CSV", "CSV GZIP", "PARQUET")


@dataclass(frozen=True)
class RedshiftTarget:
    """Where rows go, and what runs around their COPY."""

    table: tuple[str, ...]
    temporary: str
    form: StagedForm
    role: str = ""
    preactions: tuple[str, ...] = ()
    postactions: tuple[str, ...] = ()
    extra_copy_options: str = ""


def read_target(options: Mapping[str, Any]) -> RedshiftTarget:
    """Return what the options ask for; an error names what is missing or not implemented."""
    refuse_unknown_options(_CALL, dict(options), OPTIONS)
    table = read_table(_CALL, options)
    if not options.get("redshiftTmpDir"):
        raise ValueError(
            f"{_CALL}: an s3:// folder for temporary files is needed: redshift_tmp_dir, or "
            "'redshiftTmpDir' in connection_options."
        )
    return RedshiftTarget(
        table=table,
        temporary=str(options["redshiftTmpDir"]),
        role=str(options.get("aws_iam_role", "")),
        preactions=_read_actions(options.get("preactions"), table),
        postactions=_read_actions(options.get("postactions"), table),
        extra_copy_options=str(options.get("extracopyoptions", "")).strip(),
        form=_read_form(options),
    )


def _read_form(options: Mapping[str, Any]) -> StagedForm:
    """Return how rows are staged; where no text for nulls is given, it is one that no value has."""
    name = str(options.get("tempformat", "CSV")).upper()
    if name not in _FORMS:
        raise not_implemented(_CALL, f"tempformat {name!r}", f"Known: {sorted(_FORMS)}.")
    if name == "PARQUET":
        return ParquetForm()
    null_text = str(options.get("csvnullstring") or draw_null_text())
    return CsvForm(null_text, compressed=name == "CSV GZIP")


def _read_actions(text: Any, table: tuple[str, ...]) -> tuple[str, ...]:
    """Return the statements of a list; %s in them is the table."""
    return tuple(split_statements(str(text or "").replace("%s", quote_table(table))))


class RedshiftSink(DatabaseSink):
    """A table of Redshift that frames are added to."""

    vendor = "redshift"

    def __init__(self, options: Mapping[str, Any], catalog_id: str | None = None) -> None:
        self._target = read_target(options)
        super().__init__(options, catalog_id)

    def _add(self, frame: DataFrame) -> None:
        form = self._target.form
        is_typed = isinstance(form, ParquetForm)
        prepared = prepare_typed_frame(frame) if is_typed else prepare_frame(frame)
        check_names(prepared.columns)
        creation = create_statement(self._target.table, frame.schema, column_type)
        with staging_folder(self._target.temporary) as folder:
            manifest = stage_rows(prepared, folder, form)
            with redshift_session(self._endpoint) as session:
                self._load(session, creation, prepared.columns, manifest, folder)

    def _load(
        self,
        session: RedshiftSession,
        creation: str,
        columns: list[str],
        manifest: str | None,
        folder: StagingFolder,
    ) -> None:
        if not has_table(session, self._target.table):
            session.execute(creation, "CREATE TABLE")
        for statement in self._target.preactions:
            session.execute(statement, f"the preaction {statement!r}")
        if manifest is not None:
            _copy(session, copy_statement(self._target, columns, manifest), folder)
        for statement in self._target.postactions:
            session.execute(statement, f"the postaction {statement!r}")
        session.commit()


def copy_statement(target: RedshiftTarget, columns: list[str], manifest: str) -> str:
    """Return the COPY of the staged objects into the columns of the frame, by name."""
    parts = [
        f"COPY {quote_table(target.table)} ({', '.join(map(quote_name, columns))})",
        f"FROM {quote_text(manifest)}",
        authorization(target.role),
        target.form.copy_options,
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
