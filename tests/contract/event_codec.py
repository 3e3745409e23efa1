"""The contract of EventCodec: nothing that its schema forbids is written, all history is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.kernel.errors import CorruptStream, SchemaViolation
from chalicelib.kernel.messages import Event
from chalicelib.kernel.upcasting import EventUpcaster, UpcasterChain
from chalicelib.kernel.values import Identifier, Money, Quantity, ShortText
from chalicelib.services.governance.schema_registry import EncodedEvent, EventCodec
from tests.contract.schema_registry import Definition, a_schema

STEADY = settings(
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # codecs keep no state
)
MakeCodec = Callable[
    [Mapping[str, type[Event]], Mapping[str, list[Definition]], UpcasterChain], EventCodec
]


class Glaze(StrEnum):
    """What is on the pot."""

    NONE = "none"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on a pot."""

    maker: Identifier
    count: Quantity
    worth: Money


@dataclass(frozen=True, slots=True)
class PotFired(Event):
    """An event with a field of every type that there is."""

    pot_id: Identifier
    price: Money
    kiln: int
    cracked: bool
    glaze: Glaze
    fired_at: datetime
    day: date
    holder: ShortText | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class PotFiredAtFirst(Event):
    """The same event before that."""

    jar: str
    price: Money


@dataclass(frozen=True, slots=True)
class PotFiredOnce(Event):
    """The same event as version 1 of its schema had it."""

    pot: str
    price: Money


class PotLost(Event):
    """An event of no context."""


def _field(name: str, type_: object) -> Definition:
    return {"name": name, "type": type_, "doc": "A test's."}


DECIMAL = {"type": "bytes", "logicalType": "decimal", "precision": 14, "scale": 2}
MARK = {
    "type": "record",
    "name": "Mark",
    "doc": "A test's.",
    "fields": [_field("maker", "string"), _field("count", "long"), _field("worth", DECIMAL)],
}
SECOND = a_schema(
    "PotFired",
    _field("price", DECIMAL),
    _field("kiln", "long"),
    _field("cracked", "boolean"),
    _field("glaze", {"type": "enum", "name": "Glaze", "symbols": ["none", "blue"]}),
    _field("firedAt", {"type": "long", "logicalType": "timestamp-micros"}),
    _field("day", {"type": "int", "logicalType": "date"}),
    _field("holder", ["null", "string"]),
    _field("marks", {"type": "array", "items": MARK}),
)
FIRST = {**SECOND, "fields": [_field("pot", "string"), _field("price", DECIMAL)]}
BEFORE = {**SECOND, "fields": [_field("jar", "string"), _field("price", DECIMAL)]}
TYPE = "pots.PotFired"


POT = PotFired(
    pot_id="p-1",
    price=Decimal("12.30"),
    kiln=-7,
    cracked=False,
    glaze=Glaze.BLUE,
    fired_at=datetime(2025, 1, 31, 12, 0, 0, 1, tzinfo=UTC),
    day=date(2025, 1, 31),
    holder=None,
    marks=(Mark("m", 1, Decimal("0.00")), Mark("n", 2, Decimal("-999999999999.99"))),
)


