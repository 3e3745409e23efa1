"""Questions to the policies: what is allowed, what is denied and by which rule, and junk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final, TypeAlias

import pytest

from chalicelib.services.governance.policy_engine import COMMANDS, EVENTS

Question: TypeAlias = dict[str, Any]

STREAM: Final = {"tenant": "default", "aggregate": "Order", "id": "test-1"}
CLERK: Final = {"kind": "user", "id": "alice", "tenant": "default", "roles": ["orders.clerk"]}
COMMAND: Final = {
    "command": {
        "type": "orders.PlaceOrder",
        "data": {"orderId": "test-1", "customerId": "customer-1", "totalAmount": 9999},
    },
    "principal": CLERK,
    "stream": STREAM,
    "effectiveAt": None,
    "now": "2026-03-31T12:00:00.000000Z",
}
EVENT: Final = {
    "event": {
        "type": "orders.OrderPlaced",
        "owner": "orders",
        "classification": "internal",
        "propagation": "core",
        "personal": [],
    },
    "stream": STREAM,
    "principal": CLERK,
    "point": "append",
}
QUESTIONS: Final = {COMMANDS: COMMAND, EVENTS: EVENT}

ALLOWED: Final[dict[str, tuple[str, Mapping[str, object]]]] = {
    "a clerk's order": (COMMANDS, {}),
    "an order at the limit": (COMMANDS, {"command.data.totalAmount": 1_000_000}),
    "an approver's large order": (
        COMMANDS,
        {"command.data.totalAmount": 10**14 - 1, "principal.roles": ["orders.approver"]},
    ),
    "an approver's back-dated order": (
        COMMANDS,
        {"effectiveAt": "2026-03-01T12:00:00Z", "principal.roles": ["orders.approver"]},
    ),
    "a dispatcher's delivery": (
        COMMANDS,
        {"command.type": "orders.DeliverOrder", "principal.roles": ["orders.dispatcher"]},
    ),
    "a developer's command of any context": (
        COMMANDS,
        {"command.type": "inventory.ReserveStock", "principal.roles": ["developer"]},
    ),
    "a core event": (EVENTS, {}),
    "a core event, again at the router": (EVENTS, {"point": "route"}),
    "personal fields on the core path": (EVENTS, {"event.personal": ["email"]}),
    "a harmless event on the secondary path": (EVENTS, {"event.propagation": "secondary"}),
}

# What is changed, and the one rule that denies it.
DENIED: Final[dict[str, tuple[str, Mapping[str, object], str]]] = {
    "no roles": (COMMANDS, {"principal.roles": []}, "roles"),
    "a role that does not grant it": (
        COMMANDS,
        {"principal.roles": ["orders.dispatcher"]},
        "roles",
    ),
    "a role in other letters": (
        COMMANDS,
        {"principal.roles": ["Orders.Clerk", "DEVELOPER"]},
        "roles",
    ),
    "a pattern for a role": (COMMANDS, {"principal.roles": ["*", "orders.*"]}, "roles"),
    "another context's command": (
        COMMANDS,
        {"command.type": "inventory.ReserveStock", "principal.roles": ["orders.approver"]},
        "roles",
    ),
    "another tenant's stream": (COMMANDS, {"stream.tenant": "other"}, "tenancy"),
    "a large order": (COMMANDS, {"command.data.totalAmount": 1_000_001}, "large_orders"),
    "an amount with a fraction": (COMMANDS, {"command.data.totalAmount": 0.5}, "large_orders"),
    "a negative amount": (COMMANDS, {"command.data.totalAmount": -1}, "large_orders"),
    "an amount as a text": (
        COMMANDS,
        {"command.data.totalAmount": "9999", "principal.roles": ["developer"]},
        "large_orders",
    ),
    "an amount beyond 64 bits": (COMMANDS, {"command.data.totalAmount": 10**30}, "large_orders"),
    "a clerk's back-dated order": (
        COMMANDS,
        {"effectiveAt": "2026-03-31T11:59:59.999999Z"},
        "effective_time",
    ),
    "an order in the future": (
        COMMANDS,
        {"effectiveAt": "2026-03-31T12:00:00.000001Z", "principal.roles": ["developer"]},
        "effective_time",
    ),
    "an order of long ago": (
        COMMANDS,
        {"effectiveAt": "2026-03-01T11:59:59.999999Z", "principal.roles": ["developer"]},
        "effective_time",
    ),
    "command data that is no object": (
        COMMANDS,
        {"command.type": "orders.PayOrder", "command.data": []},
        "well_formed",
    ),
    "another context's event": (EVENTS, {"event.owner": "inventory"}, "ownership"),
    "personal fields on the secondary path": (
        EVENTS,
        {"event.propagation": "secondary", "event.personal": ["email"]},
        "propagation",
    ),
    "a confidential event on the secondary path": (
        EVENTS,
        {"event.propagation": "secondary", "event.classification": "confidential"},
        "propagation",
    ),
    "a restricted event on the secondary path": (
        EVENTS,
        {"event.propagation": "secondary", "event.classification": "restricted"},
        "propagation",
    ),
    "another point": (EVENTS, {"point": "replay"}, "well_formed"),
}

# These may have any value.
FREE: Final = {"command.data.orderId", "command.data.customerId"}
# These may have one of the values of JUNK.
LEGAL: Final[dict[str, object]] = {
    f"{COMMANDS} effectiveAt": None,
    f"{EVENTS} event.personal": [],
    f"{EVENTS} principal.roles": [],
}
JUNK: Final[Sequence[object]] = (
    None,
    True,
    0.5,
    -1,
    "",
    "\x00",
    [],
    [None],
    [[]],
    {},
    {"a": "developer"},
)


def changed(package: str, changes: Mapping[str, object]) -> Question:
    """Return a question that is allowed, with the values at these dotted paths replaced."""
    question: Question = deepcopy(dict(QUESTIONS[package]))
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = question
        for parent in parents:
            place = place[parent]
        place[last] = value
    return question


def without(package: str, path: str) -> Question:
    """Return a question that is allowed, less the value at a dotted path."""
    question = changed(package, {path: None})
    *parents, last = path.split(".")
    place = question
    for parent in parents:
        place = place[parent]
    del place[last]
    return question


def paths(question: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the dotted path of each value, also of those that hold others."""
    for key, value in question.items():
        yield prefix + key
        if isinstance(value, dict):
            yield from paths(value, f"{prefix}{key}.")


def is_legal(package: str, path: str, value: object) -> bool:
    place = f"{package} {path}"
    return place in LEGAL and LEGAL[place] == value


EVERY_PATH: Final = [
    pytest.param(package, path, id=f"{package}: {path}")
    for package, question in QUESTIONS.items()
    for path in paths(question)
    if path not in FREE
]

MIXED: Final[Sequence[tuple[str, Question]]] = (
    *((package, changed(package, changes)) for package, changes in ALLOWED.values()),
    *((package, changed(package, changes)) for package, changes, _ in DENIED.values()),
    *(
        (package, changed(package, {path: value, "principal.roles": roles}))
        for package, question in QUESTIONS.items()
        for path in paths(question)
        for value in JUNK
        for roles in (["orders.clerk"], ["developer"])
        if path != "principal"
    ),
)
"""Allowed, denied and malformed questions to both packages."""
