"""Records in Python: what functions of Map and Filter see, and the schema of what they return.

Functions run once: their results are kept (memory, then disk) while the schema is found, since
records describe themselves and any of them may bring a new field.
"""

import datetime
import decimal
import json
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pyspark import RDD, StorageLevel
from pyspark.sql import Column, DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as spark

from awsglue._errors import ERROR_SCHEMA, error_frame
from awsglue._merge import merge_schemas
from awsglue._nested import top_column
from awsglue._schema import choice_depth, type_name
from awsglue.gluetypes import DynamicRecord

Predicate = Callable[[DynamicRecord], Any]
RecordsFunction = Callable[[int, Iterator[DynamicRecord]], Iterable[Any]]
Outcome = tuple[dict[str, Any] | None, tuple[str, str, str] | None]

_INT_RANGE = range(-(2**31), 2**31)


def to_record(row: Row, schema: spark.StructType) -> DynamicRecord:
    """Return a row as nested dicts and lists; a choice is the value that it holds."""
    return DynamicRecord(
        {
            field.name: plain_value(value, field.dataType, choice_depth(field))
            for field, value in zip(schema.fields, row, strict=True)
        }
    )


def plain_value(value: Any, data_type: spark.DataType, choice: int | None = None) -> Any:
    """Return a value of a row as plain data."""
    if value is None:
        return None
    if isinstance(data_type, spark.StructType):
        if choice == 0:
            return _chosen(value, data_type)
        return to_record(value, data_type)
    if isinstance(data_type, spark.ArrayType):
        inner = None if choice is None else choice - 1
        return [plain_value(element, data_type.elementType, inner) for element in value]
    if isinstance(data_type, spark.MapType):
        return DynamicRecord(
            {key: plain_value(item, data_type.valueType) for key, item in value.items()}
        )
    return value


def _chosen(value: Row, struct: spark.StructType) -> Any:
    for member, alternative in zip(struct.fields, value, strict=True):
        if alternative is not None:
            return plain_value(alternative, member.dataType)
    return None


def record_json(record: Any) -> str:
    """Return a record as one line of JSON; dates and decimals as text, bytes as hexadecimal."""
    return json.dumps(record, default=_json_text, ensure_ascii=False)


def _json_text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes | bytearray) else str(value)


def filter_records(frame: DataFrame, predicate: Predicate) -> tuple[DataFrame, DataFrame]:
    """Return the rows that satisfy the predicate, and error records.

    KeyError, ValueError and TypeError count as False; any other exception makes an error record.
    The rows themselves stay in the JVM: Python answers only yes or no.
    """
    schema = frame.schema
    judge = F.udf(
        lambda row: _judge(predicate, to_record(row, schema)),
        "keep boolean, msg string, trace string",
    )
    judged = frame.withColumn("__awsglue_verdict", judge(_whole_row(frame)))
    verdict = top_column("__awsglue_verdict")
    kept = judged.where(verdict.getField("keep")).drop("__awsglue_verdict")
    failed = judged.where(verdict.getField("msg").isNotNull()).select(
        verdict.getField("msg").alias("msg"),
        verdict.getField("trace").alias("trace"),
        F.to_json(_whole_row(frame)).alias("record"),
    )
    return kept, error_frame(failed, "msg", "trace", "record")


def _whole_row(frame: DataFrame) -> Column:
    return F.struct(*[top_column(name) for name in frame.columns])


def _judge(predicate: Predicate, record: DynamicRecord) -> tuple[bool, str | None, str | None]:
    try:
        return bool(predicate(record)), None, None
    except (KeyError, ValueError, TypeError):
        return False, None, None
    except Exception as error:
        return False, f"{type(error).__name__}: {error}", traceback.format_exc()


