import hashlib
import json
import random
import zlib
from dataclasses import replace
from io import BytesIO

import pytest
from fastavro import parse_schema, schemaless_reader, schemaless_writer
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.avro.wire.claims import KINESIS_LIMIT, SNS_LIMIT
from chalicelib.adapters.avro.wire.frames import CONFLUENT, SINGLE_OBJECT
from chalicelib.adapters.avro.wire.glue import Glue
from chalicelib.adapters.avro.wire.schemas import CLAIM, COMMIT, travelling
from chalicelib.domain.orders.events import (
    FeedbackInvited,
    OrderCancelled,
    OrderDelivered,
    OrderLine,
    OrderPaid,
    OrderPlaced,
    OrderShipped,
    RefundRequested,
)
from chalicelib.kernel.commit import MAX_COMMIT_BYTES
from chalicelib.kernel.errors import CommitTooLarge, CorruptStream, SchemaViolation
from tests.contract.commit_codec import (
    DELIVERED,
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
    SCHEMAS,
    Cloakroom,
    Ids,
    a_wire,
    made_up_ids,
)

pytestmark = [pytest.mark.requirement("R8"), pytest.mark.requirement("T6")]

FRAMES = {
    "glue": (Glue(), 16),
    "glue, never zlib": (Glue(compress_from=2**30), 16),
    "confluent": (CONFLUENT, 4),
    "single object": (SINGLE_OBJECT, 8),
}
each_frame = pytest.mark.parametrize(("frame", "size"), FRAMES.values(), ids=FRAMES)
REFUSED = (CorruptStream, SchemaViolation)
WIRE = a_wire(CONFLUENT, made_up_ids(4))
PACKED = a_packed(CODEC, EVENT_CODEC, *DELIVERED)
SCHEMA = parse_schema(dict(travelling(FOLDER)[COMMIT].definition))

amounts = st.decimals("-999999999999.99", "999999999999.99", places=2)
lines = st.builds(OrderLine, names, st.integers(1, 2**60), amounts)
events = st.one_of(
    st.builds(OrderPlaced, names, names, amounts, names, st.lists(lines, max_size=3).map(tuple)),
    st.builds(OrderPaid, names, names, amounts),
    st.builds(OrderShipped, names, names, names),
    st.builds(OrderDelivered, names, names, names),
    st.builds(OrderCancelled, names, names),
    st.builds(FeedbackInvited, names, names),
    st.builds(RefundRequested, names, names, amounts),
)


def noisy(size):
    """A commit that takes so many bytes and can't be deflated."""
    text = random.Random(1).randbytes(size).decode("latin-1")
    return a_packed(CODEC, EVENT_CODEC, *(OrderCancelled("o-1", text[n::4]) for n in range(4)))


def record_in(frame):
    return schemaless_reader(BytesIO(CONFLUENT.open(frame)[1]), SCHEMA, None)


def framed(record, schema=SCHEMA, schema_id=None):
    buffer = BytesIO()
    schemaless_writer(buffer, schema, record)
    return CONFLUENT.frame(schema_id or CONFLUENT.open(WIRE.encode(PACKED))[0], buffer.getvalue())


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
