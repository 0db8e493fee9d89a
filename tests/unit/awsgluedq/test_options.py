"""Which options are understood, and what is said of those that publish."""

from __future__ import annotations

import pytest

from awsgluedq._options import Options, read_options


def test_options_of_a_script_of_glue_studio(capsys: pytest.CaptureFixture[str]) -> None:
    options = read_options(
        {
            "dataQualityEvaluationContext": "EvaluateDataQuality_node1749436542347",
            "enableDataQualityCloudWatchMetrics": True,
            "enableDataQualityResultsPublishing": "true",
        },
        {
            "performanceTuning.caching": "CACHE_NOTHING",
            "observations.scope": "ALL",
            "dataQualityResultsPublishing.strategy": "BEST_EFFORT",
        },
    )
    assert options == Options()
    assert capsys.readouterr().err.splitlines() == [
        "awsgluedq: enableDataQualityCloudWatchMetrics: Lochan publishes no metrics to CloudWatch.",
        "awsgluedq: enableDataQualityResultsPublishing: Lochan publishes no results to the Data "
        "Quality tab.",
    ]


def test_options_that_change_what_comes_out() -> None:
    options = read_options(
        {},
        {
            "compositeRuleEvaluation.method": "ROW",
            "rowLevelConfiguration.filteredRowLabel": "SKIPPED",
            "performanceTuning.caching": "CACHE_INPUT",
        },
    )
    assert options == Options(True, True, True)


@pytest.mark.parametrize(
    ("publishing", "additional", "name"),
    [
        ({"resultsS3Prefix": "s3://results/"}, {}, "resultsS3Prefix"),
        ({}, {"rowLevelConfiguration.ruleWithLabels": "ENABLED"}, "ruleWithLabels"),
    ],
)
def test_other_options_are_refused_by_name(
    publishing: dict[str, str], additional: dict[str, str], name: str
) -> None:
    with pytest.raises(NotImplementedError, match=f"{name}' is not implemented by Lochan"):
        read_options(publishing, additional)


def test_a_value_that_is_none_of_an_option_is_named() -> None:
    with pytest.raises(ValueError, match="has to be COLUMN or ROW, not 'row'"):
        read_options({}, {"compositeRuleEvaluation.method": "row"})
