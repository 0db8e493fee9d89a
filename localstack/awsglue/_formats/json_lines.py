"""JSON: records of any shape, one a line, in arrays or spread over lines.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-json-home.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F
from pyspark.sql import types as spark

from awsglue._errors import error_frame
from awsglue._formats.contract import FILE_COLUMN, Parsed, ReadRequest, WriteRequest
from awsglue._formats.json_choices import parse_with_choices, suspicious_paths
from awsglue._records import record_json, to_record
from awsglue._refusals import as_flag
from awsglue._schema import has_choices

READ_OPTIONS = frozenset({"jsonPath", "multiLine", "multiline", "optimizePerformance"})
WRITE_OPTIONS = frozenset({"multiLine", "multiline", "jsonPath"})

_CORRUPT = "__awsglue_corrupt"


def read(request: ReadRequest) -> Parsed:
    """Return the records of the files: the union of their fields, with choices where types differ.

    Text that is no JSON becomes error records.
    """
    documents, is_plain = _documents(request)
    schema = infer_schema(documents)
    is_corrupt = _CORRUPT in schema.names
    fields = spark.StructType([field for field in schema.fields if field.name != _CORRUPT])
    suspects = suspicious_paths(documents, fields)
    if is_plain and not suspects and not is_corrupt:
        return Parsed(_read_plainly(request, fields))
    records = _one_document_each(documents)
    errors = _errors(records, fields) if is_corrupt else None
    if is_corrupt:
        records = records.where(_parsed(fields).getField(_CORRUPT).isNull())
    kept = [FILE_COLUMN] if request.with_file else []
    return Parsed(parse_with_choices(records, fields, suspects, kept), errors)


def _documents(request: ReadRequest) -> tuple[DataFrame, bool]:
    """Return the documents as text, and whether the files hold plainly one a line."""
    json_path = request.options.get("jsonPath")
    multi_line = request.options.get("multiLine", request.options.get("multiline", False))
    if not json_path and not as_flag(multi_line):
        return _with_file(request.text(whole=False)), True
    documents = _with_file(request.text(whole=True)).rdd.flatMap(_split_documents)
    split = request.session.createDataFrame(
        documents, f"value string, {FILE_COLUMN} string", verifySchema=False
    )
    return (_at_json_path(split, json_path) if json_path else split), False


def _with_file(text: DataFrame) -> DataFrame:
    return text.select("value", F.col("_metadata.file_path").alias(FILE_COLUMN))


def _split_documents(row: Row) -> Iterator[tuple[str, str]]:
    """Yield the documents of a file one by one; what is left when parsing fails is one too."""
    text, decoder, position = row[0], json.JSONDecoder(), 0
    while (position := _skip_space(text, position)) < len(text):
        try:
            _, end = decoder.raw_decode(text, position)
        except json.JSONDecodeError:
            end = len(text)
        yield text[position:end], row[1]
        position = end


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and (text[position].isspace() or text[position] == "\ufeff"):
        position += 1
    return position


def _at_json_path(documents: DataFrame, json_path: str) -> DataFrame:
    return documents.select(
        F.get_json_object("value", json_path).alias("value"), FILE_COLUMN
    ).where(F.col("value").isNotNull())


def infer_schema(documents: DataFrame) -> spark.StructType:
    """Return the union of the fields of the documents in the column `value`, by Spark's rules."""
    session = documents.sparkSession
    jvm: Any = session._jvm
    text = getattr(documents.select("value")._jdf, "as")(jvm.org.apache.spark.sql.Encoders.STRING())
    reader = session._jsparkSession.read().option("columnNameOfCorruptRecord", _CORRUPT)
    return spark.StructType.fromJson(json.loads(reader.json(text).schema().json()))


def _read_plainly(request: ReadRequest, fields: spark.StructType) -> DataFrame:
    reader = request.reader().schema(fields)
    frame = reader.json(list(request.roots))
    if not request.with_file:
        return frame
    return frame.select("*", F.col("_metadata.file_path").alias(FILE_COLUMN))


def _one_document_each(documents: DataFrame) -> DataFrame:
    """Return the documents with the elements of top-level arrays as documents of their own."""
    is_array = F.ltrim("value").startswith("[")
    elements = F.from_json("value", spark.ArrayType(spark.StringType()))
    return documents.where(F.trim("value") != "").select(
        F.explode(
            F.when(is_array & elements.isNotNull(), elements).otherwise(F.array("value"))
        ).alias("value"),
        FILE_COLUMN,
    )


def _parsed(fields: spark.StructType) -> Column:
    with_corrupt = spark.StructType(
        [*fields.fields, spark.StructField(_CORRUPT, spark.StringType())]
    )
    return F.from_json("value", with_corrupt, {"columnNameOfCorruptRecord": _CORRUPT})


def _errors(records: DataFrame, fields: spark.StructType) -> DataFrame:
    failed = records.select(_parsed(fields).getField(_CORRUPT).alias("record"), FILE_COLUMN).where(
        F.col("record").isNotNull()
    )
    return error_frame(
        failed.select(
            F.concat(F.lit("Not a JSON record in "), FILE_COLUMN, F.lit(".")).alias("msg"),
            F.lit("").alias("trace"),
            "record",
        ),
        "msg",
        "trace",
        "record",
    )


def write(request: WriteRequest) -> None:
    """Write one record a line; a choice is written as the value that it holds."""
    frame = request.frame
    if not has_choices(frame.schema):
        request.writer(frame).json(request.path)
        return
    keys = list(request.partition_keys)
    lines = frame.rdd.map(_json_line(frame.schema, keys))
    schema = spark.StructType(
        [spark.StructField("value", spark.StringType()), *[frame.schema[key] for key in keys]]
    )
    session = frame.sparkSession
    request.writer(session.createDataFrame(lines, schema, verifySchema=False)).text(request.path)


def _json_line(schema: spark.StructType, keys: list[str]) -> Any:
    def line(row: Row) -> tuple[Any, ...]:
        record: Mapping[str, Any] = to_record(row, schema)
        kept = {
            name: value for name, value in record.items() if value is not None and name not in keys
        }
        return (record_json(kept), *[row[key] for key in keys])

    return line
