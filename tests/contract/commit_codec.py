"""The contract of CommitCodec: what was packed is read, and what was changed is not."""

from __future__ import annotations

import random
import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.domain.orders.events import (
    FeedbackInvited,
    OrderDelivered,
    OrderLine,
    OrderPaid,
    OrderPlaced,
)
from chalicelib.kernel.commit import (
    GENESIS,
    EventHeader,
    Header,
    PackedCommit,
    Path,
    Principal,
    SnapshotDue,
    chain,
)
from chalicelib.kernel.errors import CorruptStream, SchemaViolation
from chalicelib.kernel.messages import Event
from chalicelib.kernel.stream import StreamId
from chalicelib.services.event_store import CommitCodec
from chalicelib.services.governance.schema_registry import EncodedEvent, EventCodec

STEADY: Final = settings(
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # codecs keep no state
)
STREAM: Final = StreamId("acme", "Order", "order-1")
NOON: Final = datetime(2025, 1, 31, 12, 0, 0, 123_456, tzinfo=UTC)
DELIVERED: Final = (OrderDelivered("o-1", "c-1", "A. Person"), FeedbackInvited("o-1", "c-1"))


def an_order(chance: random.Random, lines: int = 2) -> OrderPlaced:
    """Return an order as they come: ids of their own, prices of all sizes."""
    bought = tuple(
        OrderLine(f"sku-{chance.randrange(10**6):06}", chance.randrange(1, 9), _price(chance))
        for _ in range(lines)
    )
    total = sum((line.quantity * line.unit_price for line in bought), Decimal("0.00"))
    number, customer = chance.randrange(10**8), chance.randrange(10**6)
    return OrderPlaced(f"order-{number}", f"customer-{customer}", total, "USD", bought)


def _price(chance: random.Random) -> Decimal:
    return Decimal(chance.randrange(100, 100_000)).scaleb(-2)


def a_header(encoded: list[EncodedEvent], **changes: Any) -> Header:
    """Return a header with the whole provenance, as a traced request of a user has it."""
    chance = random.Random(1)
    header = Header(
        command_id=str(uuid.UUID(int=chance.getrandbits(128))),
        command_type="orders.PlaceOrder",
        input_hash=chance.randbytes(32),
        principal=Principal("user", "u-123456", "acme", ("sales", "support")),
        on_behalf_of=None,
        correlation_id=str(uuid.UUID(int=chance.getrandbits(128))),
        causation_id=None,
        trace="Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1",
        recorded_at=NOON,
        policy_digest=chance.randbytes(32),
        code_digest=chance.randbytes(32),
        previous_hash=chance.randbytes(32),
        previous_on={Path.CORE: 4, Path.SECONDARY: 0},
        snapshot_due=SnapshotDue.COUNT,
        events=tuple(
            EventHeader(each.schema.ref, each.schema.governance.propagation, NOON)
            for each in encoded
        ),
    )
    return replace(header, **changes)


def a_packed(
    codec: CommitCodec, event_codec: EventCodec, *events: Event, **changes: Any
) -> PackedCommit:
    """Return the events packed behind version 4."""
    encoded = [event_codec.encode(event) for event in events]
    return codec.pack(STREAM, 5, a_header(encoded, **changes), [e.payload for e in encoded])


def resealed(commit: PackedCommit, previous: bytes, **changes: Any) -> PackedCommit:
    """Return a commit that was changed by somebody who knew how to seal it."""
    changed = replace(commit, **changes)
    return replace(changed, hash=changed.computed_hash(previous))


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
hashes = st.binary(min_size=32, max_size=32)
moments = st.datetimes(timezones=st.just(UTC))
versions = st.integers(0, 2**63 - 1)
headers = st.fixed_dictionaries(
    {
        "command_id": names,
        "command_type": names,
        "input_hash": hashes,
        "principal": st.builds(
            Principal, names, names, names, st.lists(names, max_size=3).map(tuple)
        ),
        "on_behalf_of": st.none() | names,
        "correlation_id": names,
        "causation_id": st.none() | names,
        "trace": st.none() | names,
        "recorded_at": moments,
        "policy_digest": hashes,
        "code_digest": hashes,
        "previous_hash": hashes | st.just(GENESIS),
        "previous_on": st.fixed_dictionaries(dict.fromkeys(Path, versions)),
        "snapshot_due": st.sampled_from(SnapshotDue),
    }
)


