"""What governance takes on the hot path: validation, retrieval, compatibility, a decision."""

from __future__ import annotations

import copy
import io
import time
from dataclasses import dataclass
from decimal import Decimal
from statistics import quantiles
from typing import TYPE_CHECKING, Any, Final

import fastavro

from chalicelib.adapters.avro.compatibility import AvroCompatibility
from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.adapters.rego.engine import RegoPolicyEngine
from chalicelib.domain.orders.events import OrderLine, OrderPlaced
from chalicelib.services.governance.cached_registry import CachedSchemaRegistry
from chalicelib.services.governance.compatibility import Mode
from chalicelib.services.governance.policy_engine import COMMANDS
from chalicelib.wiring.codecs import Codecs
from chalicelib.wiring.contexts import CONTEXTS
from chalicelib.wiring.resources import resource
from tests.contract.policy_questions import COMMAND

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS: Final = 2_000
FIELDS: Final = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """Microseconds that a call took: the median, and what 99 of 100 stay below."""

    what: str
    goal: str
    p50: float
    p99: float


def measure() -> list[Taken]:
    """Return what each takes, warm, one after the other in one thread."""
    folder = resource("schemas/avro")
    registry = FileSchemaRegistry(folder)
    codec = Codecs.of(CONTEXTS, registry, folder).events
    lines = tuple(OrderLine(f"sku-{n}", n + 1, Decimal("9.99")) for n in range(FIELDS))
    event = OrderPlaced("o-1", "c-1", Decimal("2097.90"), "USD", lines)
    schema = registry.latest("orders.OrderPlaced")
    cached = CachedSchemaRegistry(registry)
    parsed = fastavro.parse_schema(copy.deepcopy(dict(schema.definition)))
    record = _record(event)
    checker, new, old = AvroCompatibility(), _wide(FIELDS), {1: _wide(FIELDS - 1)}
    policies = RegoPolicyEngine(resource("policies/rego"))
    return [
        _taken(
            "validation of a 20-line order: look-up, type check, Avro", "50", codec.encode, event
        ),
        _taken("bare fastavro, the same record", "", lambda each: _bare(parsed, each), record),
        _taken("retrieval of a schema, warm", "10", cached.get, schema.ref),
        _taken(
            "compatibility of two schemas of 20 fields, both ways",
            "1,000",
            lambda _: checker.judge(Mode.FULL, new, old),
            None,
        ),
        _taken(
            "policy decision on a command, in process",
            "300",
            lambda question: policies.decide(COMMANDS, question),
            COMMAND,
        ),
    ]


def _taken(what: str, goal: str, call: Callable[[Any], object], argument: Any) -> Taken:
    for _ in range(ROUNDS // 10):
        call(argument)
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        call(argument)
        taken.append((time.perf_counter() - began) * 1e6)
    hundredths = quantiles(taken, n=100)
    return Taken(what, goal, hundredths[49], hundredths[98])


def _record(event: OrderPlaced) -> dict[str, Any]:
    return {
        "orderId": event.order_id,
        "customerId": event.customer_id,
        "totalAmount": event.total_amount,
        "currency": event.currency,
        "lines": [
            {"productId": each.product_id, "quantity": each.quantity, "unitPrice": each.unit_price}
            for each in event.lines
        ],
    }


def _bare(schema: Any, record: dict[str, Any]) -> None:
    fastavro.schemaless_writer(io.BytesIO(), schema, record)


def _wide(fields: int) -> dict[str, Any]:
    return {
        "type": "record",
        "name": "Wide",
        "namespace": "nexus.bench",
        "fields": [{"name": f"f{n}", "type": "string", "default": ""} for n in range(fields)],
    }
