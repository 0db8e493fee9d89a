"""The Arrow type that stands for each column type on its way into PostgreSQL's binary COPY."""

import pyarrow

from lochan.redshift.wire.copy.errors import FEATURE_NOT_SUPPORTED, CopyError
from lochan.redshift.wire.copy.table import Column

_MAX_PRECISION = 38
_TYPES = {
    "int2": pyarrow.int16(),
    "int4": pyarrow.int32(),
    "int8": pyarrow.int64(),
    "float4": pyarrow.float32(),
    "float8": pyarrow.float64(),
    "bool": pyarrow.bool_(),
    "varchar": pyarrow.string(),
    "bpchar": pyarrow.string(),
    "text": pyarrow.string(),
    "json": pyarrow.string(),
    "jsonb": pyarrow.string(),
    "bytea": pyarrow.binary(),
    "date": pyarrow.date32(),
    "time": pyarrow.time64("us"),
    "timestamp": pyarrow.timestamp("us"),
    "timestamptz": pyarrow.timestamp("us", "UTC"),
}


def arrow_type(column: Column) -> pyarrow.DataType:
    """Find a column's Arrow type; raises CopyError naming a column that COPY cannot load."""
    if column.type_name == "numeric":
        return pyarrow.decimal128(min(column.length or 18, _MAX_PRECISION), column.scale)
    if column.type_name not in _TYPES:
        raise CopyError(
            FEATURE_NOT_SUPPORTED,
            f'COPY into column "{column.name}" is not supported: this Redshift stand-in cannot '
            f"load type {column.type_name}",
        )
    return _TYPES[column.type_name]
