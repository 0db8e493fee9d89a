"""Canaries in log records: in messages, arguments and tracebacks, plain and escaped."""

from __future__ import annotations

import html
import io
import json
import logging
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prefect.logging.formatters import JsonFormatter
from prefect.settings import PREFECT_API_KEY, temporary_settings

from tasks import redaction
from tasks.redaction import hide, redact

# Whatever escapes the rest of the canary leaves its core as it is.
CORE = "k7Qz"
CANARY = f"a\"'\\/%é {CORE}&\n<9"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(redaction, "_HIDDEN", redaction._Hidden())
    factory = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(factory)


class Output:
    """A logger of its own, and what its handler writes."""

    def __init__(self, formatter: logging.Formatter) -> None:
        self._stream = io.StringIO()
        handler = logging.StreamHandler(self._stream)
        handler.setFormatter(formatter)
        self.log = logging.Logger("canaries")
        self.log.addHandler(handler)

    @property
    def text(self) -> str:
        return self._stream.getvalue()


@pytest.fixture(params=["text", "json"])
def output(request: pytest.FixtureRequest) -> Output:
    if request.param == "json":
        return Output(JsonFormatter("default", "", "%"))
    return Output(logging.Formatter("%(levelname)s %(message)s"))


def test_what_was_not_read_is_shown(output: Output) -> None:
    hide("something else")
    output.log.error("password %s", CANARY)
    assert CORE in output.text


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        (f"password {CANARY} refused", ()),
        ("password %s refused", (CANARY,)),
        ("password %(password)s refused", ({"password": CANARY},)),
        ("password %s refused", ({"nested": [CANARY]},)),
        ("password %r refused", (ValueError(CANARY),)),
        ("password %s refused", (json.dumps({"password": CANARY}),)),
        ("password %s refused", (json.dumps({"body": json.dumps({"p": CANARY})}),)),
        ("password %s refused", (json.dumps({"p": CANARY}, ensure_ascii=False),)),
        ("password %r refused", (json.dumps({"p": CANARY}),)),
        ("password %s refused", (f"https://u:{quote(CANARY, safe='')}@host",)),
        ("password %s refused", (f"https://host?p={quote_plus(CANARY)}",)),
        ("password %s refused", (f"https://host?p={quote(quote(CANARY))}",)),
        ("password %s refused", ("a%22%27%5c%2f%25%c3%a9%20k7Qz%26%0a%3c9",)),
        ("password %s refused", ("PASSWORD '{}'".format(CANARY.replace("'", "''")),)),
        ("password %s refused", (f"<b>{html.escape(CANARY)}</b>",)),
    ],
)
def test_a_hidden_value_is_masked_in_a_message(
    output: Output, message: str, arguments: tuple[object, ...]
) -> None:
    hide(CANARY)
    output.log.error(message, *arguments)
    assert "***" in output.text
    assert CORE not in output.text
    assert "refused" in output.text


def test_a_hidden_value_is_masked_in_a_traceback(output: Output) -> None:
    hide(CANARY)
    try:
        try:
            raise OSError(f"no login with {CANARY}")
        except OSError as error:
            raise ValueError({"dsn": f"postgresql://u:{quote(CANARY, safe='')}@h"}) from error
    except ValueError:
        output.log.exception("failed")
    assert CORE not in output.text
    assert output.text.count("***") == 2
    assert "ValueError" in output.text
    assert "no login with" in output.text


def test_a_traceback_without_a_hidden_value_stays_as_it_was(output: Output) -> None:
    hide(CANARY)
    try:
        raise OSError("no login")
    except OSError:
        output.log.exception("failed")
    assert "OSError" in output.text
    assert "***" not in output.text


def test_a_message_that_cannot_be_formatted_does_not_show_its_arguments(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    hide(CANARY)
    output.log.error("two %s %s", CANARY)
    assert "cannot be formatted" in output.text
    assert CORE not in output.text + "".join(capsys.readouterr())


def test_every_value_is_hidden_and_the_longest_first(output: Output) -> None:
    hide("token", "")
    hide("token-4711")
    output.log.error("a token-4711 and a token")
    assert "a *** and a ***" in output.text


def test_the_key_of_prefect_is_hidden_in_tracebacks_too(output: Output) -> None:
    with temporary_settings({PREFECT_API_KEY: "pnu_k7Qz"}):
        hide("anything")
    try:
        raise OSError("refused: Bearer pnu_k7Qz")
    except OSError:
        output.log.exception("failed")
    assert "Bearer ***" in output.text
    assert CORE not in output.text


def test_loggers_that_were_there_before_are_covered_once() -> None:
    first = logging.getLogRecordFactory()
    hide("one")
    once = logging.getLogRecordFactory()
    hide("two")
    assert once is not first
    assert logging.getLogRecordFactory() is once


@settings(deadline=None)
@given(st.text(min_size=1, max_size=8).filter(lambda value: value not in "***"))
def test_any_value_is_hidden_however_json_urls_and_repr_write_it(value: str) -> None:
    hidden = redaction._Hidden()
    hidden.add([value])
    for written in (value, json.dumps(value)[1:-1], quote(value, safe=""), repr(value)[1:-1]):
        assert hidden.redact(written) == "***"


def test_what_a_person_is_told_is_masked() -> None:
    hide(CANARY)
    assert redact(f"login with {CANARY} failed") == "login with *** failed"
