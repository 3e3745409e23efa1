import json
import shutil

import pytest

from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.kernel.errors import Misconfigured
from chalicelib.wiring.resources import resource

pytestmark = [pytest.mark.requirement("R8"), pytest.mark.requirement("T3")]

PAID = "orders/OrderPaid/v1.avsc"


@pytest.fixture(name="folder")
def _folder(tmp_path):
    """A copy of the real schemas."""
    return shutil.copytree(resource("schemas/avro"), tmp_path / "avro")


def changed(folder, **properties):
    return json.dumps({**json.loads((folder / PAID).read_text()), **properties})


class TestFileSchemaRegistry:
    def test_the_real_schemas_make_a_registry(self, folder):
        """
        Of events only: the schemas of commits are the platform's own.
        """
        types = FileSchemaRegistry(folder).types()

        assert "orders.OrderPlaced" in types
        assert [] == [name for name in types if not name.startswith("orders.")]

    def test_versions_come_in_their_order(self, folder):
        """
        From 1 on; an event that there is not has none.
        """
        (folder / "orders/OrderLost").mkdir()
        field = {"name": "why", "type": "string", "doc": "Why."}
        first = changed(folder, name="OrderLost")
        (folder / "orders/OrderLost/v1.avsc").write_text(first)
        second = changed(folder, name="OrderLost", fields=[field])
        (folder / "orders/OrderLost/v2.avsc").write_text(second)
        registry = FileSchemaRegistry(folder)

        versions = registry.versions("orders.OrderLost")

        assert [1, 2] == [each.ref.version for each in versions]
        assert versions[-1] == registry.latest("orders.OrderLost")
        assert () == registry.versions("orders.OrderFound")

    def test_other_files_are_nobodys_business(self, folder):
        """
        A note beside the schemas is no schema.
        """
        (folder / "orders" / "README.md").write_text("Hello")

        assert FileSchemaRegistry(folder).types() == FileSchemaRegistry(folder).types()

    def test_a_folder_there_must_be(self, tmp_path):
        """
        A wrong path is told at start, not at the first event.
        """
        with pytest.raises(Misconfigured, match="nowhere"):
            FileSchemaRegistry(tmp_path / "nowhere")

    @pytest.mark.parametrize(
        "place",
        [
            "orders/v1.avsc",
            "orders/OrderPaid/v0.avsc",
            "orders/OrderPaid/v01.avsc",
            "orders/OrderPaid/draft.avsc",
            "orders/OrderPaid/old/v1.avsc",
            "orders/order_paid/v1.avsc",
            "Orders/OrderPaid/v1.avsc",
        ],
    )
    def test_a_schema_in_the_wrong_place_is_named(self, folder, place):
        """
        Rather than be passed over silently.
        """
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / PAID, folder / place)

        with pytest.raises(Misconfigured, match=place):
            FileSchemaRegistry(folder)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "[]",
            "5",
            '"string"',
            '{"type": "record"}',
            '{"type": "record", "name": "OrderPaid", "namespace": "nexus.orders", "fields": 5}',
            '{"type": "enum", "name": "OrderPaid", "namespace": "nexus.orders", "symbols": ["a"]}',
            '{"type": "array", "items": "nonsense"}',
            "\xff",
        ],
        ids=range(10),
    )
    def test_a_file_that_is_no_record_schema_is_named(self, folder, text):
        """
        Whatever it is instead.
        """
        (folder / PAID).write_bytes(text.encode("latin-1"))

        with pytest.raises(Misconfigured, match=PAID):
            FileSchemaRegistry(folder)

    @pytest.mark.parametrize(
        "properties",
        [
            {"name": "OrderPayed"},
            {"namespace": "nexus.payments"},
            {"namespace": "orders"},
            {"nexus": None},
            {"nexus": {}},
            {"nexus": {"owner": "orders", "classification": "internal", "propagation": "both"}},
        ],
        ids=["name", "context", "namespace", "no governance", "empty", "unknown path"],
    )
    def test_a_schema_that_does_not_fit_its_place_is_named(self, folder, properties):
        """
        Its name is the path's, and it says who owns it and how it travels.
        """
        (folder / PAID).write_text(changed(folder, **properties))

        with pytest.raises(Misconfigured, match=PAID):
            FileSchemaRegistry(folder)

    def test_a_version_left_out_is_named(self, folder):
        """
        Versions are numbered from 1, without a gap.
        """
        (folder / "orders/RefundRequested/v3.avsc").write_text(changed(folder, doc="Another."))

        with pytest.raises(Misconfigured, match=r"v3\.avsc.*v2\.avsc"):
            FileSchemaRegistry(folder)

    def test_two_versions_that_avro_takes_for_one_are_named(self, folder):
        """
        Avro's fingerprint knows no docs and no logical types: two scales of a decimal share one.
        """
        other_scale = changed(folder).replace('"scale": 2', '"scale": 3')
        (folder / "orders/OrderPaid/v2.avsc").write_text(other_scale)

        with pytest.raises(Misconfigured, match=r"v2\.avsc.*v1\.avsc"):
            FileSchemaRegistry(folder)
