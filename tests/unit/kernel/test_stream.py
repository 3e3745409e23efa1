import pytest

from chalicelib.kernel.errors import InvalidInput
from chalicelib.kernel.stream import StreamId


class TestStreamId:
    @pytest.mark.requirement("R1")
    def test_text_round_trip(self):
        """
        A stream's text names tenant, aggregate and id, and reads back as the same stream.
        """
        stream = StreamId("default", "Order", "test-1.~_")

        assert "default/Order/test-1.~_" == str(stream)
        assert stream == StreamId.parse(str(stream))
        assert "Order/test-1.~_" == stream.local

    @pytest.mark.parametrize(
        "id_", ["", ".", "..", "a/b", "a b", "ä", "a\n", "a\x00", "x" * 129, "🦆", "a'b"]
    )
    def test_refuses_ids_outside_the_alphabet(self, id_):
        """
        An id that could be mistaken for something else is no part of a stream.
        """
        with pytest.raises(InvalidInput):
            StreamId("default", "Order", id_)

    def test_accepts_the_longest_id_and_refuses_a_longer_tenant(self):
        """
        Ids have up to 128 characters, tenants up to 64.
        """
        assert 128 == len(StreamId("t" * 64, "Order", "x" * 128).id)
        with pytest.raises(InvalidInput):
            StreamId("t" * 65, "Order", "x")

    @pytest.mark.parametrize("text", ["", "Order/1", "a/b/c/d", "a//c"])
    def test_parse_refuses_other_texts(self, text):
        """
        Only three parts make a stream.
        """
        with pytest.raises(InvalidInput):
            StreamId.parse(text)
