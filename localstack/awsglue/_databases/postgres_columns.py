"""A frame's columns as PostgreSQL has them: their types, and the text by which COPY loads them.

The types are those that Spark's JDBC writer gives to new tables:
https://spark.apache.org/docs/3.5.6/sql-data-sources-jdbc.html
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as spark

from awsglue._choice import forget_choices
from awsglue._nested import top_column
from awsglue._schema import has_choices

_TYPES: dict[type[spark.DataType], str] = {
    spark.BooleanType: "boolean",
    spark.ByteType: "smallint",
    spark.ShortType: "smallint",
    spark.IntegerType: "integer",
    spark.LongType: "bigint",
    spark.FloatType: "real",
    spark.DoubleType: "double precision",
    spark.DateType: "date",
    spark.TimestampType: "timestamp",
    spark.TimestampNTZType: "timestamp",
    spark.BinaryType: "bytea",
    spark.StringType: "text",
    spark.NullType: "text",
}


def column_type(field: spark.StructField) -> str:
    """Return the type of the column that holds a field."""
    if isinstance(field.dataType, spark.DecimalType):
        return f"numeric({field.dataType.precision},{field.dataType.scale})"
    if type(field.dataType) not in _TYPES:
        raise ValueError(
            f"write to postgresql: the field {field.name!r} is {field.dataType.simpleString()}, "
            "which is not written to PostgreSQL: unnest it, or make text of it first."
        )
    return _TYPES[type(field.dataType)]


def prepare_frame(frame: DataFrame) -> DataFrame:
    """Return the frame with bytes as PostgreSQL reads them from text."""
    plain = forget_choices(frame) if has_choices(frame.schema) else frame
    return plain.select([_text_of(field).alias(field.name) for field in plain.schema])


def _text_of(field: spark.StructField) -> Column:
    column = top_column(field.name)
    if isinstance(field.dataType, spark.BinaryType):
        return F.concat(F.lit("\\x"), F.hex(column))
    if isinstance(field.dataType, spark.NullType):
        return column.cast("string")
    return column