def map_records(frame: DataFrame, function: RecordsFunction) -> tuple[DataFrame, DataFrame]:
    """Return the records that the function yields for each partition, and error records.

    The function gets the partition's index and its records and yields `(record, failure)` pairs.
    """
    schema, session = frame.schema, frame.sparkSession
    outcomes = frame.rdd.mapPartitionsWithIndex(
        lambda index, rows: function(index, (to_record(row, schema) for row in rows))
    ).persist(StorageLevel.MEMORY_AND_DISK)
    found = _schema_of(outcomes, schema)
    records = outcomes.filter(lambda outcome: outcome[0] is not None).map(
        lambda outcome: to_row(outcome[0], found)
    )
    return (
        session.createDataFrame(records, found, verifySchema=False),
        _failures(session, outcomes),
    )


def one_by_one(function: Callable[[DynamicRecord], Any]) -> RecordsFunction:
    """Return Map's function over partitions: an exception or a falsy result is an error record."""

    def call(index: int, records: Iterator[DynamicRecord]) -> Iterator[Outcome]:
        for record in records:
            before = record_json(record)
            try:
                result = function(record)
                failure = None if result else ("The function returned no record.", "", before)
            except Exception as error:
                result = None
                failure = (f"{type(error).__name__}: {error}", traceback.format_exc(), before)
            yield result or None, failure

    return call


def all_at_once(
    function: Callable[[int, Iterator[DynamicRecord]], Iterable[Any]],
) -> RecordsFunction:
    """Return the function over partitions of mapPartitions, whose exceptions fail the job."""
    return lambda index, records: ((result, None) for result in function(index, records))


def _failures(session: SparkSession, outcomes: "RDD[Outcome]") -> DataFrame:
    failed = outcomes.filter(lambda outcome: outcome[1] is not None).map(lambda o: (o[1],))
    return session.createDataFrame(failed, ERROR_SCHEMA, verifySchema=False)


def _schema_of(outcomes: "RDD[Outcome]", known: spark.StructType) -> spark.StructType:
    """Return the union of the records' fields, those of the input first and with its types."""
    hints = {field.name: field for field in known.fields}

    def fold(outcomes_of_partition: Iterable[Outcome]) -> Iterator[spark.StructType]:
        merged = spark.StructType([])
        seen: set[str] = set()
        for record, _ in outcomes_of_partition:
            if record is not None:
                found = _infer_struct(record, hints)
                # Records mostly look alike, and merging what was merged before changes nothing.
                if (text := found.json()) not in seen:
                    seen.add(text)
                    merged = merge_schemas(merged, found)
        yield merged

    merged = outcomes.mapPartitions(fold).treeReduce(merge_schemas)
    names = [name for name in known.names if name in merged.names]
    names += [name for name in merged.names if name not in known.names]
    return spark.StructType([merged[name] for name in names])


def _infer_struct(record: dict[str, Any], hints: dict[str, spark.StructField]) -> spark.StructType:
    return spark.StructType(
        [_infer_field(str(name), value, hints.get(name)) for name, value in record.items()]
    )


def _infer_field(name: str, value: Any, hint: spark.StructField | None) -> spark.StructField:
    if hint is not None and _fits(value, hint.dataType, choice_depth(hint)):
        return spark.StructField(name, hint.dataType, True, hint.metadata)
    inner = {}
    if hint is not None and isinstance(hint.dataType, spark.StructType):
        inner = {field.name: field for field in hint.dataType.fields}
    if isinstance(value, list | tuple | set):
        return _infer_list(name, list(value), hint)
    return spark.StructField(name, _infer_value(value, inner))


def _infer_list(
    name: str, elements: list[Any], hint: spark.StructField | None
) -> spark.StructField:
    element_hint = None
    if hint is not None and isinstance(hint.dataType, spark.ArrayType):
        element_hint = spark.StructField(name, hint.dataType.elementType)
    merged = spark.StructType([spark.StructField(name, spark.ArrayType(spark.NullType()))])
    for element in elements:
        found = _infer_field(name, element, element_hint)
        array = spark.StructField(name, spark.ArrayType(found.dataType))
        merged = merge_schemas(merged, spark.StructType([array]))
    return merged[name]


