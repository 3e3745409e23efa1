"""What travels is read by other people's code: AWS's, Confluent's and Apache's own libraries."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from chalicelib.adapters.avro.wire.frames import CONFLUENT, SINGLE_OBJECT
from chalicelib.adapters.avro.wire.glue import Glue
from chalicelib.adapters.pydantic.shapes import PydanticShapes
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
from chalicelib.kernel.commit import Path
from tests.contract.commit_codec import NOON, STREAM, a_header, a_packed
from tests.support import confluent_registry
from tests.support.fetching import needed_in_ci
from tests.support.foreign import readers, registries
from tests.support.foreign.answering import plain
from tests.support.wire import CODEC, EVENT_CODEC, Cloakroom, a_wire, fingerprints

pytestmark = [pytest.mark.requirement("R8"), pytest.mark.requirement("T6")]

LINES = (
    OrderLine("sku-1", 3, Decimal("0.01")),
    OrderLine("sku-ü", 2**40, Decimal("999999999999.99")),
)
EVENTS = (
    OrderPlaced("o-1", "c-1", Decimal("149.50"), "USD", LINES),
    OrderPlaced("o-2", "c-1", Decimal("0.00"), "EUR", ()),
    OrderPaid("o-1", "p-1", Decimal("-149.50"), "card"),
    OrderShipped("o-1", (Parcel("DHL", "1Z 999"), Parcel("Post", "ü-1"))),
    OrderDelivered("o-1", "c-1", "Ä. Person"),
    FeedbackInvited("o-1", "c-1"),
    OrderCancelled("o-2", ""),
    RefundRequested("o-2", "p-2", Decimal("999999999999.99")),
)
SPARSE = a_packed(CODEC, EVENT_CODEC, OrderCancelled("o-3", "late"), trace=None)


def full():
    """Return a commit of every event, with every part of its provenance, one effective before."""
    encoded = [EVENT_CODEC.encode(event) for event in EVENTS]
    header = a_header(encoded, on_behalf_of="c-9", causation_id="acme/Order/order-0@7")
    first, *rest = header.events
    earlier = replace(first, effective_at=NOON - timedelta(days=400, microseconds=1))
    header = replace(header, events=(earlier, *rest))
    return CODEC.pack(STREAM, 5, header, [each.payload for each in encoded])


FULL = full()
COMMITS = (SPARSE, FULL)


def cloud_event(packed, kind):
    """What CloudEvents wants of a commit, and the place that a claim says as well."""
    commit = CODEC.unpack(packed)
    return {
        "specversion": "1.0",
        "id": "acme/Order/order-1@5",
        "source": "/nexus/acme/commits",
        "type": f"nexus.{kind}",
        "subject": "Order/order-1",
        "time": NOON,
        "dataschema": f"urn:nexus:schema:nexus.{kind}:1",
        "stream": {"tenant": "acme", "aggregate": "Order", "id": "order-1"},
        "version": 5,
        "count": len(commit.events),
        "previousHash": commit.header.previous_hash,
        "hash": packed.hash,
        "previousOnCore": 4,
        "previousOnSecondary": 0,
    }


def said(packed):
    """All that a commit should say to whoever reads it, from the commit itself."""
    commit = CODEC.unpack(packed)
    header = commit.header
    who = header.principal
    return {
        **cloud_event(packed, "Commit"),
        "header": packed.header,
        "body": packed.body,
        "recordedAt": NOON,
        "correlationId": header.correlation_id,
        "causationId": header.causation_id,
        "trace": header.trace,
        "commandId": header.command_id,
        "commandType": "orders.PlaceOrder",
        "principal": {"kind": "user", "id": who.id, "tenant": "acme", "roles": list(who.roles)},
        "onBehalfOf": header.on_behalf_of,
        "policyDigest": header.policy_digest,
        "codeDigest": header.code_digest,
        "snapshotDue": "count",
        "events": [
            {
                "id": event.id,
                "type": event.type,
                "schemaVersion": stamped.schema.version,
                "schemaDigest": stamped.schema.digest,
                "effectiveAt": event.effective_at,
                "path": event.path.value,
                "data": PydanticShapes().dump(event.data),
            }
            for event, stamped in zip(commit.events, header.events, strict=True)
        ],
    }


def frames_by(frame, ids):
    """The commits, and a claim of one of them, as they travel."""
    return [
        *map(a_wire(frame, ids).encode, COMMITS),
        a_wire(frame, ids, claims=Cloakroom(), limit=0).encode(FULL),
    ]


def expected_of(frame, ids):
    whole = a_wire(frame, ids).encode(FULL)
    name = f"acme/Order/order-1/{5:020}-{hashlib.sha256(whole).hexdigest()}"
    claimed = {"location": f"memory://cloakroom/{name}", "size": len(whole)}
    return plain([*map(said, COMMITS), {**cloud_event(FULL, "CommitClaim"), **claimed}])


def test_the_commits_have_all_there_is():
    """Every type of event, both paths, and every part that may be missing both ways."""
    commit = CODEC.unpack(FULL)

    assert set(Path) == commit.header.paths
    assert {type(event) for event in EVENTS} == set(EVENT_CODEC._types)
    assert (None, None, None) == (
        CODEC.header(SPARSE).trace,
        CODEC.header(SPARSE).causation_id,
        CODEC.header(SPARSE).on_behalf_of,
    )


@pytest.fixture(name="glue_ids", scope="module")
def _glue_ids(moto_glue):
    return registries.registered_in_glue(moto_glue)


@pytest.fixture(name="confluent", scope="module")
def _confluent(confluent_program):
    with confluent_registry.running(confluent_program) as url:
        yield url


class TestGlue:
    @pytest.mark.parametrize(
        ("frame", "compression"),
        [(Glue(compress_from=100), 5), (Glue(compress_from=2**30), 0)],
        ids=["zlib", "plain"],
    )
    def test_aws_reads_every_field(self, moto_glue, glue_ids, frame, compression):
        """AWS's own serde, against a Glue registry: amounts and times included."""
        with needed_in_ci():
            command = readers.aws(moto_glue.endpoint)

        frames = frames_by(frame, glue_ids)

        assert [compression] * 3 == [each[1] for each in frames]
        assert expected_of(frame, glue_ids) == readers.read(command, frames)


class TestConfluent:
    def test_confluent_reads_every_field(self, confluent):
        """Confluent's own deserializer, against a registry that speaks its language."""
        with needed_in_ci():
            command = readers.confluent(confluent)
        ids = registries.registered_with_confluent(confluent)

        assert expected_of(CONFLUENT, ids) == readers.read(command, frames_by(CONFLUENT, ids))


class TestSingleObject:
    @pytest.mark.parametrize(
        "reader", [readers.apache_python, readers.apache_java], ids=["python", "java"]
    )
    def test_apache_reads_every_field(self, reader):
        """Apache's own libraries; Java's finds the schema by its own fingerprint of it."""
        with needed_in_ci():
            command = reader()
        ids = fingerprints()

        read = readers.read(command, frames_by(SINGLE_OBJECT, ids))

        assert expected_of(SINGLE_OBJECT, ids) == read
