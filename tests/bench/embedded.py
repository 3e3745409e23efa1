"""Commands a second of the embedded system, beside bare inserts of the very same rows."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from functools import partial
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
    """How many a second, and the seconds of processor time that one takes."""

    commands: float
    inserts: float
    command_cpu: float
    insert_cpu: float


def measure() -> Rates:
    """Place orders through the whole path in process; nothing is carried on meanwhile.

    The figures are the medians of rounds taken in turns.
    """
    commands, inserts = [], []
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with (
            Embedded.assemble(Settings(data=data)) as embedded,
            closing(_bare(Path(folder) / "bare.db")) as bare,
        ):
            client = Client(embedded)
            for number in range(ROUNDS + 1):
                commands.append(_timed(partial(_place, client, number), range(COMMANDS)))
                inserts.append(_timed(partial(_insert, bare), _rows(data, number)))
    command, command_cpu = map(median, zip(*commands[1:], strict=True))
    insert, insert_cpu = map(median, zip(*inserts[1:], strict=True))
    return Rates(1 / command, 1 / insert, command_cpu, insert_cpu)


def _place(client: Client, number: int, index: int) -> None:
    order = {"orderId": f"o-{number}-{index}", "customerId": "c-1", "totalAmount": 99.99}
    client.command("PlaceOrder", order)


def _insert(bare: sqlite3.Connection, row: Any) -> None:
    bare.execute("BEGIN IMMEDIATE")
    bare.execute(_INSERT, row)
    bare.execute("COMMIT")


def _timed(do: Callable[[Any], None], each: Iterable[Any]) -> tuple[float, float]:
    """Return the seconds that one takes, by the clock and of processor time."""
    clock, cpu = time.perf_counter(), time.process_time()
    for one in each:
        do(one)
    return (time.perf_counter() - clock) / COMMANDS, (time.process_time() - cpu) / COMMANDS


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
