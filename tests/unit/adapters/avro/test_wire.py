import hashlib
import json
import random
import zlib
from dataclasses import replace

import pytest
from fastavro import parse_schema
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.avro.wire.frames import CONFLUENT, SINGLE_OBJECT
from chalicelib.adapters.avro.wire.glue import Glue
from chalicelib.adapters.avro.wire.schemas import COMMIT, travelling
from chalicelib.domain.orders.events import (
    FeedbackInvited,
    OrderCancelled,
    OrderDelivered,
    OrderLine,
    OrderPaid,
    OrderPlaced,
    OrderShipped,
    Parcel,
    RefundRequested,
)
from tests.contract.commit_codec import (
    a_packed,
    an_order,
    headers,
    names,
    resealed,
)
from tests.support.wire import (
    CODEC,
    EVENT_CODEC,
    FOLDER,
    PACKED,
    SCHEMAS,
    WIRE,
    Ids,
    a_wire,
    each_frame,
    framed,
    made_up_ids,
    record_in,
)

pytestmark = [pytest.mark.requirement("R8"), pytest.mark.requirement("T6")]

amounts = st.decimals("-999999999999.99", "999999999999.99", places=2)
parcels = st.builds(Parcel, names, names)
lines = st.builds(OrderLine, names, st.integers(1, 2**60), amounts)
events = st.one_of(
    st.builds(OrderPlaced, names, names, amounts, names, st.lists(lines, max_size=3).map(tuple)),
    st.builds(OrderPaid, names, names, amounts, st.none() | names),
    st.builds(OrderShipped, names, st.lists(parcels, max_size=3).map(tuple)),
    st.builds(OrderDelivered, names, names, names),
    st.builds(OrderCancelled, names, names),
    st.builds(FeedbackInvited, names, names),
    st.builds(RefundRequested, names, names, amounts),
)


class TestRoundTrip:
    @each_frame
    @given(parts=headers, happened=st.lists(events, min_size=1, max_size=4))
    @settings(derandomize=True, deadline=None, max_examples=60)
    def test_the_very_commit_comes_back(self, frame, size, parts, happened):
        """
        Byte for byte, of any events with any provenance.
        """
        packed = a_packed(CODEC, EVENT_CODEC, *happened, **parts)
        wire = a_wire(frame, made_up_ids(size))

        assert packed == wire.decode(wire.encode(packed))

    def test_bytes_of_another_deflater_come_back(self):
        """
        They could not be made again here, and the hash covers them: so they travel themselves.
        """
        many = a_packed(CODEC, EVENT_CODEC, *(an_order(random.Random(n)) for n in range(10)))
        again = zlib.compressobj(1, wbits=-15)
        body = again.compress(zlib.decompress(many.body, wbits=-15)) + again.flush()
        other = resealed(many, CODEC.header(many).previous_hash, body=body)

        assert many.body != other.body
        assert other == WIRE.decode(WIRE.encode(other))

    def test_whoever_has_the_record_can_check_the_chain(self):
        """
        By SHA-256 over what it says, and nothing of ours: as docs/wire.md explains.
        """
        said = record_in(WIRE.encode(PACKED))
        key = "/".join(said["stream"][part] for part in ("tenant", "aggregate", "id"))
        seal = hashlib.sha256(said["previousHash"])
        for part in (
            key.encode(),
            str(said["version"]).encode(),
            str(said["count"]).encode(),
            said["header"],
            said["body"],
        ):
            seal.update(len(part).to_bytes(8, "big") + part)

        assert said["hash"] == seal.digest()

    def test_a_later_schema_is_read(self):
        """
        With fields added, left out and moved: those that the hash covers are found by name.
        """
        definition = json.loads(json.dumps(travelling(FOLDER)[COMMIT].definition))
        kept = [field for field in definition["fields"] if field["name"] not in ("trace", "events")]
        added = {"name": "region", "type": "string", "doc": "Where."}
        later = {**definition, "fields": [added, *kept]}
        ref = replace(travelling(FOLDER)[COMMIT].ref, version=2, digest=bytes(32))
        schema = replace(travelling(FOLDER)[COMMIT], ref=ref, definition=later)
        ids = Ids([*SCHEMAS, schema], lambda each: each.ref.digest[:4])

        frame = framed(
            {**record_in(WIRE.encode(PACKED)), "region": "eu"}, parse_schema(later), bytes(4)
        )

        assert PACKED == a_wire(CONFLUENT, ids).decode(frame)

    @pytest.mark.requirement("T18")
    @pytest.mark.parametrize(
        ("frame", "size", "most"),
        [
            (Glue(), 16, (800, 1200, 1650)),
            (CONFLUENT, 4, (1250, 2100, 3150)),
            (SINGLE_OBJECT, 8, (1250, 2150, 3200)),
        ],
        ids=["glue", "confluent", "single object"],
    )
    def test_frames_are_small(self, frame, size, most):
        """
        With 1, 5 and 10 two-line orders: Kinesis bills bytes, and a shard takes 1 MB/s.
        """
        wire = a_wire(frame, made_up_ids(size))
        for count, limit in zip((1, 5, 10), most, strict=True):
            bought = [an_order(random.Random(n)) for n in range(count)]
            assert len(wire.encode(a_packed(CODEC, EVENT_CODEC, *bought))) <= limit
