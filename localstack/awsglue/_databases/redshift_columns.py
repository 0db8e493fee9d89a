"""A frame's columns as Redshift has them: their types, and the text by which COPY loads them.

https://docs.aws.amazon.com/redshift/latest/mgmt/spark-redshift-connector-data-type-mappings.html
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as spark

from awsglue._choice import forget_choices
from awsglue._nested import top_column
from awsglue._refusals import not_implemented
from awsglue._schema import has_choices

LONGEST_VARCHAR_BYTES = 65535
_TYPES: dict[type[spark.DataType], str] = {
    spark.BooleanType: "BOOLEAN",
    spark.ByteType: "SMALLINT",
    spark.ShortType: "SMALLINT",
    spark.IntegerType: "INTEGER",
    spark.LongType: "BIGINT",
    spark.FloatType: "REAL",
    spark.DoubleType: "DOUBLE PRECISION",
    spark.DateType: "DATE",
    spark.TimestampType: "TIMESTAMP",
    spark.TimestampNTZType: "TIMESTAMP",
    spark.BinaryType: "VARBYTE",
    spark.StringType: f"VARCHAR({LONGEST_VARCHAR_BYTES})",
    spark.NullType: f"VARCHAR({LONGEST_VARCHAR_BYTES})",
    spark.ArrayType: "SUPER",
    spark.MapType: "SUPER",
    spark.StructType: "SUPER",
}
_NESTED = (spark.ArrayType, spark.MapType, spark.StructType)
_UNSTATED = (spark.MapType, spark.TimestampType, spark.TimestampNTZType, spark.BinaryType)


def column_type(field: spark.StructField) -> str:
    """Return the type of the column that holds a field.

    The field's metadata may name it (redshift_type) or the bytes of a string (maxlength):
    https://docs.aws.amazon.com/redshift/latest/mgmt/spark-redshift-connector-other-config.html
    """
    if "redshift_type" in field.metadata:
        return str(field.metadata["redshift_type"])
    if isinstance(field.dataType, spark.StringType) and "maxlength" in field.metadata:
        return f"VARCHAR({int(field.metadata['maxlength'])})"
    if isinstance(field.dataType, spark.DecimalType):
        return f"DECIMAL({field.dataType.precision},{field.dataType.scale})"
    if type(field.dataType) not in _TYPES:
        raise ValueError(
            f"write to redshift: the field {field.name!r} is {field.dataType.simpleString()}, for "
            "which Redshift has no type: cast it first."
        )
    return _TYPES[type(field.dataType)]


def check_names(names: list[str]) -> None:
    """Raise for names that Redshift, which folds them to lower case, cannot tell apart."""
    seen: dict[str, str] = {}
    for name in names:
        if other := seen.get(name.lower()):
            raise ValueError(
                f"write to redshift: the fields {other!r} and {name!r} would be one column, as "
                "Redshift folds names to lower case: rename one."
            )
        seen[name.lower()] = name


def prepare_frame(frame: DataFrame) -> DataFrame:
    """Return the frame as CSV holds it: nested fields as JSON, bytes as hexadecimal digits."""
    plain = _without_choices(frame)
    return plain.select(
        [_text_of(field).alias(field.name, metadata=field.metadata) for field in plain.schema]
    )


def prepare_typed_frame(frame: DataFrame) -> DataFrame:
    """Return the frame as Parquet holds it: each field in its type; one of nulls only as text.

    Raises for maps and for instants within nested fields, whose form in SUPER AWS does not state.
    """
    plain = _without_choices(frame)
    for field in plain.schema:
        if isinstance(field.dataType, _NESTED) and _holds_any(field.dataType, _UNSTATED):
            raise not_implemented(
                "write to redshift",
                f"tempformat 'PARQUET' and the field {field.name!r}, which is "
                f"{field.dataType.simpleString()}",
                "CSV stages it.",
            )
    return plain.select(
        [
            column.cast("string") if isinstance(field.dataType, spark.NullType) else column
            for field in plain.schema
            for column in [top_column(field.name)]
        ]
    )


def _without_choices(frame: DataFrame) -> DataFrame:
    return forget_choices(frame) if has_choices(frame.schema) else frame


def _holds_any(data_type: spark.DataType, kinds: tuple[type[spark.DataType], ...]) -> bool:
    """Tell whether a type is one of the kinds, or has one within it."""
    if isinstance(data_type, kinds):
        return True
    if isinstance(data_type, spark.ArrayType):
        return _holds_any(data_type.elementType, kinds)
    if isinstance(data_type, spark.StructType):
        return any(_holds_any(field.dataType, kinds) for field in data_type)
    return False


def _text_of(field: spark.StructField) -> Column:
    column = top_column(field.name)
    if isinstance(field.dataType, _NESTED):
        return F.to_json(column, {"ignoreNullFields": "false"})
    if isinstance(field.dataType, spark.BinaryType):
        return F.hex(column)
    if isinstance(field.dataType, spark.NullType):
        return column.cast("string")
    return column