def _infer_value(value: Any, hints: dict[str, spark.StructField]) -> spark.DataType:
    if value is None:
        return spark.NullType()
    if isinstance(value, bool):
        return spark.BooleanType()
    if isinstance(value, int):
        return spark.IntegerType() if value in _INT_RANGE else spark.LongType()
    if isinstance(value, dict):
        return _infer_struct(value, hints)
    for kind, data_type in _PYTHON_TYPES:
        if isinstance(value, kind):
            return data_type
    raise TypeError(
        f"A record holds {value!r} of type {type(value).__name__}, which has no Glue type."
    )


_PYTHON_TYPES: list[tuple[type | tuple[type, ...], spark.DataType]] = [
    (str, spark.StringType()),
    (float, spark.DoubleType()),
    (decimal.Decimal, spark.DecimalType(38, 18)),
    (datetime.datetime, spark.TimestampType()),
    (datetime.date, spark.DateType()),
    ((bytes, bytearray), spark.BinaryType()),
]

_PYTHON_KINDS: dict[type[spark.DataType], type | tuple[type, ...]] = {
    spark.ByteType: int,
    spark.ShortType: int,
    spark.IntegerType: int,
    spark.LongType: int,
    spark.FloatType: float,
    spark.DoubleType: float,
    spark.DecimalType: decimal.Decimal,
    spark.StringType: str,
    spark.BooleanType: bool,
    spark.DateType: datetime.date,
    spark.TimestampType: datetime.datetime,
    spark.TimestampNTZType: datetime.datetime,
    spark.BinaryType: (bytes, bytearray),
}
_RANGES: dict[type[spark.DataType], range] = {
    spark.ByteType: range(-(2**7), 2**7),
    spark.ShortType: range(-(2**15), 2**15),
    spark.IntegerType: _INT_RANGE,
}


def _fits(value: Any, data_type: spark.DataType, choice: int | None) -> bool:
    """Tell whether a value is of the type that its field had before the function ran."""
    if value is None:
        return not isinstance(data_type, spark.StructType | spark.ArrayType | spark.MapType)
    if choice == 0 and isinstance(data_type, spark.StructType):
        return any(_fits(value, member.dataType, None) for member in data_type.fields)
    if isinstance(data_type, spark.MapType):
        return isinstance(value, dict)
    kind = _PYTHON_KINDS.get(type(data_type))
    if kind is None or not isinstance(value, kind):
        return False
    if isinstance(value, bool) and kind is int:
        return False
    limits = _RANGES.get(type(data_type))
    return limits is None or value in limits


def to_row(value: Any, data_type: spark.DataType, choice: int | None = None) -> Any:
    """Return plain data as Spark takes it for the type."""
    if value is None:
        return None
    if isinstance(data_type, spark.StructType):
        if choice == 0:
            return _choose(value, data_type)
        return tuple(
            to_row(value.get(field.name), field.dataType, choice_depth(field))
            for field in data_type.fields
        )
    if isinstance(data_type, spark.ArrayType):
        inner = None if choice is None else choice - 1
        return [to_row(element, data_type.elementType, inner) for element in value]
    if isinstance(data_type, spark.MapType):
        return {key: to_row(item, data_type.valueType) for key, item in value.items()}
    return value


def _choose(value: Any, struct: spark.StructType) -> tuple[Any, ...]:
    members = [member for member in struct.fields if _fits(value, member.dataType, None)]
    if not members:
        inferred = type_name(_infer_value(value, {}))
        members = [member for member in struct.fields if type_name(member.dataType) == inferred]
    chosen = members[0].name if members else None
    return tuple(
        to_row(value, member.dataType) if member.name == chosen else None
        for member in struct.fields
    )
