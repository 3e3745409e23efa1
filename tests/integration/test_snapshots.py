"""Snapshots: taken by a consumer, trusted only where the same reducer made them."""

from dataclasses import replace

import pytest

from chalicelib.domain.orders import orders
from chalicelib.domain.orders.order import order
from chalicelib.kernel.errors import Rejected, Unavailable
from chalicelib.kernel.snapshot import Snapshot
from chalicelib.kernel.stream import StreamId
from chalicelib.services.event_store import Tail
from chalicelib.wiring.embedded import Embedded
from tests.support.client import Client
from tests.support.stores import WrappedStore

pytestmark = [pytest.mark.requirement("R3"), pytest.mark.requirement("T7")]

STREAM = StreamId("default", "Order", "o-1")


def place_and_pay(client):
    client.command("PlaceOrder", {"orderId": "o-1", "customerId": "c-1", "totalAmount": 5})
    client.command("PayOrder", {"orderId": "o-1", "paymentId": "p-1", "amount": 5})


def cancel(client):
    return client.command("CancelOrder", {"orderId": "o-1"})


def loader(client):
    return client.system.snapshots._loaders["Order"]


@pytest.fixture(name="eager")
def _eager(settings):
    return replace(settings, snapshot_interval=2)


class TestSnapshotManager:
    def test_takes_what_is_due(self, eager):
        """
        After the interval's commits there is a snapshot at the stream's version.
        """
        with Embedded.assemble(eager) as embedded:
            client = Client(embedded)
            place_and_pay(client)
            assert embedded.ports.snapshots.latest(STREAM) is None

            client.settle()

            assert 2 == embedded.ports.snapshots.latest(STREAM).version

    def test_takes_what_is_due_in_whatever_order_it_comes(self, eager):
        """
        The newest of a batch counts, though one that was taken care of is delivered behind it.
        """
        with Embedded.assemble(eager) as embedded:
            client = Client(embedded)
            place_and_pay(client)
            client.settle()
            cancel(client)
            commits = list(embedded.ports.events.read(STREAM))

            client.system.snapshots.handle(commits[::-1])

            assert 4 == embedded.ports.snapshots.latest(STREAM).version

    def test_state_from_snapshot_and_tail_is_that_of_full_replay(self, eager):
        """
        Loading from a snapshot and loading from nothing lead to the same state and head.
        """
        with Embedded.assemble(eager) as embedded:
            client = Client(embedded)
            place_and_pay(client)
            client.settle()
            client.command(
                "ShipOrder", {"orderId": "o-1", "carrier": "DHL", "trackingNumber": "t-1"}
            )
            short = loader(client).load(STREAM)
            loader(client)._snapshots = NoSnapshots()
            full = loader(client).load(STREAM)

        assert (short.state, short.head) == (full.state, full.head)
        assert (1, 3) == (short.tail.commits, full.tail.commits)

    def test_a_snapshot_saves_reading_its_history(self, eager):
        """
        With a snapshot, a load is one read of the tail; without one, the tail leaves a gap here.
        """
        with Embedded.assemble(
            eager, adapt=lambda ports: replace(ports, events=CountingStore(ports.events))
        ) as embedded:
            client = Client(embedded)
            place_and_pay(client)
            client.settle()
            embedded.ports.events.reads = 0

            loader(client).load(STREAM)

            assert 1 == embedded.ports.events.reads


class HoleyStore(WrappedStore):
    """Its eventually consistent reads lack a commit in the midst, or all that is far back."""

    def read(self, stream, *, after=0, before=None, strong=False):
        return super().read(stream, after=after, before=before) if strong else iter(())

    def tail(self, stream, *, limit, strong=False):
        found = super().tail(stream, limit=limit)
        return [commit for commit in found if commit.version != 2]


@pytest.mark.parametrize("interval", [1, 6], ids=["before the tail", "in the tail"])
def test_a_load_leaves_out_no_commit(settings, interval):
    """
    What an eventually consistent read has missed is read strongly.
    """

    def adapt(ports):
        return replace(ports, events=HoleyStore(ports.events))

    with Embedded.assemble(replace(settings, snapshot_interval=interval), adapt=adapt) as embedded:
        client = Client(embedded)
        place_and_pay(client)
        cancel(client)

        assert 4 == loader(client).load(STREAM).head.version


