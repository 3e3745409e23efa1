"""What a newcomer reads first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.services.consistency import Mark, encode_token

if TYPE_CHECKING:
    from pathlib import Path

_WELCOME: Final = """\
Nexus serves {url} and keeps everything in {data} (Ctrl-C stops it).

Place an order, then read it back; the token makes the query wait until it shows the write:

  curl -i {url}/api/commands/PlaceOrder -H 'Content-Type: application/json' \\
    -d '{{"orderId":"test-1","customerId":"cust-1","totalAmount":99.99}}'
  curl {url}/api/orders/test-1 -H 'Nexus-Consistency: {token}' -H 'Prefer: wait=2'

Pay it, and look around:

  curl -i {url}/api/commands/PayOrder -H 'Content-Type: application/json' \\
    -d '{{"orderId":"test-1","paymentId":"pay-1","amount":99.99}}'
  curl '{url}/api/orders?status=paid&sort=-placedAt'
  curl {url}/api/sales
  curl {url}/api/streams/Order/test-1
  curl {url}/health

All routes are explained at {url}/docs.

"""


def welcome(url: str, data: Path) -> str:
    """Return the lines to try; the token is the one that placing this order is answered with."""
    token = encode_token(Mark("Order", "test-1", core=1, secondary=0))
    return _WELCOME.format(url=url, data=data.resolve(), token=token)
