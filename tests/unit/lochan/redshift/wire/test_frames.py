import pytest
from hypothesis import given
from hypothesis import strategies as st

from lochan.redshift.wire.errors import ProtocolViolation
from lochan.redshift.wire.frames import Frame, FrameBuffer

FRAMES = st.lists(
    st.builds(Frame, st.sampled_from([b"D", b"C", b"Z"]), st.binary(max_size=50)), max_size=10
)


def take_all(buffer: FrameBuffer) -> list[Frame]:
    found = []
    while (frame := buffer.take()) is not None:
        found.append(frame)
    return found


@given(FRAMES, st.integers(1, 20))
def test_frames_are_found_however_the_bytes_arrive(frames, chunk):
    stream = b"".join(frame.encode() for frame in frames)
    buffer = FrameBuffer()
    found = []
    for start in range(0, len(stream), chunk):
        buffer.feed(stream[start : start + chunk])
        found += take_all(buffer)
    assert found == frames
    assert len(buffer) == 0


@given(FRAMES)
def test_run_of_rows_leaves_in_one_piece_and_the_rest_stays(frames):
    buffer = FrameBuffer()
    buffer.feed(b"".join(frame.encode() for frame in frames))
    run = buffer.take_run(frozenset(b"D"))
    rest = take_all(buffer)
    assert run + b"".join(frame.encode() for frame in rest) == b"".join(
        frame.encode() for frame in frames
    )
    assert not rest or rest[0].kind != b"D"


def test_frame_that_is_not_whole_waits():
    buffer = FrameBuffer()
    buffer.feed(b"D\x00\x00\x00\x08ab")
    assert buffer.take() is None
    assert buffer.take_run(frozenset(b"D")) == b""
    buffer.feed(b"cd")
    assert buffer.take() == Frame(b"D", b"abcd")


@pytest.mark.parametrize("length", [b"\x00\x00\x00\x03", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff"])
def test_impossible_length_is_a_protocol_violation(length):
    buffer = FrameBuffer()
    buffer.feed(b"D" + length)
    with pytest.raises(ProtocolViolation, match="says that it has"):
        buffer.take()


def test_opening_has_no_type_byte():
    buffer = FrameBuffer()
    buffer.feed(b"\x00\x00\x00\x08\x04\xd2")
    assert buffer.take_opening() is None
    buffer.feed(b"\x16\x2frest")
    assert buffer.take_opening() == b"\x04\xd2\x16\x2f"
    assert len(buffer) == 4