class Renamed(EventUpcaster):
    """Version 1 called the id otherwise, and knew little else."""

    event_type: ClassVar[str] = TYPE
    from_version: ClassVar[int] = 1

    def upcast(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data as version 2 has it."""
        return {
            "potId": data["pot"],
            "price": data["price"],
            "kiln": POT.kiln,
            "cracked": POT.cracked,
            "glaze": "blue",
            "firedAt": POT.fired_at,
            "day": POT.day,
            "holder": None,
            "marks": [],
        }


class RenamedLater(Renamed):
    """The same step, where another version came before it."""

    from_version: ClassVar[int] = 2


class Jar(EventUpcaster):
    """What was called a jar is a pot."""

    event_type: ClassVar[str] = TYPE
    from_version: ClassVar[int] = 1

    def upcast(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data as version 2 has it."""
        return {"pot": data["jar"], "price": data["price"]}


class Forgetful(Renamed):
    """Leaves a field out."""

    def upcast(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data as version 2 has it, but for the price."""
        return {name: value for name, value in super().upcast(data).items() if name != "price"}


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
amounts = st.integers(1 - 10**14, 10**14 - 1).map(lambda units: Decimal(units).scaleb(-2))
longs = st.integers(-(2**63), 2**63 - 1)
moments = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0))
pots = st.builds(
    PotFired,
    pot_id=texts,
    price=amounts,
    kiln=longs,
    cracked=st.booleans(),
    glaze=st.sampled_from(Glaze),
    fired_at=moments,
    day=st.dates(),
    holder=st.none() | texts,
    marks=st.lists(st.builds(Mark, texts, longs, amounts), max_size=5).map(tuple),
)

REFUSED: Mapping[str, tuple[str, Any]] = {
    "no amount": ("price", None),
    "a third place": ("price", Decimal("1.005")),
    "too wide": ("price", Decimal(10**12)),
    "too wide, though of one digit": ("price", Decimal("1E+12")),
    "absurd": ("price", Decimal("1E+999999")),
    "not a number": ("price", Decimal("NaN")),
    "endless": ("price", Decimal("Infinity")),
    "inexact": ("price", 1.5),
    "a text for an amount": ("price", "1.50"),
    "bytes for an amount": ("price", b"\x01"),
    "a flag for a number": ("kiln", True),
    "a fraction for a number": ("kiln", 5.7),
    "an inexact whole number": ("kiln", 5.0),
    "beyond 64 bits": ("kiln", 2**63),
    "far beyond 64 bits": ("kiln", 10**5000),
    "no flag": ("cracked", None),
    "a number for a flag": ("cracked", 1),
    "no text": ("pot_id", None),
    "bytes for a text": ("pot_id", b"p"),
    "half a character": ("pot_id", "\ud800"),
    "another member": ("glaze", "red"),
    "a time without zone": ("fired_at", datetime(2025, 1, 31)),  # noqa: DTZ001 - the point
    "a number for a time": ("fired_at", 5),
    "a number for a day": ("day", 5),
    "a number for maybe a text": ("holder", 5),
    "no list": ("marks", None),
    "a text for a list": ("marks", "ab"),
    "a list of texts": ("marks", ("ab",)),
    "a flaw within": ("marks", (Mark("m", 1, Decimal("0.001")),)),
}


@pytest.mark.requirement("R8")
@pytest.mark.requirement("T3")
class EventCodecContract:
    """Bind it with a fixture ``make_codec``: classes and schemas by type, and upcasters."""

    @pytest.fixture
    def codec(self, make_codec: MakeCodec) -> EventCodec:
        """A codec of today, with version 1 behind it."""
        return make_codec({TYPE: PotFired}, {TYPE: [FIRST, SECOND]}, UpcasterChain([Renamed()]))

    @pytest.fixture
    def old(self, make_codec: MakeCodec) -> EncodedEvent:
        """An event that was written when version 1 was the newest."""
        codec = make_codec({TYPE: PotFiredOnce}, {TYPE: [FIRST]}, UpcasterChain())
        return codec.encode(PotFiredOnce("p-9", Decimal("9.90")))

    @given(pot=pots)
    @settings(STEADY, max_examples=150)
    def test_what_is_written_is_read(self, codec: EventCodec, pot: PotFired):
        """Whatever a schema allows comes back as it was: amounts with their two places."""
        encoded = codec.encode(pot)
        decoded = codec.decode(encoded.schema.ref, encoded.payload)

        assert pot == decoded
        assert repr(pot) == repr(decoded)

    def test_the_newest_schema_is_used(self, codec: EventCodec):
        """The schema that approved an event is told with its bytes."""
        encoded = codec.encode(POT)

        assert (TYPE, 2) == (encoded.schema.ref.type, encoded.schema.ref.version)
        assert SECOND == encoded.schema.definition

    def test_equal_events_have_equal_bytes(self, codec: EventCodec):
        """5 and 5.00 are one amount, and noon is noon in every zone."""
        zone = timezone(timedelta(hours=2))
        other = replace(
            POT, price=Decimal("12.3"), fired_at=POT.fired_at.astimezone(zone), marks=POT.marks
        )

        assert codec.encode(POT) == codec.encode(other)

    @pytest.mark.parametrize("flaw", REFUSED)
    def test_what_the_schema_forbids_is_refused(self, codec: EventCodec, flaw: str):
        """Nothing is coerced; type and field are named."""
        field, value = REFUSED[flaw]
        outside = {"pot_id": "potId", "fired_at": "firedAt"}.get(field, field)

        with pytest.raises(SchemaViolation, match=f"{TYPE}.*{outside}"):
            codec.encode(replace(POT, **{field: value}))

    def test_limits_do_not_count(self, codec: EventCodec):
        """They are for the edge: an event of before their time is read, and could be written."""
        pot = replace(POT, pot_id="an id of old / with a slash", holder="x" * 1000)
        encoded = codec.encode(pot)

        assert pot == codec.decode(encoded.schema.ref, encoded.payload)

    def test_an_event_of_no_context_is_refused(self, codec: EventCodec):
        """Without a schema there is no event."""
        with pytest.raises(SchemaViolation, match="PotLost"):
            codec.encode(PotLost())

    def test_an_event_without_a_schema_is_refused(self, make_codec: MakeCodec):
        """Being mounted is not enough."""
        codec = make_codec({TYPE: PotFired}, {}, UpcasterChain())

        with pytest.raises(SchemaViolation, match=TYPE):
            codec.encode(POT)

    @pytest.mark.parametrize(
        ("fields", "named"),
        [
            (SECOND["fields"][:-1], "marks"),
            ([*SECOND["fields"], _field("kick", "string")], "kick"),
        ],
        ids=["the class has more", "the schema has more"],
    )
    def test_class_and_schema_must_have_the_same_fields(
        self, make_codec: MakeCodec, fields: list[Definition], named: str
    ):
        """Nothing is dropped silently, nothing made up."""
        codec = make_codec(
            {TYPE: PotFired}, {TYPE: [{**SECOND, "fields": fields}]}, UpcasterChain()
        )

        with pytest.raises(SchemaViolation, match=named):
            codec.encode(POT)

    @pytest.mark.requirement("T13")
    def test_an_old_event_is_read_as_one_of_today(self, codec: EventCodec, old: EncodedEvent):
        """By the schema that it was written with, then upcast to the class of today."""
        expected = replace(POT, pot_id="p-9", price=Decimal("9.90"), marks=())

        assert expected == codec.decode(old.schema.ref, old.payload)

    @pytest.mark.requirement("T13")
    def test_an_old_event_passes_every_version(self, make_codec: MakeCodec):
        """One step after the other, each of which knows two versions only."""
        first = make_codec({TYPE: PotFiredAtFirst}, {TYPE: [BEFORE]}, UpcasterChain())
        written = first.encode(PotFiredAtFirst("p-9", Decimal("9.90")))
        chain = UpcasterChain([RenamedLater(), Jar()])
        codec = make_codec({TYPE: PotFired}, {TYPE: [BEFORE, FIRST, SECOND]}, chain)

        expected = replace(POT, pot_id="p-9", price=Decimal("9.90"), marks=())
        assert expected == codec.decode(written.schema.ref, written.payload)

    @pytest.mark.requirement("T13")
    @pytest.mark.parametrize(
        "upcasters",
        [UpcasterChain(), UpcasterChain([Forgetful()])],
        ids=["none", "one that leaves a field out"],
    )
    def test_an_old_event_that_leads_nowhere_is_a_violation(
        self, make_codec: MakeCodec, old: EncodedEvent, upcasters: UpcasterChain
    ):
        """Rather than an event of today with something missing."""
        codec = make_codec({TYPE: PotFired}, {TYPE: [FIRST, SECOND]}, upcasters)

        with pytest.raises(SchemaViolation, match=TYPE):
            codec.decode(old.schema.ref, old.payload)

    def test_an_unknown_schema_is_a_violation(self, codec: EventCodec):
        """Bytes are never read by a schema that they were not written with."""
        encoded = codec.encode(POT)

        for change in ({"version": 3}, {"digest": bytes(32)}, {"type": "pots.PotLost"}):
            with pytest.raises(SchemaViolation):
                codec.decode(replace(encoded.schema.ref, **change), encoded.payload)

    def test_bytes_must_be_all_there_and_no_more(self, codec: EventCodec):
        """Cut off anywhere, or with anything behind, they are corrupt."""
        encoded = codec.encode(POT)
        whole = encoded.payload
        wrong = [whole[:length] for length in range(len(whole))]

        for payload in (*wrong, whole + b"\0", whole + whole):
            with pytest.raises(CorruptStream, match=f"{TYPE} version 2"):
                codec.decode(encoded.schema.ref, payload)

    @given(payload=st.binary(max_size=200))
    @settings(STEADY, max_examples=300)
    def test_garbage_raises_nothing_unforeseen(self, codec: EventCodec, payload: bytes):
        """Random bytes are corrupt, or by chance an event; never another error."""
        ref = codec.encode(POT).schema.ref

        with suppress(CorruptStream):
            assert isinstance(codec.decode(ref, payload), PotFired)

    @given(place=st.integers(min_value=0), mask=st.integers(1, 255))
    @settings(STEADY, max_examples=300)
    def test_damage_raises_nothing_unforeseen(self, codec: EventCodec, place: int, mask: int):
        """One changed byte makes bytes corrupt, or another event; never another error."""
        encoded = codec.encode(POT)
        payload = bytearray(encoded.payload)
        payload[place % len(payload)] ^= mask

        with suppress(CorruptStream):
            assert isinstance(codec.decode(encoded.schema.ref, bytes(payload)), PotFired)
