"""CSV: text columns when read by path, a table's types when read by table.

All columns are strings when no table declares types: Amazon's own example of Map reads a column
of whole numbers, `Total Discharges`, and prints it as string
(https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-map.html).
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-csv-home.html
"""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import Column, DataFrame, DataFrameReader, Window
from pyspark.sql import functions as F
from pyspark.sql import types as spark

from awsglue._formats.contract import FILE_COLUMN, Parsed, ReadRequest, WriteRequest
from awsglue._nested import cast_column, top_column
from awsglue._refusals import as_flag, not_implemented
from awsglue._schema import choice_depth, choice_field, choice_struct_of

READ_OPTIONS = frozenset(
    {
        "separator",
        "escaper",
        "quoteChar",
        "multiLine",
        "multiline",
        "withHeader",
        "skipFirst",
        "optimizePerformance",
        "encoding",
        "inferSchema",
    }
)
WRITE_OPTIONS = frozenset({"separator", "quoteChar", "writeHeader", "strictCheckForQuoting"})

# Fields longer than this are quoted without being looked at.
_LONGEST_CHECKED = 24


def read(request: ReadRequest) -> Parsed:
    """Return the records of the files, named by their header, by the table, or col0, col1, ...

    Files whose headers differ are an error rather than columns mixed up.
    """
    names = _names(request)
    declared = spark.StructType([spark.StructField(name, spark.StringType()) for name in names])
    skips_line = as_flag(request.options.get("withHeader", False)) or as_flag(
        request.options.get("skipFirst", False)
    )
    reader = _reader(request).schema(declared).option("header", str(skips_line).lower())
    if request.declared is None and as_flag(request.options.get("withHeader", False)):
        reader = reader.option("enforceSchema", "false")
    text = reader.csv(list(request.roots))
    if request.with_file:
        text = text.select("*", F.col("_metadata.file_path").alias(FILE_COLUMN))
    return Parsed(text if request.declared is None else _typed(text, request.declared))


def _names(request: ReadRequest) -> list[str]:
    if request.declared is not None:
        return request.declared.names
    with_header = as_flag(request.options.get("withHeader", False))
    if with_header and as_flag(request.options.get("skipFirst", False)):
        raise not_implemented("format csv", "skipFirst together with withHeader")
    found = _reader(request).option("header", str(with_header).lower()).csv(list(request.roots))
    return found.columns if with_header else [f"col{i}" for i in range(len(found.columns))]


def _reader(request: ReadRequest) -> DataFrameReader:
    options = request.options
    quote = _quote(options)
    escaper = options.get("escaper")
    return (
        request.reader()
        .option("sep", options.get("separator", ","))
        .option("quote", quote)
        # Without an escaper, a doubled quote stands for one (RFC 4180).
        .option("escape", quote if escaper in (None, "", "none") else escaper)
        .option("multiLine", str(as_flag(_multi_line(options))).lower())
        .option("encoding", options.get("encoding", "UTF-8"))
    )


def _multi_line(options: Mapping[str, Any]) -> Any:
    return options.get("multiLine", options.get("multiline", False))


def _quote(options: Mapping[str, Any]) -> str:
    quote = options.get("quoteChar", '"')
    return "" if str(quote) == "-1" else str(quote)


def _typed(text: DataFrame, declared: spark.StructType) -> DataFrame:
    """Return the columns in the table's types; one with other text too is a choice of both.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-samples-medicaid.html
    """
    wanted = [field for field in declared.fields if field.dataType != spark.StringType()]
    mixed = _mixed_columns(text, wanted)
    columns = [_typed_column(field, field.name in mixed) for field in declared.fields]
    kept = [top_column(FILE_COLUMN)] if FILE_COLUMN in text.columns else []
    return text.select(*columns, *kept)


def _mixed_columns(text: DataFrame, wanted: list[spark.StructField]) -> set[str]:
    if not wanted:
        return set()
    answers = text.agg(
        *[
            F.max(_is_other_text(top_column(field.name), field.dataType)).alias(str(position))
            for position, field in enumerate(wanted)
        ]
    ).collect()[0]
    return {field.name for field, answer in zip(wanted, answers, strict=True) if answer}


