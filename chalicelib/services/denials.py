"""Denials, read: what the policies forbade, to whom and why, page by page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import Fault, InvalidInput

if TYPE_CHECKING:
    from chalicelib.services.governance.decisions import DecisionRecord, Decisions

_CURSOR: Final = re.compile(r"([0-9]{1,17})-([A-Za-z0-9._~-]{1,128})")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

Page = dict[str, Any]
"""``items``, the newest first, and ``next``, the cursor behind them if there are more."""


def page_of(decisions: Decisions, tenant: str, *, limit: int, cursor: str | None = None) -> Page:
    """Return denials of a tenant as plain data; raises InvalidInput or Unavailable."""
    before = None if cursor is None else _place(cursor)
    found = decisions.denials(tenant, limit=limit + 1, before=before)
    page = found[:limit]
    following = _cursor(page[-1]) if len(found) > limit else None
    return {"items": [_item(record) for record in page], "next": following}


def _item(record: DecisionRecord) -> dict[str, Any]:
    subject, decision = record.subject, record.decision
    principal = subject.principal
    return {
        "id": record.id,
        "at": record.at,
        "type": subject.type,
        "stream": str(subject.stream),
        "principal": {
            "kind": principal.kind,
            "id": principal.id,
            "tenant": principal.tenant,
            "roles": list(principal.roles),
        },
        "input": {"fields": list(subject.input.fields), "digest": subject.input.digest},
        "reasons": [{"rule": each.rule, "message": each.message} for each in decision.reasons],
        "policies": decision.digest,
    }


def _cursor(record: DecisionRecord) -> str:
    at, name = record.place
    return f"{(at - _EPOCH) // _MICROSECOND}-{name}"


def _place(cursor: str) -> tuple[datetime, str]:
    parts = _CURSOR.fullmatch(cursor)
    if parts is None:
        message = "the cursor does not belong to denials"
        raise InvalidInput(message, [Fault("cursor", "take it from `next`")])
    return _EPOCH + int(parts[1]) * _MICROSECOND, parts[2]
