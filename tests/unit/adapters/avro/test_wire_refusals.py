from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.avro.wire.frames import CONFLUENT
from chalicelib.adapters.avro.wire.schemas import CLAIM, COMMIT, travelling
from chalicelib.kernel.errors import CorruptStream, SchemaViolation
from tests.contract.commit_codec import (
    DELIVERED,
    resealed,
)
from tests.support.wire import (
    EVENT_CODEC,
    FOLDER,
    PACKED,
    SCHEMAS,
    WIRE,
    a_wire,
    each_frame,
    framed,
    made_up_ids,
    record_in,
)

pytestmark = [pytest.mark.requirement("R8"), pytest.mark.requirement("T6")]

REFUSED = (CorruptStream, SchemaViolation)


class TestRefusals:
    @each_frame
    def test_any_flipped_bit_is_refused_or_changes_nothing(self, frame, size):
        """
        In every byte of a frame; and what the hash covers is refused for certain.
        """
        wire = a_wire(frame, made_up_ids(size))
        good = wire.encode(PACKED)
        for place in range(len(good)):
            for bit in range(8):
                bad = bytearray(good)
                bad[place] ^= 1 << bit
                try:
                    assert PACKED == wire.decode(bytes(bad))
                except REFUSED:
                    continue

    @each_frame
    def test_any_part_of_a_frame_is_refused(self, frame, size):
        """
        Cut off anywhere, or followed by more.
        """
        wire = a_wire(frame, made_up_ids(size))
        good = wire.encode(PACKED)

        for bad in (*(good[:length] for length in range(len(good))), good + b"\0"):
            with pytest.raises(CorruptStream):
                wire.decode(bad)

    @each_frame
    @given(payload=st.binary(max_size=400))
    @settings(derandomize=True, deadline=None)
    def test_other_payloads_are_refused(self, frame, size, payload):
        """
        Under the id of commits, as under that of claims.
        """
        ids = made_up_ids(size)
        for name in (COMMIT, CLAIM):
            with pytest.raises(CorruptStream):
                a_wire(frame, ids).decode(
                    frame.frame(ids.id_of(travelling(FOLDER)[name].ref), payload)
                )

    @pytest.mark.parametrize(
        "changes",
        [
            {"version": 6},
            {"version": 0},
            {"version": -5},
            {"count": 3},
            {"count": 0},
            {"hash": bytes(32)},
            {"previousHash": bytes(32)},
            {"header": b""},
            {"body": PACKED.body + b"\0"},
            {"stream": {"tenant": "acme", "aggregate": "Order", "id": "order-2"}},
            {"stream": {"tenant": "acme", "aggregate": "Order", "id": "a/b"}},
            {"stream": {"tenant": "", "aggregate": "Order", "id": "order-1"}},
        ],
        ids=range(12),
    )
    def test_what_the_hash_does_not_bear_out_is_refused(self, changes):
        """
        Each thing that it covers.
        """
        record = record_in(WIRE.encode(PACKED))
        assert PACKED == WIRE.decode(framed(record))

        with pytest.raises(CorruptStream):
            WIRE.decode(framed({**record, **changes}))

    @pytest.mark.parametrize(("version", "count"), [(0, 2), (-1, 2), (5, 0), (5, -1)])
    def test_numbers_that_there_are_not_are_refused(self, version, count):
        """
        Even if the hash bears them out.
        """
        record = record_in(WIRE.encode(PACKED))
        other = resealed(PACKED, record["previousHash"], version=version, count=count)
        changes = {"version": version, "count": count, "hash": other.hash}

        with pytest.raises(CorruptStream):
            WIRE.decode(framed({**record, **changes}))

    def test_a_schema_that_is_unknown_or_no_commits_is_refused(self):
        """
        Its id is that of nothing, or of an event.
        """
        good = WIRE.encode(PACKED)
        event = made_up_ids(4).id_of(EVENT_CODEC.encode(DELIVERED[0]).schema.ref)

        for schema_id, told in ((b"none", "6e6f6e65"), (event, "orders.OrderDelivered")):
            with pytest.raises(SchemaViolation, match=told):
                WIRE.decode(good[:1] + schema_id + good[5:])

    @pytest.mark.parametrize(
        "changes", [{"body": b""}, {"header": b"\1"}, {"count": 3}, {"hash": bytes(32)}], ids=str
    )
    def test_a_damaged_commit_does_not_travel(self, changes):
        """
        What can't be read here would be read nowhere.
        """
        with pytest.raises(CorruptStream, match="acme/Order/order-1@5"):
            WIRE.encode(replace(PACKED, **changes))

    def test_an_event_without_registered_schema_does_not_travel(self):
        """
        Nor does a commit where its own schema is not registered.
        """
        for missing in ("orders.OrderDelivered", COMMIT):
            known = [schema for schema in SCHEMAS if schema.ref.type != missing]
            with pytest.raises(SchemaViolation, match=missing):
                a_wire(CONFLUENT, made_up_ids(4, known)).encode(PACKED)
