"""Verifier: whatever is not as it was written is found, at its place, and nothing else is."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from chalicelib.adapters.avro.commit_codec import AvroCommitCodec
from chalicelib.adapters.avro.event_codec import AvroEventCodec
from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.adapters.pydantic.shapes import PydanticShapes
from chalicelib.domain.orders import orders
from chalicelib.domain.orders.events import FeedbackInvited, OrderDelivered, OrderPaid
from chalicelib.kernel.commit import (
    GENESIS,
    EventHeader,
    Header,
    PackedCommit,
    Path,
    Principal,
    SnapshotDue,
)
from chalicelib.kernel.errors import InvalidInput, Unavailable
from chalicelib.kernel.head import REMEMBERED_COMMANDS, last_on
from chalicelib.kernel.messages import message_type
from chalicelib.kernel.stream import StreamId
from chalicelib.kernel.upcasting import UpcasterChain
from chalicelib.services.verification import LISTED, PAGE, Verifier
from chalicelib.wiring.resources import resource

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.requirement("R1")

STREAM = StreamId("default", "Order", "o-1")
OTHER = StreamId("default", "Order", "o-2")
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
NOTHING: Mapping[Path, int] = dict.fromkeys(Path, 0)
PAID = OrderPaid("o-1", "p-1", Decimal("10.00"), None)
DELIVERED = (OrderDelivered("o-1", "c-1", "A. Person"), FeedbackInvited("o-1", "c-1"))

REGISTRY = FileSchemaRegistry(resource("schemas/avro"))
EVENTS = {message_type("orders", event): event for event in orders.aggregates[0].events}
EVENT_CODEC = AvroEventCodec(REGISTRY, PydanticShapes(), EVENTS, UpcasterChain())
CODEC = AvroCommitCodec(EVENT_CODEC, resource("schemas/avro"))


def written(stream=STREAM, number=3, changed=0, **changes):
    """A stream of so many commits, the last of two events; one may say something else than it did.

    Every commit is sealed as it should be, whatever it says.
    """
    commits: list[PackedCommit] = []
    marks, previous = NOTHING, GENESIS
    for count in range(1, number + 1):
        events = DELIVERED if count == number else (PAID,)
        encoded = [EVENT_CODEC.encode(event) for event in events]
        header = _header(count, marks, previous, [each.schema for each in encoded])
        if count == changed:
            header = replace(header, **changes)
        version = commits[-1].last + 1 if commits else 1
        commits.append(CODEC.pack(stream, version, header, [each.payload for each in encoded]))
        marks, previous = last_on(version, header), commits[-1].hash
    return commits


def _header(count, marks, previous, schemas):
    at = NOON + timedelta(seconds=count)
    return Header(
        command_id=f"command-{count}",
        command_type="orders.PayOrder",
        input_hash=bytes(31) + bytes([count]),
        principal=Principal("user", "u-1", "default", ("clerk",)),
        on_behalf_of=None,
        correlation_id="conversation",
        causation_id=None,
        trace=None,
        recorded_at=at,
        policy_digest=b"p" * 32,
        code_digest=b"c" * 32,
        previous_hash=previous,
        previous_on=marks,
        snapshot_due=SnapshotDue.NO,
        events=tuple(EventHeader(s.ref, s.governance.propagation, at) for s in schemas),
    )


def verified(commits):
    """What a stream's verification reports."""
    verifier = Verifier(CODEC, REGISTRY)
    verifier.stream(commits)
    return verifier.report


def places(report):
    return sorted({finding.place for finding in report.findings})


class Log:
    """A history in memory; what is an error there can't be read."""

    def __init__(self, *rows):
        self.rows = rows

    def changes(self, after, limit):
        page = [row for row in self.rows if row[0] > after][:limit]
        for _, found in page:
            if isinstance(found, Exception):
                raise found
        return page

    def newest(self):
        return max((number for number, _ in self.rows), default=0)


def logged(log, newest_known=0):
    verifier = Verifier(CODEC, REGISTRY)
    steps = list(verifier.history(log, newest_known))
    return verifier.report, steps


class TestPolicies:
    def test_may_be_any_unless_it_is_said_which(self):
        """
        Those that are known are fine, the others are found, at each commit that they decided.
        """

        def found(policies):
            verifier = Verifier(CODEC, REGISTRY, policies)
            verifier.stream(written())
            return verifier.report.findings

        told = f"was decided by policies that were never released: {b'p'.hex() * 32}"
        assert [] == found(None) == found([b"q".hex() * 32, b"p".hex() * 32])
        assert {told} == {each.message for each in found([b"q".hex() * 32])}
        assert len(written()) == len(found([]))


