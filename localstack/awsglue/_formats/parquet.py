"""Parquet, by Spark's reader and writer.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-parquet-home.html
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as spark

from awsglue._choice import forget_choices
from awsglue._formats.contract import FILE_COLUMN, Parsed, ReadRequest, WriteRequest
from awsglue._nested import conform, select_named, top_column
from awsglue._schema import has_choices

READ_OPTIONS = frozenset({"useGlueParquetWriter"})
WRITE_OPTIONS = frozenset({"useGlueParquetWriter", "compression", "blockSize", "pageSize"})


def read(request: ReadRequest) -> Parsed:
    """Return the records of the files: the union of the files' fields."""
    reader = request.reader().option("mergeSchema", "true")
    frame = reader.parquet(*request.roots)
    if request.with_file:
        frame = frame.select("*", F.col("_metadata.file_path").alias(FILE_COLUMN))
    return Parsed(frame)


def write(request: WriteRequest) -> None:
    """Write the frame; a choice is written as a struct, a field without any type as text."""
    frame = request.frame
    if has_choices(frame.schema):
        frame = forget_choices(frame)
    writer = request.writer(_without_void(frame))
    for option, hadoop_option in (
        ("blockSize", "parquet.block.size"),
        ("pageSize", "parquet.page.size"),
    ):
        if option in request.options:
            writer = writer.option(hadoop_option, str(request.options[option]))
    if request.compression is None and "compression" in request.options:
        writer = writer.option("compression", str(request.options["compression"]))
    writer.parquet(request.path)


def _without_void(frame: DataFrame) -> DataFrame:
    plain = _void_as_text(frame.schema)
    if plain == frame.schema:
        return frame
    assert isinstance(plain, spark.StructType)
    return select_named(
        frame,
        [
            (new, conform(top_column(old.name), old.dataType, new.dataType))
            for old, new in zip(frame.schema.fields, plain.fields, strict=True)
        ],
    )


def _void_as_text(data_type: spark.DataType) -> spark.DataType:
    if isinstance(data_type, spark.NullType):
        return spark.StringType()
    if isinstance(data_type, spark.StructType):
        return spark.StructType(
            [
                spark.StructField(f.name, _void_as_text(f.dataType), f.nullable, f.metadata)
                for f in data_type.fields
            ]
        )
    if isinstance(data_type, spark.ArrayType):
        return spark.ArrayType(_void_as_text(data_type.elementType), data_type.containsNull)
    return data_type
