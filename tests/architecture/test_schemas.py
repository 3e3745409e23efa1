"""Schemas, governance and event classes say the same; and each check can fail."""

import json
import shutil
from dataclasses import dataclass, replace

import pytest

from chalicelib.adapters.avro.lint import check_contexts, check_files
from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.adapters.avro.versions import check_versions
from chalicelib.domain.orders import orders
from chalicelib.kernel.errors import Misconfigured
from chalicelib.kernel.messages import Event
from chalicelib.kernel.upcasting import EventUpcaster
from chalicelib.wiring.contexts import CONTEXTS
from chalicelib.wiring.resources import resource

pytestmark = [pytest.mark.requirement("R8"), pytest.mark.requirement("T3")]

SCHEMAS = resource("schemas/avro")
POLICIES = resource("policies/rego")
PLACED = "orders/OrderPlaced/v1.avsc"
REFUND = "orders/RefundRequested/v1.avsc"

CURRENCY = '"currency", "type": "string"'
QUANTITY = '"quantity", "type": "long"'

# What is planted: a text, what stands in its place then, the fault's field, and of its message.
IN_PLACED = {
    "no JSON": ('"type":', '"type"', "", "is no JSON"),
    "no schema": ('"fields":', '"columns":', "", "is no record with a name"),
    "misspelt": ('"doc": "A', '"docs": "A', "$", "'docs'"),
    "misspelt governance": ('"owner"', '"cost": 5, "owner"', "$.nexus", "'cost'"),
    "misspelt mark": (CURRENCY, f'{CURRENCY}, "secret": true', "$.fields[3]", "'secret'"),
    "a rule": ('"owner": "orders"', '"owner": "payments"', "", "is owned by payments"),
    "a rule for a field": (CURRENCY, '"currency", "type": "double"', "currency", "is a double:"),
    "a rule within": (QUANTITY, '"quantity", "type": "int"', "lines.quantity", "is a int: use"),
    "no Avro": (
        QUANTITY,
        '"quantity", "type": {"type": "record", "name": "OrderLine", "doc": "It.", "fields": []}',
        "",
        "is no Avro schema",
    ),
    "name": ('"OrderPlaced"', '"OrderTaken"', "", "nexus.orders.OrderPlaced"),
}
# Likewise; these are at odds with the class only.
APART = {
    "type": (
        CURRENCY,
        '"currency", "type": "long"',
        "currency",
        "is str in the class and int in the schema",
    ),
    "type within": (
        QUANTITY,
        '"quantity", "type": "string"',
        "lines.quantity",
        "is int in the class and str in the schema",
    ),
    "maybe": (
        CURRENCY,
        '"currency", "type": ["null", "string"]',
        "currency",
        "is str in the class and str or nothing in the schema",
    ),
    "name": ('"currency"', '"money"', "money", "is in the schema only"),
    "name within": ('"quantity"', '"number"', "lines.quantity", "is in the class only"),
    "list": (
        '"type": "array",\n        "items"',
        '"type": "map", "values"',
        "lines",
        "is any number of a record of productId, quantity, unitPrice in the class",
    ),
}


@dataclass(frozen=True)
class RefundRequested(Event):
    """An event class as it should not be."""

    order_id: str
    payment_id: str
    amount: float


class Refunded(EventUpcaster):
    """Leads on, to nothing new."""

    event_type = "orders.RefundRequested"
    from_version = 1

    def upcast(self, data):
        return dict(data)


@pytest.fixture(name="folder")
def _folder(tmp_path):
    """A copy of the real schemas."""
    return shutil.copytree(SCHEMAS.parent, tmp_path / "schemas") / "avro"


def plant(folder, file, old, new):
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))


def second_version(folder):
    """A version 2 of RefundRequested: Avro can tell it from the first by its order of fields."""
    text = (folder / REFUND).read_text()
    swapped = text.replace('"orderId"', '"?"').replace('"paymentId"', '"orderId"')
    (folder / REFUND.replace("v1", "v2")).write_text(swapped.replace('"?"', '"paymentId"'))


def with_events(*events):
    (order,) = orders.aggregates
    return replace(orders, aggregates=(replace(order, events=(*order.events, *events)),))


def found(faults, file, field, message):
    """The faults of that description; with all faults if there is none."""
    return [
        fault
        for fault in faults
        if (file in str(fault), fault.field, message in fault.message) == (True, field, True)
    ] or pytest.fail(f"not among {[str(fault) for fault in faults]}")