class TestSoundStreams:
    def test_nothing_is_found(self):
        """
        What was written is counted, with the digests of what decided.
        """
        report = verified([*written(), *written(OTHER, 2)])

        assert [] == report.findings
        assert (5, 7, 2, 0) == (report.commits, report.events, report.streams, report.found)
        assert {b"p".hex() * 32: 5} == report.by_policies
        assert {b"c".hex() * 32: 5} == report.by_code

    def test_an_old_command_id_may_come_again(self):
        """
        A stream remembers its last 100 commands, so an older one is new.
        """
        number = REMEMBERED_COMMANDS + 2

        again = written(number=number, changed=number, command_id="command-1")
        too_soon = written(number=number, changed=number, command_id="command-2")

        assert [] == places(verified(again))
        assert [f"{STREAM}@{number}"] == places(verified(too_soon))


FALSEHOODS: dict[str, tuple[dict[str, object], str]] = {
    "a time that ran backwards": ({"recorded_at": NOON}, "recorded at"),
    "a time that stood still": ({"recorded_at": NOON + timedelta(seconds=1)}, "recorded at"),
    "path marks": ({"previous_on": {Path.CORE: 0, Path.SECONDARY: 0}}, "came before it"),
    "a command of before": ({"command_id": "command-1"}, "as another commit before it"),
    "no command": ({"command_id": ""}, "as another commit before it"),
    "another tenant": ({"principal": Principal("user", "u-1", "acme")}, "of the tenant acme"),
    "no policies": ({"policy_digest": bytes(32)}, "no digest of the policies"),
    "no code": ({"code_digest": bytes(32)}, "no digest of the code"),
    "another past": ({"previous_hash": b"x" * 32}, "is not chained"),
}


class TestFalsehoods:
    """A commit that is sealed as it should be, and says what is not so."""

    @pytest.mark.parametrize("falsehood", FALSEHOODS)
    def test_is_found(self, falsehood):
        """
        At the commit that says it, and nowhere else.
        """
        changes, told = FALSEHOODS[falsehood]

        report = verified(written(changed=2, **changes))

        assert [f"{STREAM}@2"] == places(report)
        assert [told] == [told for finding in report.findings if told in finding.message]

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"digest": b"x" * 32}, "is another here"),
            ({"version": 99}, "no schema is registered for orders.OrderPaid version 99"),
            ({"type": "orders.OrderLost"}, "no schema is registered for orders.OrderLost"),
            ({"type": "orders.OrderPlaced", "version": 1}, "is another here"),
        ],
        ids=["digest", "version", "type", "of another event"],
    )
    def test_a_schema_that_is_not_registered_is_found(self, change, told):
        """
        An event counts only under the very schema that it was written with.
        """
        (event,) = CODEC.header(written()[1]).events
        forged = replace(event, schema=replace(event.schema, **change))

        report = verified(written(changed=2, events=(forged,)))

        assert [f"{STREAM}@2"] == places(report)
        assert told in report.findings[0].message

    def test_a_path_that_its_schema_does_not_say_is_found(self):
        """
        Where an event travels is governed, too.
        """
        (event,) = CODEC.header(written()[1]).events
        strayed = replace(event, path=Path.SECONDARY)

        report = verified(written(changed=2, events=(strayed,)))

        assert [f"{STREAM}@2"] == places(report)
        assert (
            "sends orders.OrderPaid on the secondary path: its schema says core"
            in report.findings[0].message
        )


