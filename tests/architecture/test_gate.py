"""The gate: this checkout passes, and what must not pass is found, told and explained."""

import json
import shutil
from dataclasses import replace

import pytest

from chalicelib.adapters.avro.ledger import Ledger
from chalicelib.adapters.histories import Histories
from chalicelib.adapters.rego.ledger import PolicyLedger
from chalicelib.domain.orders import order_details, orders
from chalicelib.domain.orders.events import OrderPaid, OrderPlaced, OrderShipped
from chalicelib.domain.orders.order import evolve
from chalicelib.domain.orders.upcasters import PaidByUnknownMethod, ShippedInOneParcel
from chalicelib.services.governance.gate import judge
from chalicelib.wiring.contexts import CONTEXTS
from chalicelib.wiring.gate import HISTORIES, Gate
from chalicelib.wiring.resources import resource

pytestmark = [pytest.mark.requirement("T13"), pytest.mark.requirement("R8")]

PAID = "orders/OrderPaid/v1.avsc"
UNMET = "a change that nobody has written a note for"


@pytest.fixture(name="gate")
def _gate(tmp_path):
    """A gate over copies, to be broken."""
    schemas = shutil.copytree(resource("schemas"), tmp_path / "schemas") / "avro"
    histories = shutil.copytree(resource(HISTORIES), tmp_path / "histories")
    policies = shutil.copytree(resource("policies"), tmp_path / "policies")
    return Gate(schemas, histories, policies, CONTEXTS, resource("infra"))


def failures(gate):
    """All failures by check; those without any are left out."""
    found = {check.name: judge(check).failures for check in gate.kept()}
    return {name: each for name, each in found.items() if each}


def changed(gate, **parts):
    return replace(gate, contexts=(replace(orders, **parts),))


def with_evolve(gate, wrong, **more):
    (order,) = orders.aggregates
    decider = replace(order.decider, evolve=wrong)
    return changed(gate, aggregates=(replace(order, decider=decider, **more),))


def with_apply(gate, wrong, **more):
    others = [each for each in orders.projections if each is not order_details]
    details = replace(order_details, apply=wrong, **more)
    return changed(gate, projections=(details, *others))


def forgets_payment(order, event):
    after = evolve(order, event)
    if after is not None and isinstance(event, OrderPaid):
        return replace(after, payment_id=None)
    return after


def fails_on_shipping(order, event):
    if isinstance(event, OrderShipped):
        raise ZeroDivisionError("no such parcel")
    return evolve(order, event)


def shouts(document, recorded):
    after = order_details.apply(document, recorded)
    if after is not None and isinstance(recorded.data, OrderPlaced):
        return replace(after, customer_id=after.customer_id.upper())
    return after


class PaidInCash(PaidByUnknownMethod):
    """Makes up how it was paid."""

    def upcast(self, data):
        return {**data, "method": "cash"}


class ShippedByNobody(ShippedInOneParcel):
    """Loses what version 1 said, as Avro's own resolution would."""

    def upcast(self, data):
        return {"orderId": data["orderId"], "parcels": []}


def shown(failure):
    return {each.path: (each.was, each.now) for each in failure.differences}


def test_this_checkout_passes():
    """Every check, over the real schemas, histories and contexts."""
    assert {} == failures(Gate.here())


