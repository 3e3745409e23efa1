"""The data folder with files of different days, files taken away, and files that are damaged."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib.adapters.embedded.folder import DERIVED, LOG
from chalicelib.domain.orders.projections import order_details
from chalicelib.kernel.errors import (
    AlreadyExists,
    CorruptStream,
    DamagedReadModel,
    Misconfigured,
    Unavailable,
)
from chalicelib.kernel.stream import StreamId
from chalicelib.services.dead_letters import DeadLetter
from chalicelib.wiring.embedded import Embedded
from tests.support.client import Client
from tests.support.damage import flip_a_name_in

pytestmark = pytest.mark.requirement("R5")

NOON = {"o-0": "placed", "o-1": "placed"}
EVENING = {"o-0": "paid", "o-1": "placed", "o-2": "paid", "o-3": "paid"}


def place(client, name):
    return client.command("PlaceOrder", {"orderId": name, "customerId": "c-1", "totalAmount": 5})


def pay(client, name):
    return client.command("PayOrder", {"orderId": name, "paymentId": "p", "amount": 5})


def statuses(client):
    """What the read models show: each order's status; sales count as many."""
    client.settle()
    shown = {each["orderId"]: each["status"] for each in client.many("/api/orders")}
    assert len(shown) == sum(row["orders"] for row in client.totals("/api/sales"))
    return shown


@pytest.fixture(name="settings")
def _eager(settings):
    """Each second commit takes a snapshot."""
    return replace(settings, snapshot_interval=2)


@pytest.fixture(name="noon")
def _noon(settings, tmp_path):
    """A copy of the folder at noon; the folder itself is that of the evening."""
    with Embedded.assemble(settings) as embedded:
        client = Client(embedded)
        place(client, "o-0")
        place(client, "o-1")
        assert NOON == statuses(client)
    shutil.copytree(settings.data, tmp_path / "noon")
    with Embedded.assemble(settings) as embedded:
        client = Client(embedded)
        pay(client, "o-0")
        for name in ("o-2", "o-3"):
            place(client, name)
            pay(client, name)
        assert EVENING == statuses(client)
        assert 2 == embedded.ports.snapshots.latest(StreamId("default", "Order", "o-0")).version
    return tmp_path / "noon"


class TestFilesOfDifferentDays:
    @pytest.mark.requirement("R1")
    def test_the_log_of_an_earlier_day_is_the_truth(self, settings, noon):
        """
        What happened since is gone from the read models too; no snapshot knows more than the log,
        so that streams go on without a gap, and what comes anew is shown.
        """
        shutil.copy(noon / LOG, settings.data / LOG)

        with Embedded.assemble(settings) as embedded:
            client = Client(embedded)
            assert NOON == statuses(client)
            assert 2 == pay(client, "o-0").version
            place(client, "o-2")
            assert {"o-0": "paid", "o-1": "placed", "o-2": "placed"} == statuses(client)
            assert "ok" == client.system.operations.health()["status"]

    def test_the_derived_file_of_an_earlier_day_catches_up(self, settings, noon):
        """
        It goes on from where it was.
        """
        shutil.copy(noon / DERIVED, settings.data / DERIVED)

        with Embedded.assemble(settings) as embedded:
            client = Client(embedded)
            assert NOON.items() == {
                (each["orderId"], each["status"]) for each in client.many("/api/orders")
            }
            assert EVENING == statuses(client)

    def test_a_missing_derived_file_is_made_again(self, settings, noon):
        """
        From the log: read models, positions, snapshots.
        """
        (settings.data / DERIVED).unlink()

        with Embedded.assemble(settings) as embedded:
            client = Client(embedded)
            assert EVENING == statuses(client)
            pay(client, "o-1")
            assert {**EVENING, "o-1": "paid"} == statuses(client)

    def test_a_missing_log_is_not_taken_for_an_empty_one(self, settings, noon):
        """
        The start is refused, and nothing else is touched.
        """
        (settings.data / LOG).rename(settings.data / "away")
        with pytest.raises(Misconfigured, match="put the event store back"):
            Embedded.assemble(settings)
        (settings.data / "away").rename(settings.data / LOG)

        with Embedded.assemble(settings) as embedded:
            assert EVENING == statuses(Client(embedded))

    def test_the_log_alone_is_enough(self, settings, noon):
        """
        A backup needs no other file.
        """
        shutil.rmtree(settings.data)
        settings.data.mkdir()
        shutil.copy(noon / LOG, settings.data / LOG)

        with Embedded.assemble(settings) as embedded:
            assert NOON == statuses(Client(embedded))

    def test_letters_of_commits_that_are_gone_do_no_harm(self, settings, noon):
        """
        They stay, and a redrive applies nothing that the log doesn't have; an index that is filled
        anew has none.
        """
        with Embedded.assemble(settings) as embedded:
            commits = [commit for _, commit in embedded.ports.events.changes(0, 100)]
            paid = next(commit for commit in commits if commit.version == 2)
            assert "o-0" == paid.stream.id
            boxes = [f"{order_details.name}.core", "router"]
            for name in (*boxes, order_details.index):
                embedded.ports.dead_letters.put(a_letter(name, paid))
        shutil.copy(noon / LOG, settings.data / LOG)

        with Embedded.assemble(settings) as embedded:
            client = Client(embedded)
            assert NOON == statuses(client)
            operations = client.system.operations
            assert 2 == operations.health()["deadLetterCount"]
            assert [True] * 2 == [operations.redrive(name, paid.stream) for name in boxes]
            assert NOON == statuses(client)
            pay(client, "o-0")
            assert {**NOON, "o-0": "paid"} == statuses(client)


