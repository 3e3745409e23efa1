from dataclasses import replace

import pytest

from chalicelib.domain.orders import orders
from chalicelib.kernel.errors import Misconfigured
from chalicelib.kernel.upcasting import EventUpcaster
from chalicelib.wiring.embedded import Embedded

pytestmark = pytest.mark.requirement("T13")


class PlacedLater(EventUpcaster):
    event_type = "orders.OrderPlaced"
    from_version = 1

    def upcast(self, data):
        return dict(data)


class TestAssembly:
    def test_is_refused_with_a_version_that_leads_nowhere(self, settings):
        """
        Before any event is read, and every one is named.
        """
        with pytest.raises(Misconfigured) as refused:
            Embedded.assemble(settings, [replace(orders, upcasters=())])

        assert str(refused.value) == (
            "upcasters and schemas don't fit together: "
            "orders.OrderPaid: no upcaster takes version 1 to 2; "
            "orders.OrderShipped: no upcaster takes version 1 to 2"
        )

    def test_is_refused_with_an_upcaster_that_leads_nowhere(self, settings):
        """
        Its schema has been forgotten, or its number is wrong.
        """
        stray = replace(orders, upcasters=(*orders.upcasters, PlacedLater()))

        with pytest.raises(Misconfigured, match=r"OrderPlaced: PlacedLater leads to version 2"):
            Embedded.assemble(settings, [stray])

    def test_does_not_ask_for_contexts_that_are_not_mounted(self, settings):
        """
        Schemas of a context that runs elsewhere may lie in the same folder.
        """
        with Embedded.assemble(settings, []) as embedded:
            assert () == embedded.system.projections
