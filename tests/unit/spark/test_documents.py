from __future__ import annotations

import pytest

from spark.documents import split_uri


def test_a_uri_names_bucket_and_key() -> None:
    assert split_uri("s3://zone/plans/one.json") == ("zone", "plans/one.json")


@pytest.mark.parametrize("uri", ["zone/plan.json", "s3://zone", "s3://zone/", "http://zone/a"])
def test_what_is_no_uri_of_an_object_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="is no s3://bucket/key"):
        split_uri(uri)
