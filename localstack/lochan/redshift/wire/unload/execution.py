"""UNLOAD carried out: a query's rows from PostgreSQL into objects, in the client's transaction.

https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
"""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import pyarrow
from botocore.exceptions import BotoCoreError, ClientError

from lochan.redshift.wire.backend_protocol import Backend, BackendError
from lochan.redshift.wire.copy.errors import INTERNAL_ERROR, CopyError
from lochan.redshift.wire.copy.objects import s3_error
from lochan.redshift.wire.copy.statement import Parquet, S3Location
from lochan.redshift.wire.unload.files import UnloadedFile, open_files
from lochan.redshift.wire.unload.rows import UnloadColumn, describe_query, read_batches
from lochan.redshift.wire.unload.statement import UnloadStatement

_NOT_EMPTY = (
    "Specified unload destination on S3 is not empty. Consider using a different bucket / "
    "prefix, manually removing the target files in S3, or using the ALLOWOVERWRITE option."
)


@dataclass(frozen=True)
class UnloadResult:
    """How many rows an UNLOAD wrote, and what the client is told."""

    rows_unloaded: int

    @property
    def notices(self) -> tuple[str, ...]:
        """The INFO messages."""
        return (f"UNLOAD completed, {self.rows_unloaded} record(s) unloaded successfully.",)


def execute_unload(
    statement: UnloadStatement,
    query: str,
    backend: Backend,
    *,
    s3_client_factory: Callable[[str | None], Any],
) -> UnloadResult:
    """Write the rows of a query of PostgreSQL's to S3; raises CopyError."""
    s3 = s3_client_factory(statement.region)
    is_parquet = isinstance(statement.format, Parquet)
    _check_date_style(backend)
    try:
        columns = describe_query(backend, query, exact=is_parquet)
        _prepare_destination(s3, statement)
        with closing(read_batches(backend, query, columns, as_text=not is_parquet)) as batches:
            files = _write(s3, statement, columns, batches)
        if statement.manifest:
            _put_manifest(s3, statement, columns, files)
    except BackendError as error:
        raise CopyError(error.sqlstate, error.message, error.detail, error.hint) from error
    except (ClientError, BotoCoreError) as error:
        raise s3_error(error, f"S3 path being written : {statement.location.uri}") from error
    return UnloadResult(sum(file.rows for file in files))


def _check_date_style(backend: Backend) -> None:
    style = str(backend.execute("SELECT pg_catalog.current_setting('datestyle')")[0][0])
    if not style.startswith("ISO"):
        raise CopyError(
            "0A000", f"UNLOAD with DATESTYLE {style} is not supported by this stand-in: use ISO"
        )


def _prepare_destination(s3: Any, statement: UnloadStatement) -> None:
    """Refuse a destination that has objects already, or empty it with CLEANPATH."""
    if statement.allow_overwrite:
        return
    location = statement.location
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=location.bucket, Prefix=location.key
    )
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    if keys and not statement.clean_path:
        raise CopyError(INTERNAL_ERROR, _NOT_EMPTY)
    for key in keys:
        s3.delete_object(Bucket=location.bucket, Key=key)


def _write(
    s3: Any,
    statement: UnloadStatement,
    columns: Sequence[UnloadColumn],
    batches: Iterable[pyarrow.RecordBatch],
) -> list[UnloadedFile]:
    schema = pyarrow.schema([(column.name, column.arrow) for column in columns])
    with open_files(s3, statement, schema) as sequences:
        for sequence, batch in zip(cycle(sequences), batches, strict=False):
            sequence.write(batch)
    return [file for sequence in sequences for file in sequence.files]


def _put_manifest(
    s3: Any,
    statement: UnloadStatement,
    columns: Sequence[UnloadColumn],
    files: Sequence[UnloadedFile],
) -> None:
    location = S3Location(statement.location.bucket, f"{statement.location.key}manifest")
    body = json.dumps(make_manifest(statement, columns, files)).encode()
    s3.put_object(Bucket=location.bucket, Key=location.key, Body=body)


def make_manifest(
    statement: UnloadStatement, columns: Sequence[UnloadColumn], files: Sequence[UnloadedFile]
) -> dict[str, Any]:
    """Return the manifest: the files, and with VERBOSE their sizes, rows and columns.

    https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD_command_examples.html
    """
    verbose = statement.verbose_manifest
    entries: list[dict[str, Any]] = []
    for file in files:
        entry: dict[str, Any] = {"url": file.location.uri}
        if verbose:
            entry["meta"] = {"content_length": file.size, "record_count": file.rows}
        elif isinstance(statement.format, Parquet):
            # Without it a COPY of these files would be refused.
            entry["meta"] = {"content_length": file.size}
        entries.append(entry)
    if not verbose:
        return {"entries": entries}
    elements = [{"name": column.name, "type": {"base": column.redshift}} for column in columns]
    totals = {
        "content_length": sum(file.size for file in files),
        "record_count": sum(file.rows for file in files),
    }
    author = {"name": "Amazon Redshift", "version": "1.0.0"}
    return {
        "entries": entries,
        "schema": {"elements": elements},
        "meta": totals,
        "author": author,
    }