def test_a_tail_counts_from_its_first_commit(client):
    """
    Its commits, their bytes, and the time since which no snapshot was taken.
    """
    place_and_pay(client)
    events, codec = client.embedded.ports.events, client.system.codec
    first, second = (codec.unpack(commit) for commit in events.read(STREAM))

    loaded = loader(client).load(STREAM)

    size = first.size + second.size
    assert Tail(2, size, first.header.recorded_at) == loaded.tail
    assert first.content + second.content == loaded.size


class CountingStore(WrappedStore):
    strong = True


class NoSnapshots:
    def latest(self, stream):
        return None


class TestForeignSnapshots:
    @pytest.mark.parametrize("reducer", ["0:anything", "", "1:other-schema"])
    def test_another_reducers_snapshot_is_discarded_before_it_is_decoded(self, client, reducer):
        """
        A snapshot of another reducer or state schema, even one that can't be decoded, is ignored.
        """
        place_and_pay(client)
        taken = loader(client).snapshot(loader(client).load(STREAM))
        broken = Snapshot(STREAM, taken.head, reducer, b"\x00 no state at all")
        client.embedded.ports.snapshots.save(broken)

        assert 4 == cancel(client).version

    def test_a_raised_reducer_version_discards_the_old_ones(self, eager):
        """
        Raising the aggregate's reducer makes its old snapshots unused, and new ones are taken.
        """
        with Embedded.assemble(eager) as embedded:
            client = Client(embedded)
            place_and_pay(client)
            client.settle()
            before = embedded.ports.snapshots.latest(STREAM).reducer
        again = replace(orders, aggregates=(replace(order, reducer=2),))
        with Embedded.assemble(eager, [again]) as embedded:
            client = Client(embedded)
            assert 2 == loader(client).load(STREAM).tail.commits
            cancel(client)
            client.settle()

            assert before != embedded.ports.snapshots.latest(STREAM).reducer
            with pytest.raises(Rejected):
                client.command("PayOrder", {"orderId": "o-1", "paymentId": "p-2", "amount": 5})

    def test_the_reducers_name_follows_the_states_fields(self, client):
        """
        The name of a reducer tells the version and the form of the state.
        """
        version, digest = loader(client).reducer.split(":")

        assert "1" == version
        assert client.system.shapes.digest(order.state) == digest
        assert digest != client.system.shapes.digest(orders.projections[0].document)


def test_a_state_of_nothing_is_a_state(client):
    """
    A snapshot of a stream whose state is None, as after a decider forgets it, loads as None.
    """
    place_and_pay(client)
    loaded = replace(loader(client).load(STREAM), state=None)
    client.embedded.ports.snapshots.save(loader(client).snapshot(loaded))

    assert (None, 2) == (
        loader(client).load(STREAM).state,
        loader(client).load(STREAM).head.version,
    )


class TestDamagedSnapshots:
    """A snapshot is a cache: what it says is worth nothing if it can't be trusted or had."""

    @pytest.mark.parametrize("column", ["head", "state", "reducer", "version", "seal"])
    def test_a_changed_row_is_not_used(self, client, column):
        """
        One changed character, wherever, and the state comes from the log instead.
        """
        place_and_pay(client)
        expected = loader(client).load(STREAM)
        client.embedded.ports.snapshots.save(loader(client).snapshot(expected))
        with client.embedded.folder.snapshots.write() as connection:
            change = "version + 1" if column == "version" else f"replace({column}, 'a', 'b')"
            if column in ("state", "seal"):
                change = f"CAST({column} || x'00' AS BLOB)"
            connection.execute(f"UPDATE snapshots SET {column} = {change}")

        loaded = loader(client).load(STREAM)

        assert (expected.state, expected.head, 2) == (
            loaded.state,
            loaded.head,
            loaded.tail.commits,
        )

    def test_without_its_snapshots_a_system_goes_on(self, settings):
        """
        While the snapshots can't be read, commands are decided on the log.
        """

        class Gone:
            def latest(self, stream):
                raise Unavailable("the snapshots are gone")

            def save(self, snapshot):
                raise Unavailable("the snapshots are gone")

        with Embedded.assemble(
            settings, adapt=lambda ports: replace(ports, snapshots=Gone())
        ) as embedded:
            place_and_pay(Client(embedded))

            assert 4 == cancel(Client(embedded)).version
