"""What the steps are played on: the running system, who asks it, and the ways behind its back."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.event_store import SCHEMA, SqliteEventStore
from chalicelib.adapters.embedded.folder import LOG
from chalicelib.cli.demo.caller import Caller
from chalicelib.kernel.stream import StreamId
from chalicelib.wiring.embedded import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from chalicelib.wiring.container import WritePorts

ORDER: Final = StreamId("default", "Order", "demo-1")
"""The stream of the order that all is tried on."""
PLACED: Final = {"orderId": ORDER.id, "customerId": "cust-1", "totalAmount": 99.99}


@dataclass(frozen=True, slots=True)
class Stage:
    """A system at an address, its data folder, and a folder for whatever a step needs."""

    address: str
    data: Path
    scratch: Path

    def clerk(self) -> Caller:
        """Return Alice, who places orders of the tenant ``default``."""
        return Caller.of(self.address, self.data, "alice", "default", "orders.clerk")

    def stranger(self) -> Caller:
        """Return Mallory, who may do anything with orders, of another tenant."""
        return Caller.of(self.address, self.data, "mallory", "other", "orders.approver")

    @property
    def log(self) -> Path:
        """The file of the event store."""
        return self.data / LOG

    def reading(self) -> AbstractContextManager[Reading]:
        """Give what the data folder holds at this moment, as ``nexus streams show`` has it."""
        return Reading.open(self.data)

    @contextmanager
    def write_ports(self) -> Iterator[WritePorts]:
        """Give the write ports over the running system's own store, past HTTP and past its lock."""
        with self.reading() as reading, closing(Database(self.log, SCHEMA)) as log:
            yield replace(reading.ports, events=SqliteEventStore(log))