class TestFiles:
    def test_the_real_schemas_are_governed(self):
        """
        Every schema has its governance properties and follows the rules.
        """
        assert [] == check_files(SCHEMAS, POLICIES)

    @pytest.mark.parametrize("flaw", IN_PLACED)
    def test_a_flaw_is_found(self, folder, flaw):
        """
        In its file and field, with words that say what it is.
        """
        old, new, field, message = IN_PLACED[flaw]
        plant(folder, PLACED, old, new)

        assert found(check_files(folder, POLICIES), PLACED, field, message)

    def test_what_sounds_personal_may_be_judged_not_to_be(self, folder):
        """
        The mark is false then, and no field of the event is encrypted.
        """
        plant(folder, PLACED, '"currency"', '"currencyName"')
        assert found(check_files(folder, POLICIES), PLACED, "currencyName", "sounds personal")

        plant(folder, PLACED, '"currencyName"', '"currencyName", "personal": false')

        assert [] == check_files(folder, POLICIES)
        assert () == FileSchemaRegistry(folder).latest("orders.OrderPlaced").governance.personal

    def test_a_schema_of_the_platforms_own_is_governed_too(self, folder):
        """
        What travels has an owner, and what is stored says what it means.
        """
        commit, body = "nexus/Commit/v1.avsc", "nexus/CommitBody/v1.avsc"
        plant(folder, commit, '"owner": "nexus",', "")
        plant(folder, body, '"doc"', '"docs"')

        faults = check_files(folder, POLICIES)

        assert found(faults, commit, "", "names no owner")
        assert found(faults, body, "", "without a doc")

    def test_rules_that_are_not_there_let_nothing_pass(self, folder, tmp_path):
        """
        A folder without them is a fault of its own.
        """
        with pytest.raises(Misconfigured, match="no policies"):
            check_files(folder, tmp_path)


class TestClasses:
    def test_the_real_events_and_schemas_are_alike(self):
        """
        Every event class has a schema of its very fields and types; none is left over.
        """
        assert [] == check_contexts(SCHEMAS, CONTEXTS)

    @pytest.mark.parametrize("flaw", APART)
    def test_a_difference_is_found(self, folder, flaw):
        """
        In its field, with what the class says and what the schema says.
        """
        old, new, field, message = APART[flaw]
        plant(folder, PLACED, old, new)

        assert found(check_contexts(folder, CONTEXTS), PLACED, field, message)

    def test_an_event_class_without_schema_is_found(self, folder):
        """
        An event exists when its schema does.
        """
        shutil.rmtree((folder / REFUND).parent)

        (fault,) = check_contexts(folder, CONTEXTS)

        assert (REFUND, "") == (fault.file, fault.field)
        assert "is missing" in fault.message

    def test_a_schema_without_event_class_is_found(self):
        """
        Each one, where no context is mounted at all.
        """
        faults = check_contexts(SCHEMAS, ())

        assert [REFUND] == [fault.file for fault in faults if "RefundRequested" in fault.file]
        assert "has no event class: write one, and mount its context" in {
            fault.message for fault in faults if "RefundRequested" in fault.file
        }

    def test_a_class_that_no_schema_can_say_is_found(self):
        """
        A float holds no amount exactly.
        """
        assert found(
            check_contexts(SCHEMAS, [with_events(RefundRequested)]),
            REFUND,
            "",
            "RefundRequested.amount is",
        )

    @pytest.mark.requirement("T13")
    def test_a_version_that_leads_nowhere_is_found(self, folder):
        """
        A new version comes with an upcaster from the one before.
        """
        second_version(folder)
        upcast = replace(orders, upcasters=(*orders.upcasters, Refunded()))

        assert found(
            check_contexts(folder, CONTEXTS), "RefundRequested/v2.avsc", "", "takes version 1 to 2"
        )
        assert [] == check_contexts(folder, [upcast])


class TestVersions:
    def test_each_real_version_may_follow_those_before_it(self):
        """
        In the mode that it declares.
        """
        assert [] == check_versions(SCHEMAS)

    @pytest.mark.parametrize(
        ("mode", "files"),
        [
            ("BACKWARD", ["v2.avsc"]),
            ("BACKWARD_TRANSITIVE", ["v2.avsc", "v3.avsc"]),
            ("FORWARD", []),
        ],
    )
    def test_a_version_that_may_not_is_found(self, folder, mode, files):
        """
        The third lets go of nothing that the second has, but the first never had the field.
        """
        first = {**json.loads((folder / REFUND).read_text()), "name": "OrderWrapped"}
        first["nexus"]["compatibility"] = mode
        paper = {"name": "paper", "type": "string", "doc": "In what."}
        label = {"name": "label", "type": "string", "doc": "With what on it.", "default": ""}
        more = [(), (paper,), (paper, label)]
        place = folder / "orders/OrderWrapped"
        place.mkdir()
        for number, fields in enumerate(more, start=1):
            version = {**first, "fields": [*first["fields"], *fields]}
            (place / f"v{number}.avsc").write_text(json.dumps(version))

        faults = check_versions(folder)

        assert [(f"orders/OrderWrapped/{file}", "paper") for file in files] == [
            (fault.file, fault.field) for fault in faults
        ]
        assert {
            "is not in version 1, and the new version has no default for it: give it a default"
        } >= {fault.message for fault in faults}
