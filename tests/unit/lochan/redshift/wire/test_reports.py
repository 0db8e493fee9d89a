import pytest

from lochan.redshift.wire.errors import NotSupported
from lochan.redshift.wire.messages.answers import ErrorResponse
from lochan.redshift.wire.reports import error_response, information, translate_error


def test_serialization_failure_is_error_1023():
    # https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation-serializable-isolation-troubleshooting.html
    error = ErrorResponse(
        {"S": "ERROR", "C": "40001", "M": "could not serialize access due to concurrent update"}
    )
    fields = translate_error(error).fields
    assert (fields["C"], fields["M"]) == ("XX000", "1023")
    assert fields["D"].startswith("Serializable isolation violation on table in Redshift")


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        ("varchar(3)$v", "value too long for type character varying(3)"),
        ("char(10)$c", "value too long for type character(10)"),
        ("varbyte(4)$b", "value too long for type binary varying(4)"),
    ],
)
def test_check_of_bytes_reads_as_a_value_that_is_too_long(constraint, message):
    error = ErrorResponse({"S": "ERROR", "C": "23514", "M": "check", "n": constraint})
    assert translate_error(error).fields == {"S": "ERROR", "C": "22001", "M": message}


def test_second_match_of_a_merge_is_worded_as_redshift_does():
    text = "MERGE command cannot affect row a second time"
    error = ErrorResponse({"S": "ERROR", "C": "21000", "M": text})
    expected = "Found multiple matches to update the same tuple."
    assert translate_error(error).fields["M"] == expected


def test_system_view_that_is_not_there_is_refused_by_name():
    error = ErrorResponse(
        {"S": "ERROR", "C": "42P01", "M": 'relation "stl_wlm_query" does not exist'}
    )
    assert translate_error(error).fields["M"] == (
        'relation "stl_wlm_query" does not exist; '
        "as a system view stl_wlm_query is not supported by this stand-in"
    )
    text = 'relation "sales.systems" does not exist'
    other = ErrorResponse({"S": "ERROR", "C": "42P01", "M": text})
    assert translate_error(other).fields["M"] == text


def test_other_errors_keep_their_text_and_lose_what_names_postgresqls_source():
    error = ErrorResponse(
        {"S": "ERROR", "V": "ERROR", "C": "42P01", "M": "no", "F": "x.c", "P": "3"}
    )
    assert translate_error(error).fields == {"S": "ERROR", "C": "42P01", "M": "no", "P": "3"}


def test_error_of_the_stand_in_has_a_sqlstate_and_a_hint():
    response = error_response(NotSupported("not here", hint="do that"))
    assert response.fields == {"S": "ERROR", "C": "0A000", "M": "not here", "H": "do that"}


def test_report_on_a_load_has_the_severity_info():
    assert information("done").fields == {"S": "INFO", "C": "00000", "M": "done"}