class TestReplay:
    def test_finds_what_evolve_drops(self, gate):
        """
        In the states that show it, with value and place; and old snapshots would be trusted.
        """
        found = failures(with_evolve(gate, forgets_payment))

        assert ["replay"] == list(found)
        by_place = {each.place: each for each in found["replay"] if each.differences}
        assert {"v1-delivered", "v1-paid", "v1-refunded", "v1-shipped"} < set(by_place)
        assert {"aggregate.state.paymentId": ("pay-2", None)} == shown(by_place["v1-shipped"])
        trusted = [each for each in found["replay"] if "trusted" in each.message]
        assert len(by_place) == len(trusted)
        assert "raise the aggregate's reducer" in trusted[0].fix

    def test_does_not_ask_for_a_reducer_that_was_raised(self, gate):
        """
        The differences are still to be explained, in all seven histories: each names its reducer.
        """
        found = failures(with_evolve(gate, forgets_payment, reducer=2))

        assert [] == [each for each in found["replay"] if "trusted" in each.message]
        assert 7 == len(found["replay"])

    def test_finds_an_upcaster_that_makes_something_up(self, gate):
        """
        In the event, and in the document that shows it.
        """
        found = failures(changed(gate, upcasters=(PaidInCash(), ShippedInOneParcel())))
        by_place = {each.place: shown(each) for each in found["replay"] if each.differences}

        assert {
            "events[1].data.method": (None, "cash"),
            "readModels.order-details.document.paymentMethod": (None, "cash"),
        } == by_place["v1-paid"]
        assert "v2-delivered" not in by_place

    def test_finds_an_upcaster_that_loses_something(self, gate):
        """
        As a reader would that relied on the schema's default.
        """
        found = failures(changed(gate, upcasters=(PaidByUnknownMethod(), ShippedByNobody())))
        by_place = {each.place: shown(each) for each in found["replay"] if each.differences}

        parcel = {"carrier": "", "trackingNumber": "t~1.2"}
        assert ([parcel], []) == by_place["v1-shipped"]["events[2].data.parcels"]
        assert (["t~1.2"], []) == by_place["v1-shipped"]["aggregate.state.trackingNumbers"]

    def test_finds_a_projection_that_changes_a_column(self, gate):
        """
        In every document, which the index would hold in both forms.
        """
        found = failures(with_apply(gate, shouts))

        details = next(each for each in found["replay"] if each.place == "v1-long")
        place = "readModels.order-details.document.customerId"
        assert {place: ("cust-3", "CUST-3")} == shown(details)
        assert any("keeps the old ones" in each.message for each in found["replay"])
        raised = failures(with_apply(gate, shouts, version=3))
        assert not any("keeps the old ones" in each.message for each in raised["replay"])

    def test_finds_code_that_fails_on_history(self, gate):
        """
        With what it raised; the other histories are replayed all the same.
        """
        found = failures(with_evolve(gate, fails_on_shipping))

        assert ["v1-delivered", "v1-shipped", "v1-then-v2", "v2-delivered"] == [
            each.place for each in found["replay"]
        ]
        assert "ZeroDivisionError: no such parcel" in found["replay"][0].message

    def test_lets_pass_what_a_note_explains(self, gate):
        """
        Then the golden files are those of the change.
        """
        gate = with_evolve(gate, forgets_payment, reducer=2)
        histories, replayer = Histories(gate.histories), gate.replayer()
        for name in histories.names():
            histories.accept(name, replayer.golden(histories.get(name)), "Payments are elsewhere.")

        assert {} == failures(gate)

    def test_finds_a_golden_file_that_was_edited_without_a_note(self, gate):
        """
        Though it agrees with the code.
        """
        gate = with_evolve(gate, forgets_payment, reducer=2)
        histories, replayer = Histories(gate.histories), gate.replayer()
        notes = (gate.histories / "notes.json").read_bytes()
        for name in histories.names():
            histories.accept(name, replayer.golden(histories.get(name)), UNMET)
        (gate.histories / "notes.json").write_bytes(notes)

        found = failures(gate)

        assert {"its golden file is not what the last note says"} == {
            each.message for each in found["replay"]
        }

    @pytest.mark.parametrize(
        ("file", "told"),
        [("v1-paid.json", "was recorded, and is gone"), ("golden/v1-paid.json", "file is gone")],
    )
    def test_finds_what_was_taken_away(self, gate, file, told):
        """
        A history that is in the way is not removed.
        """
        (gate.histories / file).unlink()

        (failure,) = failures(gate)["replay"]

        assert "v1-paid" == failure.place
        assert told in failure.message

    def test_finds_an_edited_history(self, gate):
        """
        Its commits are sealed as they are in the store.
        """
        file = gate.histories / "v1-paid.json"
        said = json.loads(file.read_bytes())
        said["commits"][1]["body"] = said["commits"][0]["body"]
        file.write_text(json.dumps(said))

        (failure,) = failures(gate)["replay"]

        assert "its hash is not that of its content" in failure.message


