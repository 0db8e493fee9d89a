"""The options of EvaluateDataQuality: those that mean something here, and those that do not.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

# Accepted as they are: where results go in the console, and which observations AWS makes of them.
_NAMES = frozenset(
    {"dataQualityEvaluationContext", "dataQualityResultsPublishing.strategy", "observations.scope"}
)
_PUBLISHERS = MappingProxyType(
    {
        "enableDataQualityCloudWatchMetrics": "metrics to CloudWatch",
        "enableDataQualityResultsPublishing": "results to the Data Quality tab",
    }
)
_CHOICES = MappingProxyType(
    {
        "performanceTuning.caching": ("CACHE_NOTHING", "CACHE_INPUT"),
        "compositeRuleEvaluation.method": ("COLUMN", "ROW"),
        "rowLevelConfiguration.filteredRowLabel": ("PASSED", "SKIPPED"),
    }
)


@dataclass(frozen=True)
class Options:
    """How to evaluate composite rules, label filtered rows, and whether to cache the input."""

    composites_by_row: bool = False
    filtered_are_skipped: bool = False
    caches_input: bool = False


def read_options(publishing: Mapping[str, Any], additional: Mapping[str, Any]) -> Options:
    """Check both sets of options; raises NotImplementedError for one that is not known."""
    given = {**publishing, **additional}
    for name, value in given.items():
        if name in _PUBLISHERS:
            _say_unpublished(name, value)
        elif name in _CHOICES:
            _check_choice(name, value)
        elif name not in _NAMES:
            raise NotImplementedError(
                f"awsgluedq: the option {name!r} is not implemented by Lochan. Known: "
                f"{sorted([*_NAMES, *_PUBLISHERS, *_CHOICES])}."
            )
    return Options(
        given.get("compositeRuleEvaluation.method") == "ROW",
        given.get("rowLevelConfiguration.filteredRowLabel") == "SKIPPED",
        given.get("performanceTuning.caching") == "CACHE_INPUT",
    )


def _check_choice(name: str, value: Any) -> None:
    if value not in _CHOICES[name]:
        raise ValueError(
            f"awsgluedq: {name} has to be {' or '.join(_CHOICES[name])}, not {value!r}."
        )


def _say_unpublished(name: str, value: Any) -> None:
    """Say that nothing is published: there is no such service behind Lochan's endpoint."""
    if str(value).lower() == "true":
        say(f"{name}: Lochan publishes no {_PUBLISHERS[name]}.")


def say(sentence: str) -> None:
    """Tell the script's error log."""
    print(f"awsgluedq: {sentence}", file=sys.stderr)
