"""Which fields hold nothing.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-DropNullFields.html
"""

from collections.abc import Iterator

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as spark

from awsglue._nested import Path, column_at
from awsglue._schema import choice_depth


def null_fields(frame: DataFrame) -> list[str]:
    """Return the paths of the fields that are null in every record; without records, untyped ones.

    Structs are entered, arrays are not: an array without elements is a value.
    """
    untyped = [path for path, is_untyped in _fields(frame.schema) if is_untyped]
    paths = [path for path, is_untyped in _fields(frame.schema) if not is_untyped]
    questions = [F.max(column_at(path).isNotNull()).alias(str(i)) for i, path in enumerate(paths)]
    answers = frame.agg(F.count(F.lit(1)).alias("records"), *questions).collect()[0]
    if not answers["records"]:
        return [_written(path) for path in untyped]
    empty = [path for path, filled in zip(paths, answers[1:], strict=True) if not filled]
    return [_written(path) for path in [*untyped, *empty]]


def _fields(struct: spark.StructType, prefix: Path = ()) -> Iterator[tuple[Path, bool]]:
    for field in struct.fields:
        path = (*prefix, field.name)
        yield path, isinstance(field.dataType, spark.NullType)
        if isinstance(field.dataType, spark.StructType) and choice_depth(field) is None:
            yield from _fields(field.dataType, path)


def _written(path: Path) -> str:
    return ".".join("`" + step.replace("`", "``") + "`" for step in path)
