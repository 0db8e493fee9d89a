"""Tables and queries of Redshift as sources: unloaded to S3 as Parquet, and read from there.

Rows are those of the moment when the source is read. The objects stay until the job ends, as
frames are computed when they are used; those of a job that is killed stay, as on AWS, where no
object of the temporary folder is ever removed and a lifecycle rule of the bucket is advised:
https://docs.aws.amazon.com/redshift/latest/mgmt/spark-redshift-connector.html

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-redshift-home.html
"""

import atexit
import json
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as spark

from awsglue import _bookmarks
from awsglue._databases.redshift import RedshiftSession, authorization, redshift_session
from awsglue._databases.sql import quote_text
from awsglue._databases.staging import StagingFolder, staging_folder
from awsglue._formats.contract import Parsed
from awsglue._refusals import not_implemented
from awsglue._sources.database_source import DatabaseSource

_FOLDERS = ExitStack()
atexit.register(_FOLDERS.close)


class RedshiftSource(DatabaseSource):
    """A table or a query of Redshift."""

    vendor = "redshift"

    def __init__(
        self,
        session: SparkSession,
        options: Mapping[str, Any],
        transformation_ctx: str,
        catalog_id: str | None = None,
    ) -> None:
        self._temporary = str(options.get("redshiftTmpDir") or "")
        if not self._temporary:
            raise ValueError(
                f"{self._call}: an s3:// folder for temporary files is needed: redshift_tmp_dir, "
                "or 'redshiftTmpDir' in connection_options."
            )
        form = str(options.get("unload_s3_format", "PARQUET")).upper()
        if form != "PARQUET":
            raise not_implemented(self._call, f"unload_s3_format {form!r}", "Known: PARQUET.")
        super().__init__(session, options, transformation_ctx, catalog_id)
        self._role = str(options.get("aws_iam_role", ""))
        self._extra_options = str(options.get("extraunloadoptions", "")).strip()

    def read(self) -> Parsed:
        """Return the rows."""
        folder = _FOLDERS.enter_context(staging_folder(self._temporary))
        with redshift_session(self._endpoint) as session:
            relation = self._restrict(session)
            statement = unload_statement(relation, folder, self._role, self._extra_options)
            session.execute(statement, "UNLOAD")
            session.commit()
        return Parsed(_read_unloaded(self._session, folder))

    def _restrict(self, session: RedshiftSession) -> str:
        """Return the relation, with a bookmark only what is new in it."""
        if self._key_order is None or not _bookmarks.is_tracked(self._transformation_ctx):
            return self._plan.relation

        def fetch(statement: str) -> list[tuple[Any, ...]]:
            return session.execute(statement, "the look for new rows")

        return self._find_new(self._key_order, fetch, quote_text)


def unload_statement(relation: str, folder: StagingFolder, role: str, extra_options: str) -> str:
    """Return the UNLOAD of what may follow FROM; around a query with a LIMIT there is another."""
    parts = [
        f"UNLOAD ({quote_text(f'SELECT * FROM {relation}')})",
        f"TO {quote_text(folder.uri(folder.prefix))}",
        authorization(role),
        "FORMAT AS PARQUET MANIFEST",
        extra_options,
    ]
    return " ".join(part for part in parts if part)


def _read_unloaded(session: SparkSession, folder: StagingFolder) -> DataFrame:
    """Read the objects that the manifest names."""
    key = f"{folder.prefix}manifest"
    body = folder.client().get_object(Bucket=folder.bucket, Key=key)["Body"].read()
    paths = [entry["url"] for entry in json.loads(body)["entries"]]
    # Redshift writes days as they are, also those before 1582.
    reader = session.read.option("datetimeRebaseMode", "CORRECTED").option("__globPaths__", "false")
    schema = in_glues_types(reader.parquet(*paths).schema)
    return reader.schema(schema).parquet(*paths)


def in_glues_types(schema: spark.StructType) -> spark.StructType:
    """Return the schema with timestamps as frames have them: instants, here in UTC."""
    return spark.StructType([spark.StructField(f.name, _in_glues_type(f.dataType)) for f in schema])


def _in_glues_type(data_type: spark.DataType) -> spark.DataType:
    is_local = isinstance(data_type, spark.TimestampNTZType)
    return spark.TimestampType() if is_local else data_type