@pytest.mark.requirement("R1")
@pytest.mark.requirement("R8")
class CommitCodecContract:
    """Bind it with fixtures ``codec`` and ``event_codec``, for the events of orders."""

    @given(parts=headers, count=st.integers(1, 5), effective=st.none() | moments)
    @settings(STEADY, max_examples=100)
    def test_what_is_packed_is_read(
        self,
        codec: CommitCodec,
        event_codec: EventCodec,
        parts: dict[str, Any],
        count: int,
        effective: datetime | None,
    ):
        """Every part of the provenance and every event, with its own version and time."""
        events = [*DELIVERED, *(an_order(random.Random(n)) for n in range(count))]
        encoded = [event_codec.encode(event) for event in events]
        header = a_header(encoded, **parts)
        late = [
            replace(each, effective_at=effective or header.recorded_at) for each in header.events
        ]
        header = replace(header, events=tuple(late))

        packed = codec.pack(STREAM, 5, header, [each.payload for each in encoded])
        commit = codec.unpack(packed)

        assert header == commit.header == codec.header(packed)
        assert events == [event.data for event in commit.events]
        assert [(each.path, each.effective_at) for each in late] == [
            (event.path, event.effective_at) for event in commit.events
        ]
        assert (STREAM, 5, packed.hash, packed.size, packed.last) == (
            commit.stream,
            commit.version,
            commit.hash,
            commit.size,
            commit.last,
        )
        assert commit.content == sum(len(each.payload) for each in encoded)  # however it is packed

    def test_recorded_events_say_where_they_come_from(
        self, codec: CommitCodec, event_codec: EventCodec
    ):
        """Stream, version, type, schema, path and time, as consumers are given them."""
        commit = codec.unpack(a_packed(codec, event_codec, *DELIVERED))

        assert ["acme/Order/order-1@5", "acme/Order/order-1@6"] == [e.id for e in commit.events]
        assert ["orders.OrderDelivered", "orders.FeedbackInvited"] == [
            event.type for event in commit.events
        ]
        assert [Path.CORE, Path.SECONDARY] == [event.path for event in commit.events]
        assert {(1, NOON, NOON)} == {
            (event.schema_version, event.recorded_at, event.effective_at) for event in commit.events
        }

    def test_a_commit_is_sealed(self, codec: CommitCodec, event_codec: EventCodec):
        """By the chain's hash over the previous one and all that is stored; always the same."""
        packed = a_packed(codec, event_codec, *DELIVERED)
        previous = codec.header(packed).previous_hash

        seal = chain(previous, STREAM, 5, 2, packed.header, packed.body)

        assert seal == packed.hash
        assert packed == a_packed(codec, event_codec, *DELIVERED)

    @pytest.mark.requirement("T18")
    @pytest.mark.parametrize(("count", "most"), [(1, 680), (5, 850), (10, 1024)])
    def test_commits_are_small(
        self, codec: CommitCodec, event_codec: EventCodec, count: int, most: int
    ):
        """Ten two-line orders with their provenance take one write unit of 1 KB, all included."""
        chance = random.Random(7)

        packed = a_packed(codec, event_codec, *(an_order(chance) for _ in range(count)))

        assert packed.size <= most

    def test_each_event_needs_its_payload(self, codec: CommitCodec, event_codec: EventCodec):
        """A commit that could not be read is never packed."""
        encoded = [event_codec.encode(event) for event in DELIVERED]
        header = a_header(encoded)

        for payloads in ([], [encoded[0].payload], [encoded[0].payload] * 3):
            with pytest.raises(SchemaViolation, match="payloads"):
                codec.pack(STREAM, 5, header, payloads)
        with pytest.raises(SchemaViolation, match="payloads"):
            codec.pack(STREAM, 5, replace(header, events=()), [])

    @pytest.mark.parametrize(
        "part",
        [
            {"policy_digest": b"short"},
            {"recorded_at": datetime(2025, 1, 31)},  # noqa: DTZ001 - the point
            {"correlation_id": "\ud800"},
            {"command_id": None},
        ],
        ids=["digest", "time", "text", "missing"],
    )
    def test_a_header_must_be_whole(
        self, codec: CommitCodec, event_codec: EventCodec, part: dict[str, Any]
    ):
        """Provenance that its own schema refuses is never stored."""
        with pytest.raises(SchemaViolation, match=r"acme/Order/order-1@5"):
            a_packed(codec, event_codec, *DELIVERED, **part)

    @pytest.mark.parametrize("part", ["header", "body", "hash"])
    def test_any_changed_bit_is_found(self, codec: CommitCodec, event_codec: EventCodec, part: str):
        """Each bit of a stored commit counts, wherever it is."""
        packed = a_packed(codec, event_codec, OrderPaid("o-1", "p-1", Decimal("99.99"), None))
        stored: bytes = getattr(packed, part)

        for bit in range(8 * len(stored)):
            change: dict[str, Any] = {part: flipped(stored, bit)}
            with pytest.raises(CorruptStream):
                codec.unpack(replace(packed, **change))

    @pytest.mark.parametrize(
        "change",
        [
            {"version": 6},
            {"count": 1},
            {"count": 3},
            {"stream": StreamId("acme", "Order", "order-2")},
            {"stream": StreamId("other", "Order", "order-1")},
        ],
        ids=["version", "fewer", "more", "stream", "tenant"],
    )
    def test_a_commit_at_another_place_is_found(
        self, codec: CommitCodec, event_codec: EventCodec, change: dict[str, Any]
    ):
        """A commit that was copied to another key is corrupt; so says its header alone."""
        moved = replace(a_packed(codec, event_codec, *DELIVERED), **change)

        for read in (codec.unpack, codec.header):
            with pytest.raises(CorruptStream, match=str(moved.stream)):
                read(moved)

    @pytest.mark.parametrize("part", ["header", "body"])
    def test_cut_off_or_overlong_is_corrupt(
        self, codec: CommitCodec, event_codec: EventCodec, part: str
    ):
        """Even if whoever did it knew how to seal a commit."""
        packed = a_packed(codec, event_codec, *DELIVERED)
        previous = codec.header(packed).previous_hash
        stored: bytes = getattr(packed, part)
        wrong = [stored[:length] for length in range(len(stored))]

        for changed in (*wrong, stored + b"\0", stored + stored):
            with pytest.raises(CorruptStream):
                codec.unpack(resealed(packed, previous, **{part: changed}))

    def test_parts_that_do_not_belong_together_are_corrupt(
        self, codec: CommitCodec, event_codec: EventCodec
    ):
        """Header, body and count agree on the number of events, or nothing is read."""
        one = a_packed(codec, event_codec, OrderPaid("o-1", "p-1", Decimal("1.00"), None))
        two = a_packed(
            codec,
            event_codec,
            OrderPaid("o-1", "p-1", Decimal("1.00"), None),
            OrderPaid("q-2", "r-2", Decimal("2.34"), None),
        )
        previous = codec.header(two).previous_hash
        changes: list[dict[str, Any]] = [
            {"count": 1},
            {"count": 3},
            {"body": one.body},
            {"header": one.header},
            {"header": one.header, "count": 1},
        ]

        for change in changes:
            with pytest.raises(CorruptStream):
                codec.unpack(resealed(two, previous, **change))

    @given(header=st.binary(max_size=600), body=st.binary(max_size=300))
    @example(header=b"\1", body=b"")
    @settings(STEADY, max_examples=300)
    def test_garbage_is_corrupt(self, codec: CommitCodec, header: bytes, body: bytes):
        """Random bytes raise CorruptStream, and nothing else."""
        garbage = PackedCommit(STREAM, 1, 1, header, body, GENESIS)

        for read in (codec.unpack, codec.header):
            with pytest.raises(CorruptStream):
                read(garbage)

    @given(part=st.sampled_from(["header", "body"]), bit=st.integers(min_value=0), more=st.data())
    @settings(STEADY, max_examples=500)
    def test_damage_that_was_sealed_raises_nothing_unforeseen(
        self, codec: CommitCodec, event_codec: EventCodec, part: str, bit: int, more: st.DataObject
    ):
        """A changed and resealed commit is corrupt, in breach of schemas, or another commit."""
        packed = a_packed(codec, event_codec, *DELIVERED, an_order(random.Random(3), lines=9))
        previous = codec.header(packed).previous_hash
        stored = getattr(packed, part)
        for _ in range(more.draw(st.integers(1, 3))):
            stored = flipped(stored, bit)
            bit = more.draw(st.integers(min_value=0))

        with suppress(CorruptStream, SchemaViolation):
            codec.unpack(resealed(packed, previous, **{part: stored}))


def flipped(data: bytes, bit: int) -> bytes:
    """Return the bytes with one bit changed."""
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)
