from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.sql import (
    qualify,
    quote_column,
    quote_identifier,
    quote_role_arn,
    quote_s3_uri,
)


def test_names_are_quoted() -> None:
    assert quote_identifier("tweet_id") == '"tweet_id"'
    assert qualify("twitter", "tweets") == '"twitter"."tweets"'


@pytest.mark.parametrize("name", ["", "Tweets", "1a", 'a"b', "a b", "a;b", "a\x00", "é", "a" * 128])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no identifier"):
        quote_identifier(name)


@given(st.text())
def test_a_quoted_name_never_ends_early(name: str) -> None:
    try:
        quoted = quote_identifier(name)
    except ValueError:
        return
    assert quoted[1:-1].replace("_", "a").isalnum()


@pytest.mark.parametrize("name", ["größe", "日本語", "_2008_sales", "order", "हिन्दी"])
def test_a_column_may_have_letters_of_any_alphabet(name: str) -> None:
    assert quote_column(name) == f'"{name}"'


@pytest.mark.parametrize(
    "name", ["", "Größe", "2008", 'a"b', "a b", "a.b", "a%s", "a\x00", "é" * 64]
)
def test_what_no_column_is_named_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no name for a column"):
        quote_column(name)


@given(st.text())
def test_a_quoted_column_never_ends_early(name: str) -> None:
    try:
        quoted = quote_column(name)
    except ValueError:
        return
    assert not set(quoted[1:-1]) & set("\"'\\;%\x00 \n\u2028")


def test_a_role_is_quoted() -> None:
    arn = "arn:aws:iam::000000000000:role/lochan-local-redshift-copy"
    assert quote_role_arn(arn) == f"'{arn}'"
    assert quote_role_arn("arn:aws-cn:iam::123456789012:role/path/name")


@pytest.mark.parametrize(
    "arn",
    [
        "default",
        "arn:aws:iam::1:role/x",
        "arn:aws:iam::000000000000:role/a'b",
        "arn:aws:iam::000000000000:user/x",
    ],
)
def test_what_is_no_role_is_refused(arn: str) -> None:
    with pytest.raises(ValueError, match="is no ARN of an IAM role"):
        quote_role_arn(arn)


def test_an_object_is_quoted() -> None:
    uri = "s3://lochan-local-temp/manifests/0a.json"
    assert quote_s3_uri(uri) == f"'{uri}'"


@pytest.mark.parametrize(
    "uri", ["s3://bucket", "s3://b/k", "http://bucket/key", "s3://bucket/k'--", "s3://bucket/a b"]
)
def test_what_is_no_object_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="is no s3://bucket/key"):
        quote_s3_uri(uri)
