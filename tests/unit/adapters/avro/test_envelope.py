import random
import zlib
from datetime import UTC, datetime

import pytest

from chalicelib.adapters.avro.envelope import MAX_BODY, Envelope
from chalicelib.kernel.commit import EventHeader, Path, SchemaRef
from chalicelib.kernel.errors import CommitTooLarge
from chalicelib.wiring.resources import resource
from tests.contract.commit_codec import a_header

pytestmark = pytest.mark.requirement("R1")

NOON = datetime(2025, 1, 31, 12, tzinfo=UTC)


@pytest.fixture(name="envelope")
def _envelope():
    return Envelope(resource("schemas/avro"))


def header(count):
    """A header of so many events, as if they all had the one schema."""
    event = EventHeader(SchemaRef("a.B", 1, bytes(32)), Path.CORE, NOON)
    return a_header([], recorded_at=NOON, events=(event,) * count)


def deflated(data):
    return zlib.compress(data, wbits=-15)


class TestBody:
    @pytest.mark.parametrize(
        ("payload", "pays"),
        [(b"", False), (random.Random(1).randbytes(300), False), (b"a" * 300, True)],
    )
    def test_is_deflated_only_where_that_makes_it_smaller(self, envelope, payload, pays):
        """
        The header tells, and either way it is read.
        """
        head, body = envelope.write(header(1), [payload])
        _, packed = envelope.read(head)

        assert pays is packed
        assert [payload] == envelope.read_body(body, deflated=packed)

    def test_a_bomb_is_not_inflated(self, envelope):
        """
        400 KB could else become 400 MB.
        """
        bomb = deflated(bytes(MAX_BODY + 1))

        assert len(bomb) < 20_000
        with pytest.raises(ValueError, match="inflates to over"):
            envelope.read_body(bomb, deflated=True)

    def test_what_could_not_be_read_is_not_written(self, envelope):
        """
        A body beyond the cap would fit into the store, deflated, and then never be read again.
        """
        largest = bytes(MAX_BODY - 100)

        _, body = envelope.write(header(1), [largest])
        assert [largest] == envelope.read_body(body, deflated=True)
        assert len(body) < 20_000
        with pytest.raises(CommitTooLarge):
            envelope.write(header(1), [bytes(MAX_BODY)])

    @pytest.mark.parametrize(
        "body",
        [b"", b"\xff", deflated(b"\0")[:-1], deflated(b"\0") + b"x", deflated(b"\2")],
        ids=["empty", "garbage", "cut off", "followed by more", "no Avro"],
    )
    def test_other_bodies_are_refused(self, envelope, body):
        """
        With one kind of error.
        """
        with pytest.raises(ValueError, match=r"."):
            envelope.read_body(body, deflated=True)


class TestHeader:
    def test_schemas_are_there_once(self, envelope):
        """
        Each further event of a schema takes a few bytes: it points into a table.
        """
        one, hundred = (len(envelope.write(header(n), [b""] * n)[0]) for n in (1, 100))

        assert hundred - one < 210

    @pytest.mark.parametrize("version", [b"", b"\0", b"\2"], ids=["none", "zero", "two"])
    def test_another_version_is_not_guessed_at(self, envelope, version):
        """
        The first byte says which schema of headers it was written with.
        """
        head, _ = envelope.write(header(1), [b""])

        with pytest.raises(ValueError, match="version"):
            envelope.read(version + head[1:] if version else b"")
