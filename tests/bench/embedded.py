"""Commands a second of the embedded system, beside bare inserts of the very same rows."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.embedded.event_store import _INSERT, SCHEMA
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import Settings
from tests.support.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROUNDS: Final = 7
COMMANDS: Final = 150
"""Commands in a round, and rows."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Commands and inserts a second, the medians of rounds taken in turns."""

    commands: float
    inserts: float
    commands_cpu: float
    """Seconds of processor time for a command."""


def measure() -> Rates:
    """Place orders through the whole path in process; nothing is carried on meanwhile."""
    commands, inserts, cpu = [], [], []
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with (
            Embedded.assemble(Settings(data=data)) as embedded,
            closing(_bare(Path(folder) / "bare.db")) as bare,
        ):
            client = Client(embedded)
            for number in range(ROUNDS + 1):
                before = time.process_time()
                commands.append(_rate(client, number))
                cpu.append((time.process_time() - before) / COMMANDS)
                inserts.append(_insert_rate(bare, _rows(data, number)))
    return Rates(median(commands[1:]), median(inserts[1:]), median(cpu[1:]))


def _rate(client: Client, number: int) -> float:
    def place(index: int) -> None:
        order = {"orderId": f"o-{number}-{index}", "customerId": "c-1", "totalAmount": 99.99}
        client.command("PlaceOrder", order)

    return _per_second(place, range(COMMANDS))


def _insert_rate(bare: sqlite3.Connection, rows: list[Any]) -> float:
    def insert(row: Any) -> None:
        bare.execute("BEGIN IMMEDIATE")
        bare.execute(_INSERT, row)
        bare.execute("COMMIT")

    return _per_second(insert, rows)


def _per_second(do: Callable[[Any], None], each: Iterable[Any]) -> float:
    start = time.perf_counter()
    for one in each:
        do(one)
    return COMMANDS / (time.perf_counter() - start)


def _bare(path: Path) -> sqlite3.Connection:
    """Return a database of the same tables and settings."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    for statement in SCHEMA.statements:
        connection.execute(statement)
    return connection


def _rows(data: Path, number: int) -> list[Any]:
    """Return what the commands of a round have stored."""
    with closing(sqlite3.connect(data / "event-store.db")) as connection:
        return connection.execute(
            "SELECT stream, version, count, header, body, hash FROM commits "
            "ORDER BY sequence LIMIT ? OFFSET ?",
            (COMMANDS, number * COMMANDS),
        ).fetchall()
