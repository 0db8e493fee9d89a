"""Column functions that Glue adds to Spark's."""

from pyspark.sql import Column
from pyspark.sql import functions as F


def replaceArrayElement(srcCol: Column, replaceCol: Column, idx: int) -> Column:
    """Return the array with the element at a position, from 0, replaced."""
    return F.transform(
        srcCol, lambda element, position: F.when(position == idx, replaceCol).otherwise(element)
    )


def namedStruct(*cols: Column) -> Column:
    """Return a struct of alternating names and values."""
    return F.call_function("named_struct", *cols)


def explodeWithIndex(col: Column) -> Column:
    """Return a row for each element, with its position."""
    return F.posexplode(col)
