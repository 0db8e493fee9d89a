"""Parameters that cannot work are refused with a sentence, before anything is asked of AWS."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from flows.sync_missing_partitions import SyncMissingPartitions

NAMES = ("raw_database", "processed_database", "users", "user_followers", "tweets")


def test_the_names_have_the_defaults_that_the_academy_uses() -> None:
    names = SyncMissingPartitions().names()
    assert (names.bucket, names.raw_database, names.processed_database) == (
        "tara-academy-data",
        "admin-academy-twitter",
        "admin-academy-data",
    )
    assert dict(names.raw_names) == {
        "users": "users",
        "user_followers": "user_followers",
        "tweets": "tweets",
    }


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"bucket": "Upper"}, "bucket"),
        ({"bucket": "s3://tara-academy-data"}, "bucket"),
        ({"bucket": "a"}, "bucket"),
        ({"users": "tweets"}, "three different folders"),
        ({"processed_database": "admin-academy-twitter"}, "two databases"),
        ({"tables": []}, "at least 1 item"),
        ({"tables": ["lists"]}, "'users', 'user_followers' or 'tweets'"),
        ({"recheck_partitions": -1}, "greater than or equal to 0"),
        ({"reject_limit": -1}, "greater than or equal to 0"),
        ({"dryrun": True}, "Extra inputs are not permitted"),
    ],
)
def test_what_cannot_work_is_refused(parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        SyncMissingPartitions.model_validate(parameters)


@given(name=st.sampled_from(NAMES), text=st.text() | st.from_regex(r"[a-z_'\"; /.\-=\n]{1,20}"))
def test_no_name_breaks_out_of_a_key_or_a_statement(name: str, text: str) -> None:
    try:
        accepted = SyncMissingPartitions.model_validate({name: text})
    except ValidationError:
        return
    value = getattr(accepted, name)
    assert set(value) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")
    assert value


@given(text=st.text() | st.from_regex(r"[a-z'\"; /.\-=\n]{3,20}"))
def test_no_bucket_breaks_out_of_a_uri(text: str) -> None:
    try:
        bucket = SyncMissingPartitions(bucket=text).names().bucket
    except ValidationError:
        return
    assert set(bucket) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")
    assert 3 <= len(bucket) <= 63