def a_letter(consumer, commit):
    return DeadLetter(consumer, commit, "no reason", 1, datetime(2025, 1, 1, tzinfo=UTC))


@pytest.mark.requirement("R1")
class TestFilesInUse:
    @pytest.mark.parametrize("loss", ["deleted", "replaced", "with its folder"])
    def test_nothing_is_acknowledged_that_would_be_lost(self, settings, tmp_path, loss):
        """
        While the log is not the one that was opened, no command is said to be stored; those that
        were said to be before are there once it has been put back.
        """
        log, away = settings.data / LOG, tmp_path / "away"
        with Embedded.assemble(settings) as embedded:
            client = Client(embedded)
            place(client, "o-0")
            (settings.data if loss == "with its folder" else log).rename(away)
            if loss == "replaced":
                shutil.copy(away, log)

            with pytest.raises(Unavailable, match="stop this Nexus, put the file back"):
                place(client, "o-1")

            log.unlink(missing_ok=True)
            away.rename(settings.data if loss == "with its folder" else log)
            place(client, "o-2")
        with Embedded.assemble(settings) as embedded:
            assert {"o-0", "o-2"} <= set(statuses(Client(embedded)))

    def test_a_derived_file_that_was_deleted_is_seen(self, settings):
        """
        Consumers fail, which the health report says; the next start makes the file again.
        """
        with Embedded.assemble(settings) as embedded:
            client = Client(embedded)
            (settings.data / DERIVED).unlink()
            place(client, "o-0")
            for _ in range(3):
                embedded.pump.step()

            assert "degraded" == client.system.operations.health()["status"]
            error = embedded.pump.status()[0].error or ""
            assert "derived.db was moved, deleted or replaced" in error
        with Embedded.assemble(settings) as embedded:
            assert {"o-0": "placed"} == statuses(Client(embedded))


@pytest.mark.requirement("R1")
@pytest.mark.parametrize(
    ("index", "refusal"),
    [("sqlite_autoindex_commits_1", CorruptStream), ("commits_by_version", AlreadyExists)],
)
def test_a_flipped_bit_in_an_index_lets_no_version_in_twice(settings, index, refusal):
    """
    A stream that one index hides seems to be new; the other index knows that it is not.
    """
    with Embedded.assemble(settings) as embedded:
        place(Client(embedded), "o-0")
    flip_a_name_in(settings.data / LOG, index, "default/Order/o-0")

    with Embedded.assemble(settings) as embedded:
        client = Client(embedded)
        with pytest.raises(refusal):
            place(client, "o-0")

        assert 1 == embedded.ports.events.waiting(0)


UNREADABLE = [
    "body = x'7b7d'",
    "body = NULL",
    "fields = '{'",
    "fields = CAST(x'22ff22' AS TEXT)",
    "fields = replace(fields, 'placed', 'played')",
    "words = words || 'x'",
    "version = version + 1",
    "seal = x'00'",
]


class TestDamagedDocuments:
    @pytest.fixture(name="client")
    def _damaged(self, client, request):
        """Two orders; the first one's document is damaged."""
        place(client, "o-0")
        place(client, "o-1")
        client.settle()
        with client.embedded.folder.read_models.write() as connection:
            where = f"WHERE index_name = '{order_details.index}' AND id = 'o-0'"
            connection.execute(f"UPDATE documents SET {request.param} {where}")
        return client

    @pytest.mark.parametrize("client", UNREADABLE, indirect=True)
    def test_are_not_shown(self, client, settings):
        """
        The answer says that the read model is damaged, the operations what to do; then it is whole
        again.
        """
        with pytest.raises(DamagedReadModel, match="nexus projections rebuild"):
            client.one("/api/orders/{orderId}", orderId="o-0")
        assert "o-1" == client.one("/api/orders/{orderId}", orderId="o-1")["orderId"]
        operations = client.system.operations
        assert ("degraded", 1) == (
            operations.health()["status"],
            operations.health()["damagedCount"],
        )
        told = {each["live"]: each["damaged"] for each in operations.read_models()}
        assert [order_details.index] == [index for index, damage in told.items() if damage]
        assert "nexus projections rebuild" in told[order_details.index]

        client.embedded.folder.close()
        (settings.data / DERIVED).unlink()
        with Embedded.assemble(settings) as embedded:
            assert {"o-0": "placed", "o-1": "placed"} == statuses(Client(embedded))
            assert 0 == embedded.system.operations.health()["damagedCount"]

    @pytest.mark.parametrize(
        "client", [each for each in UNREADABLE if "NULL" not in each], indirect=True
    )
    def test_nor_are_lists_with_them(self, client):
        """
        A list that lacks one would look complete.
        """
        with pytest.raises(DamagedReadModel):
            client.many("/api/orders")

    @pytest.mark.parametrize("client", UNREADABLE, indirect=True)
    def test_stop_their_stream_and_no_other(self, client):
        """
        Nothing is folded upon a document that can't be trusted.
        """
        pay(client, "o-0")
        pay(client, "o-1")
        client.settle()

        health = client.system.operations.health()
        models = client.system.operations.read_models()
        parked = [(p["stream"], p["behind"]) for model in models for p in model["parked"]]
        assert [("default/Order/o-0", 1)] == parked
        assert 1 == health["deadLetterCount"]
        assert 0 == sum(consumer["lag"] for consumer in health["consumers"])
        assert "paid" == client.one("/api/orders/{orderId}", orderId="o-1")["status"]
