"""getResolvedOptions, rule by rule.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html
"""

import argparse

import pytest

from awsglue.utils import GlueArgumentError, getResolvedOptions

GLUE_OWN = {
    "job_bookmark_option": "job-bookmark-disable",
    "job_bookmark_from": None,
    "job_bookmark_to": None,
    "JOB_ID": None,
    "JOB_RUN_ID": None,
    "SECURITY_CONFIGURATION": None,
    "encryption_type": None,
    "enable_data_lineage": None,
    "TempDir": None,
    "RedshiftTempDir": None,
}


def resolve(*argv, options=("JOB_NAME",)):
    return getResolvedOptions(["script.py", *argv], list(options))


def test_listed_options_and_glues_own_are_returned():
    assert resolve("--JOB_NAME", "clean") == {**GLUE_OWN, "JOB_NAME": "clean"}


def test_the_argv_of_a_run_is_understood():
    found = resolve(
        *("--JOB_NAME", "clean", "--JOB_ID", "j_1", "--JOB_RUN_ID", "jr_1"),
        *("--job-bookmark-option", "job-bookmark-enable", "--TempDir", "s3://t/x", "--other", "1"),
    )
    assert found == {
        **GLUE_OWN,
        "JOB_NAME": "clean",
        "JOB_ID": "j_1",
        "JOB_RUN_ID": "jr_1",
        "job_bookmark_option": "job-bookmark-enable",
        "TempDir": "s3://t/x",
        "RedshiftTempDir": "s3://t/x",
    }


def test_dashes_become_underscores_in_keys():
    assert resolve("--event-date", "d", options=["event-date"])["event_date"] == "d"


def test_the_form_with_an_equals_sign_is_read():
    assert resolve("--JOB_NAME=clean")["JOB_NAME"] == "clean"


def test_values_are_strings():
    assert resolve("--limit", "5", options=["limit"])["limit"] == "5"


def test_an_unambiguous_prefix_is_accepted_as_up_to_glue_5_1():
    assert resolve("--JOB_NA", "clean")["JOB_NAME"] == "clean"


def test_a_missing_option_is_named():
    with pytest.raises(GlueArgumentError, match="--target"):
        resolve("--JOB_NAME", "clean", options=["JOB_NAME", "target"])


@pytest.mark.parametrize(
    "option",
    ["continuation-option", "job-bookmark-option", "job-bookmark-from", "job-bookmark-to",
     "--JOB_ID", "--JOB_RUN_ID", "--SECURITY_CONFIGURATION"],
)  # fmt: skip
def test_a_reserved_option_cannot_be_listed(option):
    with pytest.raises(RuntimeError, match=option):
        resolve(options=[option])


@pytest.mark.parametrize("option", ["JOB_ID", "JOB_RUN_ID", "encryption-type"])
def test_a_bare_name_of_glues_own_conflicts(option):
    with pytest.raises(argparse.ArgumentError):
        resolve(options=[option])


@pytest.mark.parametrize("option", ["TempDir", "RedshiftTempDir"])
def test_temp_dirs_are_optional_even_when_listed_and_stand_in_for_each_other(option):
    assert resolve("--JOB_NAME", "j", options=["JOB_NAME", option])[option] is None
    found = resolve(f"--{option}", "s3://t/", options=[option])
    assert (found["TempDir"], found["RedshiftTempDir"]) == ("s3://t/", "s3://t/")


@pytest.mark.parametrize(
    ("continuation", "bookmark"),
    [
        ("continuation-enabled", "job-bookmark-enable"),
        ("continuation-readonly", "job-bookmark-pause"),
        ("continuation-ignore", "job-bookmark-disable"),
    ],
)
def test_old_continuation_values_are_translated(continuation, bookmark):
    found = resolve("--continuation-option", continuation, options=[])
    assert found["job_bookmark_option"] == bookmark
    assert "continuation_option" not in found


RANGE = ("--job-bookmark-from", "jr_1", "--job-bookmark-to", "jr_2")


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("--job-bookmark-from", "jr_1"), "together"),
        (RANGE, "job-bookmark-pause"),
        (("--job-bookmark-option", "sometimes"), "invalid choice"),
    ],
)
def test_bookmark_arguments_that_do_not_fit_are_refused(argv, sentence):
    with pytest.raises(GlueArgumentError, match=sentence):
        resolve(*argv, options=[])


def test_a_paused_bookmark_takes_a_range():
    found = resolve("--job-bookmark-option", "job-bookmark-pause", *RANGE, options=[])
    assert (found["job_bookmark_from"], found["job_bookmark_to"]) == ("jr_1", "jr_2")