def flipped(commit):
    """Every commit that differs in one bit, with the field that has it."""
    for field in ("header", "body", "hash"):
        data = getattr(commit, field)
        for bit in range(len(data) * 8):
            changed = bytearray(data)
            changed[bit // 8] ^= 1 << bit % 8
            yield field, replace(commit, **{field: bytes(changed)})
    for field in ("version", "count"):
        for bit in range(63):
            yield field, replace(commit, **{field: getattr(commit, field) ^ (1 << bit)})


class TestFlippedBits:
    @pytest.mark.parametrize(
        ("index", "sample"), [(0, 500), (1, None), (2, 500)], ids=["first", "middle", "last"]
    )
    def test_each_is_found(self, index, sample):
        """
        Any single bit of a commit's header, body, hash, version or count.
        """
        commits = written()
        flips = list(flipped(commits[index]))
        missed = [
            field
            for field, commit in (random.Random(1).sample(flips, sample) if sample else flips)
            if f"{STREAM}@{commit.version}"
            not in places(verified([*commits[:index], commit, *commits[index + 1 :]]))
        ]

        assert [] == missed

    def test_only_the_changed_commit_is_accused(self):
        """
        A changed hash or body is its commit's fault, not that of the one behind it.
        """
        commits = written()
        for field, commit in flipped(commits[1]):
            if field in ("body", "hash"):
                assert [f"{STREAM}@2"] == places(verified([commits[0], commit, commits[2]]))

    @pytest.mark.parametrize("bit", range(8))
    def test_in_the_name_of_the_stream_is_found(self, bit):
        """
        The commit turns up in another stream, and lacks in its own.
        """
        commits = written()
        name = STREAM.id[:-1] + chr(ord(STREAM.id[-1]) ^ (1 << bit))
        try:
            moved = replace(commits[1], stream=replace(STREAM, id=name))
        except InvalidInput:
            return  # such a name can't even be read: see TestLog

        expected = sorted([f"default/Order/{name}@2", f"{STREAM}@3"])
        assert expected == places(verified([commits[0], moved, commits[2]]))

    @pytest.mark.parametrize(
        ("field", "value"),
        [("version", None), ("version", "2"), ("count", 1.0), ("header", "x"), ("hash", None)],
    )
    def test_what_has_no_proper_type_is_found(self, field, value):
        """
        A damaged file may give anything for a number or for bytes.
        """
        commits = written()
        broken = replace(commits[1], **{field: value})

        report = verified([commits[0], broken, commits[2]])

        assert f"has no proper {field}" == report.findings[0].message


class TestOrder:
    @pytest.mark.parametrize("lost", [0, 1])
    def test_a_missing_commit_is_found(self, lost):
        """
        At the commit behind it.
        """
        commits = written()
        behind = commits[lost + 1]

        report = verified(commits[:lost] + commits[lost + 1 :])

        assert [f"{STREAM}@{behind.version}"] == places(report)

    @pytest.mark.parametrize(
        "order", [(1, 0, 2), (0, 2, 1), (2, 1, 0), (0, 1, 1, 2), (0, 1, 2, 0)], ids=str
    )
    def test_commits_that_changed_places_or_came_twice_are_found(self, order):
        """
        A stream has one order, and each commit once.
        """
        commits = written()

        assert verified([commits[index] for index in order]).found


class TestLog:
    def rows(self):
        return list(enumerate([*written(), *written(OTHER)], start=1))

    def test_a_sound_log(self):
        """
        Streams may be interleaved in any way; each step tells how many commits were read.
        """
        first, second = written(number=PAGE), written(OTHER, PAGE)
        mixed = [commit for pair in zip(first, second, strict=True) for commit in pair]

        report, steps = logged(Log(*enumerate(mixed, start=1)), newest_known=2 * PAGE)

        assert ([], 2 * PAGE) == (report.findings, report.commits)
        assert [PAGE, 2 * PAGE, 2 * PAGE] == steps

    def test_an_empty_log(self):
        """
        Is sound.
        """
        assert ([], [0]) == (logged(Log())[0].findings, logged(Log())[1])

    def test_what_is_written_meanwhile_is_left_for_the_next_time(self):
        """
        So that it comes to an end while the system writes.
        """

        class Growing(Log):
            def newest(self):
                return 4

        assert 4 == logged(Growing(*self.rows()))[0].commits

    @pytest.mark.parametrize("number", [0, -5, -(2**63) + 1, 7, 8, 2**62])
    def test_a_number_that_changed_is_found(self, number):
        """
        Also where the stream can't tell: the last commit, or the only one.
        """
        rows = self.rows()
        rows[3] = (number, rows[3][1])

        report, _ = logged(Log(*sorted(rows, key=lambda row: row[0])))

        assert any(place.startswith("#") for place in places(report))

    def test_a_whole_stream_that_is_gone_is_found(self):
        """
        By the gap that it leaves.
        """
        report, _ = logged(Log(*self.rows()[3:]))

        assert ["#4"] == places(report)

    def test_an_end_that_was_cut_off_is_found_if_somebody_has_seen_it(self):
        """
        A chain can't tell of its own end.
        """
        log = Log(*self.rows()[:5])

        assert [] == places(logged(log)[0])
        assert ["#6"] == places(logged(log, newest_known=6)[0])

    @pytest.mark.parametrize("index", range(6))
    def test_a_commit_that_can_not_be_read_is_found(self, index):
        """
        With its number and the reason; the others are verified all the same.
        """
        rows = self.rows()
        rows[index] = (index + 1, InvalidInput("'default/Order/\x01' is no stream"))

        report, _ = logged(Log(*rows))

        assert f"#{index + 1}" == report.findings[0].place
        assert "is no stream" in report.findings[0].message
        assert 5 == report.commits

    def test_a_log_of_which_nothing_can_be_read_has_an_end(self):
        """
        After a thousand in a row the rest is given up.
        """
        log = Log((2**40, InvalidInput("no stream")))

        report, _ = logged(log)

        assert (0, 1_000, LISTED) == (report.commits, report.found, len(report.findings))

    def test_an_outage_is_no_finding(self):
        """
        A log that can't be read at the moment is not thereby wrong.
        """
        with pytest.raises(Unavailable):
            logged(Log((1, Unavailable("locked"))))
