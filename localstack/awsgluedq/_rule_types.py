"""The rule types of DQDL: what each takes, and which are refused.

https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html
"""

from __future__ import annotations

from dataclasses import dataclass

NONE, OPTIONAL, REQUIRED = "none", "optional", "required"


@dataclass(frozen=True)
class RuleType:
    """How many parameters a type takes, whether a condition, `where`, `with threshold`.

    `analyzer` says whether the type may stand in the Analyzers list, then without a condition.
    """

    parameters: tuple[int, int | None]
    condition: str = REQUIRED
    where: bool = False
    threshold: bool = False
    analyzer: bool = False


_COLUMN = (1, 1)
_NUMBER_OF_COLUMN = RuleType(_COLUMN, where=True, analyzer=True)

RULE_TYPES = {
    "AggregateMatch": RuleType((2, 2)),
    "ColumnCorrelation": RuleType((2, 2), where=True, analyzer=True),
    "ColumnCount": RuleType((0, 0), analyzer=True),
    "ColumnDataType": RuleType(_COLUMN, where=True, threshold=True),
    "ColumnExists": RuleType(_COLUMN, NONE),
    "ColumnLength": RuleType(_COLUMN, where=True, threshold=True, analyzer=True),
    "ColumnNamesMatchPattern": RuleType((1, 1), NONE),
    "ColumnValues": RuleType(_COLUMN, where=True, threshold=True, analyzer=True),
    "Completeness": _NUMBER_OF_COLUMN,
    "CustomSql": RuleType((1, 1), OPTIONAL, threshold=True, analyzer=True),
    "DataFreshness": RuleType(_COLUMN, where=True, threshold=True),
    "DatasetMatch": RuleType((2, 3)),
    "DistinctValuesCount": _NUMBER_OF_COLUMN,
    "Entropy": _NUMBER_OF_COLUMN,
    "IsComplete": RuleType(_COLUMN, NONE, where=True),
    "IsPrimaryKey": RuleType((1, None), NONE, where=True),
    "IsUnique": RuleType(_COLUMN, NONE, where=True),
    "Mean": _NUMBER_OF_COLUMN,
    "ReferentialIntegrity": RuleType((2, 2), where=True),
    "RowCount": RuleType((0, 0), where=True, analyzer=True),
    "RowCountMatch": RuleType((1, 1), where=True),
    "SchemaMatch": RuleType((1, 1)),
    "StandardDeviation": _NUMBER_OF_COLUMN,
    "Sum": _NUMBER_OF_COLUMN,
    "UniqueValueRatio": _NUMBER_OF_COLUMN,
    "Uniqueness": RuleType((1, None), where=True, analyzer=True),
}

# What a refused type would need, after "needs".
REFUSED = {
    "AllStatistics": "a store of statistics, which Lochan does not have",
    "DetectAnomalies": "the statistics of earlier runs, which Lochan does not keep",
    "FileFreshness": "the listing of a bucket, not the rows of a frame",
    "FileMatch": "the files of a bucket, not the rows of a frame",
    "FileSize": "the listing of a bucket, not the rows of a frame",
    "FileUniqueness": "the files of a bucket, not the rows of a frame",
}
