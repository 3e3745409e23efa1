import base64

import pytest

from chalicelib.kernel.commit import Path
from chalicelib.kernel.errors import InvalidInput
from chalicelib.services.consistency import MAX_STREAMS, Mark, decode_token, encode_token

pytestmark = pytest.mark.requirement("R7")


def token(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


class TestToken:
    def test_round_trip(self):
        """
        A token carries its marks, and nothing of the tenant.
        """
        marks = (Mark("Order", "o-1", 5, 6), Mark("Order", "~.x_", 0, 1))

        assert marks == decode_token(encode_token(*marks))

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "!",
            "ä",
            token("null"),
            token("[]"),
            token("[1]"),
            token('[["Order/o-1",1]]'),
            token('[["Order/o-1",1,-1]]'),
            token('[["Order/o-1",1,true]]'),
            token('[["Order/o-1",1,1.0]]'),
            token('[["other/Order/o-1",1,1]]'),
            token('[["Order/..",1,1]]'),
            token("[" * 2000),
            token(str([["Order/o-1", 1, 1]] * (MAX_STREAMS + 1)).replace("'", '"')),
            "A" * 5000,
        ],
    )
    def test_anything_else_is_refused(self, text):
        """
        A token that was not given out is bad input, not an error of ours.
        """
        with pytest.raises(InvalidInput) as refused:
            decode_token(text)

        assert ["Nexus-Consistency"] == [fault.pointer for fault in refused.value.faults]

    @pytest.mark.parametrize(
        ("paths", "want"),
        [({Path.CORE}, 5), ({Path.SECONDARY}, 6), ({Path.CORE, Path.SECONDARY}, 6)],
    )
    def test_a_consumer_waits_for_its_own_path(self, paths, want):
        """
        A projection of one path compares that path's version; one of both the higher.
        """
        assert want == Mark("Order", "o-1", 5, 6).want(frozenset(paths))
