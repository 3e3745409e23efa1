from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from chalicelib.domain.orders.events import OrderLine
from chalicelib.domain.orders.order import Status
from chalicelib.domain.orders.projections import OrderDetails, Sale
from chalicelib.services.documents import fields_of, index_fields, index_words, words_of

pytestmark = pytest.mark.requirement("R6")


def test_fields_hold_exact_scalars():
    """
    Money is stored in integer hundredths, a day as its ISO text, a status by its value.
    """
    sale = Sale("o-1", date(2026, 1, 31), Status.PAID, "USD", Decimal("99.99"))

    assert {
        "orderId": "o-1",
        "day": "2026-01-31",
        "status": "paid",
        "currency": "USD",
        "totalAmount": 9999,
    } == index_fields(sale)


def test_lists_are_no_fields_and_what_may_be_missing_is_null():
    """
    Only scalars can be asked for; an absent one is null, and is not sortable.
    """
    at = datetime(2026, 1, 31, 12, tzinfo=UTC)
    details = OrderDetails("o", "c", Decimal(1), "USD", Status.PLACED, (), 1, at, at)

    fields = index_fields(details)

    assert "lines" not in fields
    assert fields["carrier"] is None
    assert "2026-01-31T12:00:00.000000Z" == fields["placedAt"]
    assert fields_of(OrderDetails)["carrier"].optional
    assert not fields_of(OrderDetails)["placedAt"].optional


@pytest.mark.parametrize("total", ["1E+30", "92233720368547758.08"])
def test_what_no_read_model_could_hold_is_refused(total):
    """
    An amount beyond 64 bits of hundredths is an error of its document, found before it is written.
    """
    sale = Sale("o-1", date(2026, 1, 31), Status.PAID, "USD", Decimal(total))

    with pytest.raises(ValueError, match="64 bits"):
        index_fields(sale)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ada Lovelace", ["ada", "lovelace"]),
        ("cust-1_x", ["cust", "1", "x"]),
        ("STRASSE straße", ["strasse", "strasse"]),
        ("Cafe\u0301 Caf\u00e9", ["caf\u00e9", "caf\u00e9"]),
        (" '; DROP -- ", ["drop"]),
        ("...", []),
    ],
)
def test_words_are_compared_alike(text, words):
    """
    Case, composed or decomposed letters, and what stands between words make no difference.
    """
    assert words == words_of(text)


def test_a_documents_words_come_from_all_its_texts():
    """
    Also from those of its lines and its status; each once, and no numbers or times.
    """
    at = datetime(2026, 1, 31, 12, tzinfo=UTC)
    lines = (OrderLine("red-shoe", 1, Decimal(1)), OrderLine("red-hat", 1, Decimal(1)))
    details = OrderDetails("o-1", "c-1", Decimal(2), "USD", Status.PLACED, lines, 1, at, at)

    assert {"o", "c", "1", "usd", "placed", "red", "shoe", "hat"} == index_words(details)
