"""GlueContext: where a script gets its session, its sources and its sinks.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html
"""

import os
import time
import warnings
from pathlib import Path
from typing import Any

from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession, SQLContext
from pyspark.sql import types as spark

from awsglue._databases.connection import read_connection
from awsglue._logger import GlueLogger
from awsglue._refusals import not_implemented
from awsglue._sinks.registry import connection_sink, sink_for, table_sink, with_tmp_dir
from awsglue._sources.catalog import get_table
from awsglue._sources.registry import source_for, table_source
from awsglue._unimplemented import UnimplementedCalls
from awsglue.data_sink import DataSink
from awsglue.data_source import DataSource
from awsglue.dataframereader import DataFrameReader
from awsglue.dataframewriter import DataFrameWriter
from awsglue.dynamicframe import (
    DynamicFrame,
    DynamicFrameReader,
    DynamicFrameWriter,
    ResolveOption,
)


def register(sc: SparkContext) -> None:
    """Do nothing: Amazon's version makes its Java classes known, and Lochan has none."""


class GlueContext(UnimplementedCalls, SQLContext):
    """The entry to Glue's features for a SparkContext, a SparkSession, or the current one."""

    def __init__(self, sparkContext: Any = None, **options: Any) -> None:
        session = _session_of(sparkContext)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # SQLContext is Amazon's choice
            super().__init__(session.sparkContext, session)
        _let_python_workers_import_awsglue(session)
        self.spark_session = session
        self.create_dynamic_frame = DynamicFrameReader(self)
        self.create_data_frame = DataFrameReader(self)
        self.write_dynamic_frame = DynamicFrameWriter(self)
        self.write_data_frame = DataFrameWriter(self)

    def empty_dynamic_frame(self, name: str) -> DynamicFrame:
        """Return a frame without records and fields."""
        empty = self.spark_session.createDataFrame([], spark.StructType([]))
        return DynamicFrame(empty, self, name)

    def getSource(
        self,
        connection_type: str,
        format: str | None = None,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **options: Any,
    ) -> DataSource:
        """Return a source for setFormat and getFrame."""
        if push_down_predicate:
            raise not_implemented("GlueContext.getSource", "push_down_predicate")
        source = source_for(self.spark_session, connection_type, options, transformation_ctx)
        if format:
            source.set_format(format, {})
        return DataSource(source, self, connection_type)

    def get_catalog_schema_as_spark_schema(
        self,
        database: str | None = None,
        table_name: str | None = None,
        catalog_id: str | None = None,
    ) -> spark.StructType:
        """Return the columns and partition keys of a table."""
        named, table = _required_table(database, table_name, {})
        return get_table(named, table, catalog_id).schema

    def create_dynamic_frame_from_rdd(
        self,
        data: Any,
        name: str,
        schema: Any = None,
        sample_ratio: float | None = None,
        transformation_ctx: str = "",
    ) -> DynamicFrame:
        """Make a frame of an RDD of rows, tuples or dicts."""
        frame = self.spark_session.createDataFrame(data, schema, sample_ratio)
        return DynamicFrame.fromDF(frame, self, name)

    def create_dynamic_frame_from_catalog(
        self,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: dict[str, Any] = {},
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> DynamicFrame:
        """Read a table of the Data Catalog, of a partitioned one what the predicates select."""
        named, table = _required_table(database, table_name, kwargs)
        source = table_source(
            self.spark_session,
            get_table(named, table, catalog_id),
            push_down_predicate,
            additional_options,
            transformation_ctx,
            redshift_tmp_dir,
        )
        return DataSource(source, self, table).getFrame()

    def create_data_frame_from_catalog(
        self,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: dict[str, Any] = {},
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> DataFrame:
        """Read a table of the Data Catalog as a DataFrame."""
        return self.create_dynamic_frame_from_catalog(
            database,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            push_down_predicate,
            additional_options,
            catalog_id,
            **kwargs,
        ).toDF()

    def create_dynamic_frame_from_options(
        self,
        connection_type: str,
        connection_options: dict[str, Any] = {},
        format: str | None = None,
        format_options: dict[str, Any] = {},
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,
    ) -> DynamicFrame:
        """Read a connection."""
        _refuse_keywords("create_dynamic_frame_from_options", kwargs)
        source = self.getSource(
            connection_type, None, transformation_ctx, push_down_predicate, **connection_options
        )
        source.setFormat(format, **format_options)
        return source.getFrame()

    def create_data_frame_from_options(
        self,
        connection_type: str,
        connection_options: dict[str, Any] = {},
        format: str | None = None,
        format_options: dict[str, Any] = {},
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,
    ) -> DataFrame:
        """Read a connection as a DataFrame."""
        return self.create_dynamic_frame_from_options(
            connection_type,
            connection_options,
            format,
            format_options,
            transformation_ctx,
            push_down_predicate,
            **kwargs,
        ).toDF()

    def getSink(
        self,
        connection_type: str,
        format: str | None = None,
        transformation_ctx: str = "",
        **options: Any,
    ) -> DataSink:
        """Return a sink for setFormat, setCatalogInfo and writeFrame."""
        sink = DataSink(sink_for(connection_type, options), self)
        if format:
            sink.setFormat(format)
        return sink

    def write_dynamic_frame_from_options(
        self,
        frame: Any,
        connection_type: str,
        connection_options: dict[str, Any] = {},
        format: str | None = None,
        format_options: dict[str, Any] = {},
        transformation_ctx: str = "",
    ) -> Any:
        """Write a frame to a connection."""
        return self.write_from_options(
            frame,
            connection_type,
            connection_options,
            format,
            format_options,
            transformation_ctx,
        )

    def write_from_options(
        self,
        frame_or_dfc: Any,
        connection_type: str,
        connection_options: dict[str, Any] = {},
        format: Any = {},
        format_options: dict[str, Any] = {},
        transformation_ctx: str = "",
        **kwargs: Any,
    ) -> Any:
        """Write a frame, or each frame of a collection below the path by its name."""
        _refuse_keywords("write_from_options", kwargs)
        sink = self.getSink(connection_type, None, transformation_ctx, **connection_options)
        sink.setFormat(format or None, **format_options)
        return sink.write(frame_or_dfc)

    def write_dynamic_frame_from_catalog(
        self,
        frame: Any,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        additional_options: dict[str, Any] = {},
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """Write a frame where a table of the Data Catalog is, in its format."""
        named, table = _required_table(database, table_name, kwargs)
        found = table_sink(named, table, catalog_id, additional_options, redshift_tmp_dir)
        return DataSink(found, self).write(frame)

    def write_dynamic_frame_from_jdbc_conf(
        self,
        frame: Any,
        catalog_connection: str,
        connection_options: dict[str, Any] = {},
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        catalog_id: str | None = None,
    ) -> Any:
        """Write a frame to the database of a JDBC connection of the catalog."""
        return self.write_from_jdbc_conf(
            frame,
            catalog_connection,
            connection_options,
            redshift_tmp_dir,
            transformation_ctx,
            catalog_id,
        )

    def write_from_jdbc_conf(
        self,
        frame_or_dfc: Any,
        catalog_connection: str,
        connection_options: dict[str, Any] = {},
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        catalog_id: str | None = None,
    ) -> Any:
        """Write a frame to the database of a JDBC connection of the catalog."""
        options = with_tmp_dir(connection_options, redshift_tmp_dir)
        found = connection_sink(catalog_connection, options, catalog_id)
        return DataSink(found, self).write(frame_or_dfc)

    def write_data_frame_from_catalog(
        self,
        frame: DataFrame,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        additional_options: dict[str, Any] = {},
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Write a DataFrame where a table of the Data Catalog is, in its format."""
        named, table = _required_table(database, table_name, kwargs)
        found = table_sink(named, table, catalog_id, additional_options, redshift_tmp_dir)
        DataSink(found, self).writeDataFrame(frame, self)

    def extract_jdbc_conf(
        self, connection_name: str, catalog_id: str | None = None
    ) -> dict[str, str]:
        """Return user, password, vendor, URLs and SSL settings of a JDBC connection."""
        return read_connection(connection_name, catalog_id).as_dict()

    def convert_resolve_option(self, path: str, action: str, target: Any) -> ResolveOption:
        """Return the option as toDF takes it."""
        return ResolveOption(path, action, target)

    def get_logger(self) -> GlueLogger:
        """Return a logger whose lines reach the error log of the run."""
        return GlueLogger()

    def currentTimeMillis(self) -> int:
        """Return the milliseconds since 1970."""
        return int(time.time() * 1000)


def _session_of(context: Any) -> SparkSession:
    if isinstance(context, SparkSession):
        return context
    # Not SparkSession(context), which takes the JVM's default session: a run has one of its own.
    return SparkSession.builder.getOrCreate()


def _let_python_workers_import_awsglue(session: SparkSession) -> None:
    """Functions of Filter and Map run in processes of Spark's, which find modules by this."""
    root = str(Path(__file__).resolve().parents[1])
    environment = session.sparkContext.environment
    paths = environment.get("PYTHONPATH", "").split(os.pathsep)
    if root not in paths:
        environment["PYTHONPATH"] = os.pathsep.join([root, *filter(None, paths)])


def _required_table(
    database: str | None, table_name: str | None, kwargs: dict[str, Any]
) -> tuple[str, str]:
    """Return database and table; name_space is what generated scripts of 2017 call a database."""
    named = database or kwargs.pop("name_space", None)
    kwargs.pop("name_space", None)
    _refuse_keywords("from_catalog", kwargs)
    if not named or not table_name:
        raise ValueError("from_catalog: both database and table_name must be given.")
    return named, table_name


def _refuse_keywords(call: str, kwargs: dict[str, Any]) -> None:
    for keyword in kwargs:
        raise not_implemented(call, f"the argument {keyword!r}")