class TestSchemas:
    def test_that_were_edited_are_found(self, gate):
        """
        By the ledger; and if that goes along with it, by the histories that have the digest.
        """
        file = gate.schemas / PAID
        file.write_text(file.read_text().replace("What was paid", "What was promised"))

        found = failures(gate)
        assert [(PAID, "was released, and has been edited since")] == [
            (each.place, each.message) for each in found["ledger"]
        ]

        (gate.schemas.parent / "released.json").unlink()
        Ledger.of(gate.schemas).release()
        found = failures(gate)
        assert "ledger" not in found
        assert "OrderPaid version 1 is another here" in found["replay"][0].message

    def test_that_were_removed_are_found(self, gate):
        """
        A later version can't stand without them, either.
        """
        (gate.schemas / PAID).unlink()

        found = failures(gate)

        assert [(PAID, "was released, and is gone")] == [
            (each.place, each.message) for each in found["ledger"]
        ]
        assert "comes without a v1.avsc before it" in found["schemas"][0].message

    def test_that_are_new_have_to_be_released_and_recorded(self, gate):
        """
        With the command for each; nothing else is wrong with them.
        """
        shutil.copytree(gate.schemas / "orders/OrderPaid", gate.schemas / "orders/OrderLost")
        (gate.schemas / "orders/OrderLost/v2.avsc").unlink()
        lost = gate.schemas / "orders/OrderLost/v1.avsc"
        lost.write_text(lost.read_text().replace("OrderPaid", "OrderLost"))

        (unreleased,) = failures(gate)["ledger"]
        Ledger.of(gate.schemas).release()
        (unrecorded,) = failures(gate)["histories"]

        assert ("orders/OrderLost/v1.avsc", "is not released") == (
            unreleased.place,
            unreleased.message,
        )
        assert "nexus schemas release" in unreleased.fix
        assert ("orders.OrderLost v1", "is in no recorded history") == (
            unrecorded.place,
            unrecorded.message,
        )
        assert "nexus replay record" in unrecorded.fix

    def test_without_an_upcaster_are_found(self, gate):
        """
        By its own check; what depends on it can't be made, and says so.
        """
        found = failures(changed(gate, upcasters=(PaidByUnknownMethod(),)))

        (gap,) = found["upcasters"]
        assert "orders/OrderShipped/v2.avsc" == gap.place
        assert "no upcaster takes version 1 to 2" in gap.message
        assert "could not be made" in found["replay"][0].fix

    def test_are_told_of_once(self, gate):
        """
        The gate asks the rules about schemas through conftest; a release asks them in process.
        """
        file = gate.schemas / "orders/OrderPaid/v2.avsc"
        file.write_text(file.read_text().replace('"owner": "orders"', '"owner": "payments"'))
        before_release = {check.name: judge(check).failures for check in gate.schema_checks()}

        assert "schemas" not in failures(gate)
        assert ["schema-rules"] == [name for name, found in before_release.items() if found]


class TestPolicies:
    def test_that_are_not_released_are_found(self, gate):
        """
        With the command that releases them; then the change passes, and the old bundle is kept.
        """
        rule = gate.policies / "rego/commands/roles.rego"
        rule.write_text(rule.read_text() + "# Another.\n")

        (failure,) = failures(gate)["policies"]
        PolicyLedger.of(gate.policies).release()

        assert "is not released" in failure.message
        assert "nexus policies release" in failure.fix
        assert {} == failures(gate)

    @pytest.mark.parametrize("change", ["edited", "gone", "more"])
    def test_that_were_released_stay_as_they_were(self, gate, change):
        """
        Whatever is done to the contents that are kept.
        """
        kept = next((gate.policies / "released").iterdir())
        rule = kept / "commands/roles.rego"
        if change == "gone":
            shutil.rmtree(kept)
        elif change == "edited":
            rule.write_text(rule.read_text() + "# Another.\n")
        else:
            shutil.copy(rule, kept / "commands/more.rego")

        (failure,) = failures(gate)["policies"]

        assert f"released/{kept.name}" == failure.place
        assert "has been edited since, or is gone" in failure.message

    def test_have_their_entry_for_ever(self, gate):
        """
        One that was taken out of the ledger is missed by its contents.
        """
        kept = sorted(each.name for each in (gate.policies / "released").iterdir())
        (gate.policies / "released.json").write_text("[]")

        found = [(each.place, each.message) for each in failures(gate)["policies"]]

        assert [
            (f"released/{name}", "is kept, and has no entry any more") for name in kept
        ] == found[: len(kept)]
