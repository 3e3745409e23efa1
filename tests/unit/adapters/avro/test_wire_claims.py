import random

import pytest

from chalicelib.adapters.avro.wire.claims import KINESIS_LIMIT, SNS_LIMIT
from chalicelib.adapters.avro.wire.frames import CONFLUENT
from chalicelib.domain.orders.events import (
    OrderCancelled,
)
from chalicelib.kernel.commit import MAX_COMMIT_BYTES
from chalicelib.kernel.errors import CommitTooLarge, CorruptStream
from tests.contract.commit_codec import (
    DELIVERED,
    a_packed,
)
from tests.support.wire import (
    CODEC,
    EVENT_CODEC,
    PACKED,
    WIRE,
    Cloakroom,
    a_wire,
    made_up_ids,
)

pytestmark = [pytest.mark.requirement("R8"), pytest.mark.requirement("T6")]


def noisy(size):
    """A commit that takes so many bytes and can't be deflated."""
    text = random.Random(1).randbytes(size).decode("latin-1")
    return a_packed(CODEC, EVENT_CODEC, *(OrderCancelled("o-1", text[n::4]) for n in range(4)))


class TestClaims:
    @pytest.mark.parametrize("limit", [KINESIS_LIMIT, SNS_LIMIT])
    def test_what_is_too_large_waits_elsewhere(self, limit):
        """
        A short claim travels, and the very commit comes back for it.
        """
        room = Cloakroom()
        wire = a_wire(CONFLUENT, made_up_ids(4), claims=room, limit=limit)
        large = a_packed(CODEC, EVENT_CODEC, *[OrderCancelled("o", "x" * limit)])

        claim = wire.encode(large)

        assert 1 == len(room.kept)
        assert len(claim) < 500
        assert large == wire.decode(claim)

    def test_a_claim_is_there_only_where_it_must_be(self):
        """
        At the limit, the commit travels itself.
        """
        size = len(WIRE.encode(PACKED))
        room = Cloakroom()

        a_wire(CONFLUENT, made_up_ids(4), claims=room, limit=size).encode(PACKED)
        assert {} == room.kept
        a_wire(CONFLUENT, made_up_ids(4), claims=room, limit=size - 1).encode(PACKED)
        assert 1 == len(room.kept)

    def test_the_largest_commit_fits_a_record(self):
        """
        400 KB that can't be deflated travel twice, as stored and in frames, and need no claim.
        """
        largest = noisy(325_000)

        assert MAX_COMMIT_BYTES * 0.9 < largest.size < MAX_COMMIT_BYTES
        assert largest == WIRE.decode(WIRE.encode(largest))

    def test_without_claims_it_is_refused(self):
        """
        On either side.
        """
        claims = a_wire(CONFLUENT, made_up_ids(4), claims=Cloakroom(), limit=0)

        with pytest.raises(CommitTooLarge):
            a_wire(CONFLUENT, made_up_ids(4), limit=0).encode(PACKED)
        with pytest.raises(CorruptStream, match="cloakroom"):
            WIRE.decode(claims.encode(PACKED))

    @pytest.mark.parametrize("instead", ["nothing", "another", "itself", "garbage"])
    def test_a_claim_gets_its_own_commit_or_none(self, instead):
        """
        Whatever lies there instead.
        """
        room = Cloakroom()
        wire = a_wire(CONFLUENT, made_up_ids(4), claims=room, limit=0)
        claim = wire.encode(PACKED)
        (location,) = room.kept
        other = a_packed(CODEC, EVENT_CODEC, *DELIVERED, command_id="another")
        room.kept[location] = {
            "nothing": b"",
            "another": WIRE.encode(other),
            "itself": claim,
            "garbage": b"garbage",
        }[instead]

        with pytest.raises(CorruptStream):
            wire.decode(claim)
