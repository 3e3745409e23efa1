import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.avro.wire.claims import SNS_LIMIT
from chalicelib.adapters.avro.wire.frames import (
    CONFLUENT,
    SINGLE_OBJECT,
    BrokenCompression,
    TooMuchInflated,
    TruncatedFrame,
    UnknownCompression,
    UnknownMagic,
)
from chalicelib.adapters.avro.wire.glue import MAX_INFLATED, Glue
from chalicelib.adapters.avro.wire.text import from_text, to_text
from chalicelib.kernel.errors import CorruptStream, Misconfigured
from tests.support.wire import each_frame

pytestmark = [pytest.mark.requirement("R8"), pytest.mark.requirement("T6")]

GLUE_ID = bytes(range(16))
STEADY = settings(derandomize=True, deadline=None)


def packed(data=b"data" * 9):
    return bytes([3, 5]) + GLUE_ID + zlib.compress(data)


@each_frame
class TestEveryFrame:
    @given(data=st.data())
    @STEADY
    def test_what_is_framed_is_opened(self, frame, size, data):
        """
        Any payload under any id.
        """
        schema_id = data.draw(st.binary(min_size=size, max_size=size))
        payload = data.draw(st.binary(max_size=3000))

        assert (schema_id, payload) == frame.open(frame.frame(schema_id, payload))

    @given(data=st.binary(max_size=40))
    @STEADY
    def test_whatever_comes_is_opened_or_refused(self, frame, size, data):
        """
        With one family of errors.
        """
        beginnings = [b"", b"\0", b"\3", b"\3\0", b"\3\5" + GLUE_ID, b"\xc3\1"]
        for beginning in beginnings:
            try:
                schema_id, _ = frame.open(beginning + data)
            except CorruptStream:
                continue
            assert size == len(schema_id)

    def test_every_length_is_enough_or_told(self, frame, size):
        """
        Frames end where they are cut, within their own bytes.
        """
        whole = frame.frame(bytes(size), b"")

        for length in range(len(whole)):
            with pytest.raises(TruncatedFrame):
                frame.open(whole[:length])

    @pytest.mark.parametrize("off", [-1, 1])
    def test_an_id_of_another_registry_is_refused(self, frame, size, off):
        """
        Rather than make a frame that nobody can read.
        """
        with pytest.raises(Misconfigured, match=str(size)):
            frame.frame(bytes(size + off), b"data")


class TestBytes:
    """What their specifications say, byte for byte."""

    def test_of_confluent(self):
        """
        0, and the id of 4 bytes.
        """
        assert bytes.fromhex("00 0000002a") + b"data" == CONFLUENT.frame(b"\0\0\0*", b"data")

    def test_of_single_objects(self):
        """
        C3 01, and the fingerprint of 8 bytes.
        """
        mark = bytes.fromhex("8f5c393f1ad57572")

        assert bytes.fromhex("c301 8f5c393f1ad57572 02") == SINGLE_OBJECT.frame(mark, b"\2")

    def test_of_glue(self):
        """
        3, the compression, and the UUID of 16 bytes; zlib from so many bytes on, where it pays.
        """
        noise = random.Random(1).randbytes(2000)

        assert b"\3\0" + GLUE_ID + bytes(1023) == Glue().frame(GLUE_ID, bytes(1023))
        assert b"\3\5" + GLUE_ID + zlib.compress(bytes(1024), 6) == Glue().frame(
            GLUE_ID, bytes(1024)
        )
        assert b"\3\0" + GLUE_ID + noise == Glue().frame(GLUE_ID, noise)


@pytest.mark.parametrize(
    ("frame", "data", "error"),
    [
        (CONFLUENT, b"\1\0\0\0\0", UnknownMagic),
        (SINGLE_OBJECT, b"\xc3\2" + bytes(8), UnknownMagic),
        (SINGLE_OBJECT, b"\xc4", UnknownMagic),
        (Glue(), b"\2\0" + GLUE_ID, UnknownMagic),
        (Glue(), b"\3\1" + GLUE_ID, UnknownCompression),
        (Glue(), b"\3\xff" + GLUE_ID + b"data", UnknownCompression),
        (Glue(), packed()[:-1], TruncatedFrame),
        (Glue(), packed()[:18], TruncatedFrame),
        (Glue(), packed() + b"x", BrokenCompression),
        (Glue(), b"\3\5" + GLUE_ID + b"data", BrokenCompression),
        (Glue(), packed()[:-1] + b"\0", BrokenCompression),
    ],
    ids=range(11),
)
def test_what_is_wrong_is_named(frame, data, error):
    """By the type of the error, which is a CorruptStream in any case."""
    with pytest.raises(error) as raised:
        frame.open(data)

    assert isinstance(raised.value, CorruptStream)


def test_a_bomb_is_not_inflated():
    """A record of 64 KB could else fill any memory; at the limit it is a payload."""
    largest, bomb = bytes(MAX_INFLATED), bytes(MAX_INFLATED + 1)

    assert (GLUE_ID, largest) == Glue().open(packed(largest))
    with pytest.raises(TooMuchInflated):
        Glue().open(packed(bomb))


class TestText:
    @given(data=st.binary(max_size=300))
    @STEADY
    def test_is_turned_back(self, data):
        """
        Any bytes.
        """
        assert data == from_text(to_text(data))

    @pytest.mark.parametrize("text", ["a", "AAAA\n", "AA=A", "!!!!", "ÄÄÄÄ", "AA"])
    def test_other_text_is_refused(self, text):
        """
        Not guessed at, as the library would.
        """
        with pytest.raises(CorruptStream, match="base64"):
            from_text(text)

    def test_of_the_largest_frame_fits(self):
        """
        Within the 200 KB that design leaves to it.
        """
        assert 200 * 1024 == len(to_text(bytes(SNS_LIMIT)))
