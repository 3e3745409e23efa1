"""Another tenant, who knows the order's id."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from chalicelib.cli.demo.stage import ORDER, PLACED
from chalicelib.cli.demo.step import Attempt, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.cli.demo.caller import Caller
    from chalicelib.cli.demo.stage import Stage

_QUERY: Final = f"/api/orders/{ORDER.id}"
_CANCEL: Final = {"orderId": ORDER.id}
_PAY: Final = {"orderId": ORDER.id, "paymentId": "pay-1", "amount": PLACED["totalAmount"]}


def _attempts(stage: Stage) -> Iterator[Attempt]:
    stranger = stage.stranger()
    yield stranger.refused(HTTPStatus.NOT_FOUND, "GET", _QUERY)
    yield stranger.refused(HTTPStatus.NOT_FOUND, "GET", f"/api/streams/{ORDER.local}")
    yield stranger.refused(HTTPStatus.NOT_FOUND, "POST", "/api/commands/PayOrder", _PAY)
    yield stranger.refused(HTTPStatus.NOT_FOUND, "POST", "/api/commands/CancelOrder", _CANCEL)
    yield _forged(stranger).refused(HTTPStatus.UNAUTHORIZED, "GET", _QUERY)
    clerk = stage.clerk()
    read = clerk.ask("GET", _QUERY)
    untouched = read.status == HTTPStatus.OK and read.body["version"] == 1
    told = f"{read.status}: {read.body['status']}, at version 1" if untouched else str(read)
    yield Attempt(clerk.said("GET", _QUERY), told, untouched, harmless=True)


def _forged(caller: Caller) -> Caller:
    """Return one who has written the order's tenant into his token himself."""
    header, claims, signature = caller.token.split(".")
    padding = "=" * (-len(claims) % 4)
    said = json.loads(base64.urlsafe_b64decode(claims + padding))
    rewritten = json.dumps(said | {"tenant": ORDER.tenant}).encode()
    claims = base64.urlsafe_b64encode(rewritten).decode().rstrip("=")
    known = f"mallory, who has written tenant {ORDER.tenant} into her token"
    return replace(caller, token=f"{header}.{claims}.{signature}", known=known)


OTHER_TENANT: Final = Step(
    name="other-tenant",
    title="Another tenant's order",
    tries="Someone of another tenant reads, pays and cancels the order, and forges a token.",
    stopped_by="the tenant in each stream's key, and the token's signature",
    attempts=_attempts,
)