def _is_other_text(column: Column, data_type: spark.DataType) -> Column:
    return (F.trim(column) != "") & cast_column(column, spark.StringType(), data_type).isNull()


def _typed_column(field: spark.StructField, is_mixed: bool) -> Column:
    column = top_column(field.name)
    typed = cast_column(column, spark.StringType(), field.dataType)
    if not is_mixed:
        return typed.alias(field.name)
    choice = choice_field(field.name, [field.dataType, spark.StringType()])
    other = F.when(_is_other_text(column, field.dataType), column)
    members = [
        (other if member.dataType == spark.StringType() else typed).alias(member.name)
        for member in choice_struct_of(choice).fields
    ]
    struct = F.when(typed.isNotNull() | other.isNotNull(), F.struct(*members))
    return struct.alias(field.name, metadata=choice.metadata)


def write(request: WriteRequest) -> None:
    """Write lines quoted as Glue's own files are; nulls are empty fields.

    A field is quoted when it is longer than 24 characters or has a character below the one after
    the separator and the quote, as genuine output shows; the header is the first line of a file.
    """
    separator, quote = str(request.options.get("separator", ",")), _quote(request.options)
    if len(separator) != 1 or len(quote) > 1:
        raise ValueError(
            f"format csv: separator {separator!r} and quoteChar {quote!r} must be one character."
        )
    keys = list(request.partition_keys)
    fields = [field for field in request.frame.schema.fields if field.name not in keys]
    line = F.concat_ws(separator, *[_written(field, separator, quote) for field in fields])
    key_columns = [top_column(key) for key in keys]
    lines = request.frame.select(line.alias("value"), *key_columns)
    if as_flag(request.options.get("writeHeader", True)):
        header = separator.join(_quoted_name(field.name, separator, quote) for field in fields)
        lines = _with_headers(lines, header, keys)
    request.writer(lines).text(request.path)


def _written(field: spark.StructField, separator: str, quote: str) -> Column:
    column = top_column(field.name)
    if choice_depth(field) == 0:
        members = choice_struct_of(field).fields
        text = F.coalesce(*[column.getField(member.name).cast("string") for member in members])
    else:
        text = cast_column(column, field.dataType, spark.StringType())
    text = F.coalesce(text, F.lit(""))
    if not quote:
        return text
    escaped = F.replace(text, F.lit(quote), F.lit(quote + quote))
    quoted = F.concat(F.lit(quote), escaped, F.lit(quote))
    return F.when(_needs_quotes(text, separator, quote), quoted).otherwise(text)


def _needs_quotes(text: Column, separator: str, quote: str) -> Column:
    highest = ord(max(separator, quote))
    return (F.length(text) > _LONGEST_CHECKED) | text.rlike(f"[\\x{{0}}-\\x{{{highest:x}}}]")


def _quoted_name(name: str, separator: str, quote: str) -> str:
    highest = max(separator, quote)
    if not quote or not (len(name) > _LONGEST_CHECKED or any(c <= highest for c in name)):
        return name
    return quote + name.replace(quote, quote + quote) + quote


def _with_headers(lines: DataFrame, header: str, keys: list[str]) -> DataFrame:
    """Return the lines with the header before the first of each file that will be written.

    Without partition keys a task writes one file. With them the rows of one value go to one task,
    which is what makes the first row of each file known.
    """
    if keys:
        by_key = Window.partitionBy(*[top_column(key) for key in keys]).orderBy(
            F.monotonically_increasing_id()
        )
        is_first = F.row_number().over(by_key) == 1
    else:
        # The lower 33 bits count the rows of a partition.
        is_first = F.monotonically_increasing_id().bitwiseAND(F.lit(2**33 - 1)) == 0
    first = F.concat(F.lit(header + "\n"), F.col("value"))
    return lines.select(
        F.when(is_first, first).otherwise(F.col("value")).alias("value"),
        *[top_column(key) for key in keys],
    )
