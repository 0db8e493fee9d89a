import pytest
from hypothesis import given
from hypothesis import strategies as st

from lochan.redshift.wire.errors import ProtocolViolation
from lochan.redshift.wire.messages import answers, opening, requests

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
numbers = st.integers(-(2**31), 2**31 - 1)
oids = st.lists(st.integers(0, 2**32 - 1), max_size=20).map(tuple)
letters = st.sampled_from("SVCMDHPpqWstcdnFLR")

MESSAGES = st.one_of(
    st.builds(requests.Password, texts),
    st.builds(requests.Query, texts),
    st.builds(requests.Parse, texts, texts, oids),
    st.builds(requests.Bind, texts, texts, st.binary()),
    st.builds(requests.Describe, st.sampled_from([b"S", b"P"]), texts),
    st.builds(requests.Close, st.sampled_from([b"S", b"P"]), texts),
    st.builds(requests.Execute, texts, numbers),
    st.builds(requests.Sync),
    st.builds(requests.Flush),
    st.builds(requests.Terminate),
    st.builds(requests.CopyData, st.binary()),
    st.builds(requests.CopyDone),
    st.builds(requests.CopyFail, texts),
    st.builds(answers.ParameterStatus, texts, texts),
    st.builds(answers.BackendKeyData, numbers, st.binary(min_size=4, max_size=32)),
    st.builds(answers.ReadyForQuery, st.sampled_from([b"I", b"T", b"E"])),
    st.builds(answers.CommandComplete, texts),
    st.builds(answers.ErrorResponse, st.dictionaries(letters, texts)),
    st.builds(answers.NoticeResponse, st.dictionaries(letters, texts)),
    st.builds(answers.ParameterDescription, oids),
    st.builds(answers.DataRow, st.lists(st.none() | st.binary(), max_size=20).map(tuple)),
    st.builds(answers.ParseComplete),
    st.builds(answers.NoData),
)


@given(MESSAGES)
def test_message_survives_the_way_over_the_wire(message):
    encoded = message.encode()
    assert encoded[:1] == message.kind
    assert int.from_bytes(encoded[1:5]) == len(encoded) - 1
    assert type(message).decode(encoded[5:]) == message


@given(
    st.one_of(
        st.builds(opening.Startup, st.dictionaries(texts.filter(bool), texts)),
        st.builds(opening.SslRequest),
        st.builds(opening.GssRequest),
        st.builds(opening.CancelRequest, numbers, st.binary(min_size=4, max_size=256)),
    )
)
def test_opening_message_survives_the_way_over_the_wire(message):
    encoded = message.encode()
    assert int.from_bytes(encoded[:4]) == len(encoded)
    assert opening.decode_opening(encoded[4:]) == message


@given(
    st.sampled_from([requests.Parse, requests.Bind, requests.Execute, answers.DataRow]), st.binary()
)
def test_damaged_message_is_a_protocol_violation_and_nothing_else(message, payload):
    try:
        message.decode(payload)
    except ProtocolViolation as error:
        assert error.sqlstate == "08P01"


def test_bytes_of_known_messages():
    # https://www.postgresql.org/docs/18/protocol-message-formats.html
    assert requests.Query("SELECT 1").encode() == b"Q\x00\x00\x00\x0dSELECT 1\x00"
    assert requests.Sync().encode() == b"S\x00\x00\x00\x04"
    assert answers.AuthenticationMd5Password(b"salt").encode() == (
        b"R\x00\x00\x00\x0c\x00\x00\x00\x05salt"
    )
    assert opening.SslRequest().encode() == b"\x00\x00\x00\x08\x04\xd2\x16\x2f"


def test_protocol_two_is_refused():
    with pytest.raises(ProtocolViolation, match=r"protocol version 2\.0 is not spoken here"):
        opening.decode_opening(b"\x00\x02\x00\x00\x00")


def test_text_with_a_zero_byte_cannot_be_written():
    with pytest.raises(ProtocolViolation, match="holds a zero byte"):
        requests.Query("a\0b").encode()
