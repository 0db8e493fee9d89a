"""Parameters that cannot work are refused with a sentence, before anything is asked of AWS."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from flows.books_to_redshift import BooksToRedshift
from flows.clean_books import CleanBooks
from flows.export_books import ExportBooks
from flows.model_books import ModelBooks
from tasks.books.fields import Limits


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"prefix": ""}, "prefix"),
        ({"prefix": "book_crossing"}, "prefix"),
        ({"prefix": "/book_crossing/"}, "prefix"),
        ({"prefix": "s3://bucket/book_crossing/"}, "prefix"),
        ({"reject_limit": -1}, "greater than or equal to 0"),
        ({"earliest_year": 2000, "latest_year": 1999}, "no later than latest_year"),
        ({"earliest_year": 3000}, "less than or equal to 2999"),
        ({"youngest": 50, "oldest": 40}, "no older than oldest"),
        ({"oldest": 200}, "less than or equal to 150"),
        ({"prefixes": []}, "Extra inputs are not permitted"),
    ],
)
def test_what_cannot_work_is_refused(parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        CleanBooks.model_validate(parameters)
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        BooksToRedshift.model_validate({"clean": parameters})


@pytest.mark.parametrize("model", [ExportBooks, ModelBooks])
def test_stages_without_a_choice_take_no_parameter(model: Any) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        model.model_validate({"prefix": "book_crossing/"})


def test_limits_are_those_given() -> None:
    given_limits = CleanBooks(earliest_year=1500, latest_year=2005, youngest=6, oldest=99)
    assert given_limits.limits() == Limits(1500, 2005, 6, 99)


@given(st.text() | st.from_regex(r"[a-z_'\"; /.\-=\n]{1,20}/"))
def test_no_prefix_breaks_out_of_a_key(text: str) -> None:
    try:
        prefix = CleanBooks(prefix=text).prefix
    except ValidationError:
        return
    assert re.fullmatch(r"[A-Za-z0-9!_.*'()=/-]+/", prefix)
    assert not prefix.startswith("/")
