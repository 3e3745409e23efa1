"""``nexus policies replay``: changed policies over the past, and what they can't tell of it."""

import shutil
from collections import Counter

import pytest

from chalicelib.kernel.commit import Principal
from chalicelib.kernel.errors import Forbidden
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.resources import resource
from chalicelib.wiring.settings import Settings
from tests.cli.orders import live
from tests.support.client import Client

pytestmark = pytest.mark.requirement("R9")

CLERK = Principal("user", "u-1", "default", ("orders.clerk",))
SHIPMENT = {"carrier": "DHL", "trackingNumber": "t-1"}


@pytest.fixture(name="past", scope="module")
def _past(tmp_path_factory):
    """A delivered order of a developer's; a clerk's, placed and cancelled; two denials."""
    data = tmp_path_factory.mktemp("past") / "data"
    with Embedded.assemble(Settings(data=data)) as embedded:
        live(Client(embedded), "o-1")
        clerk = Client(embedded, CLERK)
        clerk.command("PlaceOrder", {"orderId": "o-2", "customerId": "c", "totalAmount": 9_000})
        clerk.command("CancelOrder", {"orderId": "o-2", "reason": "none"})
        large = {"orderId": "o-3", "customerId": "c", "totalAmount": 90_000}
        for command, said in (("ShipOrder", {"orderId": "o-1", **SHIPMENT}), ("PlaceOrder", large)):
            with pytest.raises(Forbidden):
                clerk.command(command, said)
    return data


@pytest.fixture(name="bundle")
def _bundle(tmp_path):
    """A copy of the policies, to be changed."""
    return shutil.copytree(resource("policies/rego"), tmp_path / "bundle")


@pytest.fixture(name="replayed")
def _replayed(nexus, past, bundle):
    """What replay says of the changed bundle, in JSON."""

    def replayed():
        done = nexus("policies", "replay", "--bundle", bundle, "--data", past, "--json")
        assert (0, "") == (done.code, done.err)
        return done.json

    return replayed


def edit(bundle, before, after):
    file = bundle / "commands/data.json"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


def counted(report):
    return Counter({(each["was"], each["now"]): each["count"] for each in report["counts"]})


def test_the_same_policies_decide_nothing_otherwise(replayed):
    """All but the shipment are proven; the large order was denied for what is not on record."""
    report = replayed()

    assert (8, []) == (report["decisions"], report["otherwise"])
    assert {
        ("allowed", "allowed"): 5,
        ("allowed", "not denied"): 1,
        ("denied", "denied"): 1,
        ("denied", "not replayable"): 1,
    } == counted(report)


def test_a_lower_limit_is_seen_in_the_data_of_events(replayed, bundle):
    """The hash of the command proves that its amount is the event's."""
    edit(bundle, '"limit_cents": 1000000', '"limit_cents": 500000')

    (found,) = replayed()["otherwise"]

    assert ("default/Order/o-2@1", "orders.PlaceOrder", "allowed", "denied", []) == tuple(
        found[each] for each in ("place", "type", "was", "now", "unasked")
    )
    assert ["nexus.commands.large_orders"] == [each["rule"] for each in found["reasons"]]


def test_a_role_taken_away_is_seen_though_data_are_unknown(replayed, bundle):
    """A shipment's parcels are not its command's fields; rules that read none are asked."""
    edit(bundle, '"developer": ["*"]', '"developer": ["orders.PlaceOrder"]')

    found = {each["place"]: each for each in replayed()["otherwise"]}

    assert {f"default/Order/o-1@{version}" for version in (2, 3, 4)} == set(found)
    shipped = found["default/Order/o-1@3"]
    assert ("orders.ShipOrder", "denied", ["nexus.commands.large_orders"]) == (
        shipped["type"],
        shipped["now"],
        shipped["unasked"],
    )


def test_a_role_given_lifts_a_denial_as_far_as_can_be_told(replayed, bundle):
    """With the rules that could not be asked: neither data nor effective time are kept."""
    edit(bundle, '"orders.clerk": [', '"orders.clerk": ["orders.ShipOrder", ')

    (found,) = replayed()["otherwise"]

    assert ("orders.ShipOrder", "denied", "not denied") == (
        found["type"],
        found["was"],
        found["now"],
    )
    unasked = ["nexus.commands.effective_time", "nexus.commands.large_orders"]
    assert unasked == found["unasked"]


def test_a_higher_limit_can_not_be_replayed_on_a_denial(replayed, bundle):
    """Its amount is not on record: it is counted as that, and not as allowed."""
    edit(bundle, '"limit_cents": 1000000', '"limit_cents": 100000000')

    report = replayed()

    assert (1, []) == (counted(report)["denied", "not replayable"], report["otherwise"])


def test_is_told_to_people(nexus, past, bundle):
    """In two tables; a bundle that does not compile is refused."""
    edit(bundle, '"limit_cents": 1000000', '"limit_cents": 500000')
    asked = ("policies", "replay", "--bundle", bundle, "--data", past)

    done = nexus(*asked)
    (bundle / "commands/roles.rego").write_text("no rule")

    assert 0 == done.code
    assert "may not place so large an order" in done.out
    assert 2 == nexus(*asked).code
