"""``python -m tests.bench``: measures, and writes docs/benchmarks.md.

``--only`` measures one store and prints it; ``--part`` writes one section of the page.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from typing import Final

from tests.bench import decisions, embedded, governance, queries, searches
from tests.bench.asking import asking
from tests.bench.installing import NEXUS, PEERS, CannotInstall, Here, Peer
from tests.bench.meter import Meter
from tests.bench.report import (
    Results,
    decisions_section,
    page,
    searches_section,
    with_section,
)
from tests.bench.sweep import Run
from tests.bench.table import ROWS, Cell, Trial
from tests.support.dynamodb_local import DynamoDBLocal, running
from tests.support.fetching import CannotRun

PAGE: Final = Path(__file__).parents[2] / "docs" / "benchmarks.md"
CPU: Final = Peer("client", "", Here("tests.bench.peers.nexus_cpu"))
SWEEP: Final = Peer("writers", "", Here("tests.bench.sweep"))
CALLS: Final = 60
"""Of each kind whose processor time is measured."""

PARTS: Final = {
    "decisions": lambda: decisions_section(decisions.measure()),
    "searches": lambda: searches_section(searches.measure()),
}
"""Sections that can be measured and written alone."""

logger = logging.getLogger("bench")


def main() -> int:
    """Return the exit code: 1 if something that it takes is missing."""
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    logging.getLogger("botocore").setLevel(logging.WARNING)
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", choices=[peer.name for peer in PEERS])
    parser.add_argument("--part", choices=PARTS)
    asked = parser.parse_args()
    try:
        if asked.only:
            costs([peer for peer in PEERS if peer.name == asked.only])
        elif asked.part:
            section = PARTS[asked.part]()
            PAGE.write_text(with_section(PAGE.read_text(), section))
            logger.info("%s", section)
        else:
            PAGE.write_text(page(everything()))
            logger.info("\n%s is written", PAGE.name)
    except (CannotRun, CannotInstall) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def everything() -> Results:
    """Measure it all."""
    cells = costs(PEERS)
    with running() as local:
        cpu = client_cpu(local)
    with running() as local:
        runs = sweep(local)
    rates = embedded.measure()
    logger.info("  %.0f commands a second, embedded", rates.commands)
    logger.info("  %.0f bare inserts a second", rates.inserts)
    measured = (governance.measure(), decisions.measure(), queries.measure())
    return Results(cells, cpu, runs, *measured, searches.measure(), rates)


def costs(peers: list[Peer] | tuple[Peer, ...]) -> dict[tuple[str, str], Cell]:
    """Measure each row with each store, by row and store; a store each has a database."""
    cells: dict[tuple[str, str], Cell] = {}
    for peer in peers:
        logger.info("\n%s %s", peer.name, peer.version)
        with running() as local, Meter(local.endpoint) as meter, asking(peer, meter) as store:
            for number, row in enumerate(ROWS):
                cell = row.run(Trial(store, f"row-{number}", prose=row.prose))
                cells[row.name, peer.name] = cell
                logger.info("  %-44s %s", row.name, cell.text)
    return cells


def client_cpu(local: DynamoDBLocal) -> dict[str, float]:
    """Measure the client's processor time, in seconds by kind of call."""
    with Meter(local.endpoint) as meter, asking(CPU, meter) as store:
        outcome = store.ask("client_cpu", rounds=CALLS)
    if outcome.error:
        raise RuntimeError(f"{NEXUS.name}: {outcome.error}: {outcome.message}")
    taken: dict[str, float] = outcome.answer
    for kind, seconds in taken.items():
        logger.info("  %-20s %6.2f ms", kind, seconds * 1000)
    return taken


def sweep(local: DynamoDBLocal) -> list[Run]:
    """Measure writers side by side."""
    with Meter(local.endpoint) as meter, asking(SWEEP, meter) as store:
        outcome = store.ask("sweep")
    if outcome.error:
        raise RuntimeError(f"{NEXUS.name}: {outcome.error}: {outcome.message}")
    runs = [Run(**run) for run in outcome.answer]
    for run in runs:
        logger.info("  %s", run)
    return runs


if __name__ == "__main__":
    sys.exit(main())
