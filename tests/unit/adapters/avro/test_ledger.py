"""The ledger: what was released is known for ever, and only ever added to."""

import json
import shutil

import pytest

from chalicelib.adapters.avro.ledger import Ledger
from chalicelib.kernel.errors import Misconfigured
from chalicelib.wiring.resources import resource

pytestmark = pytest.mark.requirement("T13")

PAID = "orders/OrderPaid/v1.avsc"


@pytest.fixture(name="schemas")
def _schemas(tmp_path):
    """A copy of the schemas, with a ledger of its own."""
    copy = shutil.copytree(resource("schemas/avro"), tmp_path / "schemas/avro")
    Ledger.of(copy).release()
    return copy


def edit(file, **changes):
    schema = json.loads(file.read_bytes()) | changes
    file.write_text(json.dumps(schema))


def names(entries):
    return [str(each) for each in entries]


class TestLedger:
    def test_has_every_schema_the_platforms_too(self, schemas):
        """
        With the digest of its canonical JSON.
        """
        ledger = Ledger.of(schemas)

        assert ledger.released == ledger.present
        assert {"nexus.CommitHeader v1", "orders.OrderPaid v1"} < set(names(ledger.released))
        assert all(64 == len(each.sha256) for each in ledger.released)

    def test_takes_no_notice_of_formatting(self, schemas):
        """
        The order of names, line ends and white space mean nothing.
        """
        file = schemas / PAID
        schema = json.loads(file.read_bytes())
        file.write_text(json.dumps(dict(reversed(schema.items())), indent=7).replace("\n", "\r\n"))

        assert [] == Ledger.of(schemas).edited()

    @pytest.mark.parametrize(
        "changes",
        [{"doc": "Another."}, {"fields": []}, {"aliases": ["Paid"]}],
        ids=["doc", "fields", "more"],
    )
    def test_finds_what_was_edited(self, schemas, changes):
        """
        Whatever it says, be it a doc: consumers were told the other.
        """
        edit(schemas / PAID, **changes)

        assert ["orders.OrderPaid v1"] == names(Ledger.of(schemas).edited())

    def test_finds_what_was_removed(self, schemas):
        """
        Events that were written with it are still there.
        """
        (schemas / PAID).unlink()

        ledger = Ledger.of(schemas)
        assert ["orders.OrderPaid v1"] == names(ledger.removed())
        assert ([], []) == (ledger.edited(), ledger.unreleased())

    def test_takes_in_what_is_new_behind_what_was(self, schemas):
        """
        The lines that were there stay, to the letter.
        """
        file = schemas.parent / "released.json"
        before = file.read_text()
        shutil.copy(schemas / PAID, schemas / "orders/OrderPaid/v3.avsc")

        assert ["orders.OrderPaid v3"] == names(Ledger.of(schemas).unreleased())
        assert ["orders.OrderPaid v3"] == names(Ledger.of(schemas).release())
        assert file.read_text().startswith(before.removesuffix("\n]\n"))
        assert [] == Ledger.of(schemas).release()

    def test_is_not_brought_in_line_with_an_edited_schema(self, schemas):
        """
        Neither that nor a new one is entered then.
        """
        before = (schemas.parent / "released.json").read_text()
        edit(schemas / PAID, doc="Another.")
        shutil.copy(schemas / PAID, schemas / "orders/OrderPaid/v3.avsc")

        with pytest.raises(Misconfigured, match="OrderPaid v1: released, and changed since"):
            Ledger.of(schemas).release()

        assert before == (schemas.parent / "released.json").read_text()

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("no JSON", "can't be read"),
            ('{"type": "a"}', "is no ledger"),
            ('[{"type": "a.B", "version": 1}]', "is no ledger"),
            (
                json.dumps(2 * [{"type": "a.B", "version": 1, "sha256": "00"}]),
                "has a schema twice",
            ),
        ],
        ids=["no JSON", "no list", "no digest", "twice"],
    )
    def test_that_is_damaged_is_named(self, schemas, text, told):
        """
        Rather than taken for an empty one.
        """
        (schemas.parent / "released.json").write_text(text)

        with pytest.raises(Misconfigured, match=f"released.json {told}"):
            Ledger.of(schemas)
