"""The page docs/benchmarks.md: what was measured, how, and what it does not say."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.bench.decisions import BARE, DECISIONS
from tests.bench.installing import PEERS
from tests.bench.searches import LAGS, ORDERS, REFRESH, ROUNDS
from tests.bench.sweep import COMMITS
from tests.bench.table import NONE, ROWS, Cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.bench.decisions import Decided
    from tests.bench.embedded import Rates
    from tests.bench.governance import Taken
    from tests.bench.queries import Taken as Asked
    from tests.bench.searches import Searches
    from tests.bench.sweep import Run

_PAGE: Final = Path(__file__).parent / "page.md"
"""The page without its figures."""
_DECISIONS: Final = Path(__file__).parent / "decisions.md"
"""Its section on decisions, which can be measured and written alone."""
_SEARCHES: Final = Path(__file__).parent / "searches.md"
"""Likewise, its section on OpenSearch."""


@dataclass(frozen=True, slots=True)
class Results:
    """All that was measured."""

    cells: Mapping[tuple[str, str], Cell]
    """By row and store."""
    cpu: Mapping[str, float]
    """Seconds by kind of call."""
    runs: Sequence[Run]
    """Of writers side by side."""
    governance: Sequence[Taken]
    decisions: Sequence[Decided]
    queries: Sequence[Asked]
    searches: Searches
    rates: Rates


def page(results: Results) -> str:
    """Return the page."""
    rates = results.rates
    return _PAGE.read_text().format(
        machine=_machine(),
        costs=_costs(results),
        bytes=_bytes(results),
        cpu=_cpu(results.cpu),
        sweep=_sweep(results.runs),
        commits=COMMITS,
        governance=_governance(results.governance),
        decisions=decisions_section(results.decisions),
        queries=_queries(results.queries),
        searches=searches_section(results.searches),
        ratio=rates.commands / rates.inserts,
        command=rates.inserts / rates.commands,
        command_cpu=rates.command_cpu * 1000,
        insert_cpu=rates.insert_cpu * 1000,
    )


def with_section(text: str, section: str) -> str:
    """Return a page with one section in place of that of the same heading, or at its end."""
    heading = section.partition("\n")[0]
    before, found, after = text.partition(f"{heading}\n")
    if not found:
        return f"{text}\n{section}"
    _, following, rest = after.partition("\n## ")
    return f"{before}{section}{following}{rest}"


def decisions_section(taken: Sequence[Decided]) -> str:
    """Return the section on policy decisions."""
    bare = {each.threads: each.cpu_p50 for each in taken if each.what == BARE}
    rows = [
        [
            str(each.threads),
            each.what,
            *(f"{time:,.0f}" for time in (each.p50, each.p99, each.cpu_p50, each.cpu_p99)),
            f"{each.cpu_p50 / bare[each.threads]:.0f}",
        ]
        for each in taken
    ]
    head = ["threads", "decision", "median", "p99", "CPU median", "CPU p99", "times bare"]
    return _DECISIONS.read_text().format(decisions=f"{DECISIONS:,}", table=_table(head, rows))


def searches_section(found: Searches) -> str:
    """Return the section on read models on OpenSearch."""
    rows = [
        [
            each.what,
            str(each.requests),
            *(f"{own:.1f} ms" for own in each.own),
            f"{each.times_bare:.2f}",
        ]
        for each in found.asked
    ]
    head = ["query", "searches", "own time, median", "own time, p99", "times bare, median"]
    ours, theirs = found.rates
    rates = (
        f"Putting documents of 600 B in batches of 500, with their versions and without waiting: "
        f"**{ours / theirs:.2f}** times as many in a second as opensearch-py's `helpers.bulk` puts "
        f"the same documents ({ours:,.0f} to {theirs:,.0f})."
    )
    return _SEARCHES.read_text().format(
        orders=f"{ORDERS:,}",
        refresh=REFRESH,
        queries=_table(head, rows),
        rates=rates,
        lag=found.lag,
        lags=LAGS,
        rounds=ROUNDS,
    )


def _machine() -> str:
    python = ".".join(platform.python_version_tuple()[:2])
    cores = os.cpu_count()
    return (
        f"a machine of {cores} cores ({platform.machine()}, {platform.system()}, Python {python})"
    )


def _costs(results: Results) -> str:
    names = [f"{peer.name} {peer.version}".strip() for peer in PEERS]
    rows = [
        [row.name, row.goal, *(results.cells[row.name, peer.name].text for peer in PEERS)]
        for row in ROWS
    ]
    return _table(["operation", "goal", *names], rows)


def _bytes(results: Results) -> str:
    rows = [
        [row.name, *(_wire(results.cells[row.name, peer.name]) for peer in PEERS)] for row in ROWS
    ]
    return _table(["operation", *(peer.name for peer in PEERS)], rows)


def _wire(cell: Cell) -> str:
    if cell.cost is None:
        return NONE
    return f"{cell.cost.bytes_sent:,} / {cell.cost.bytes_received:,}"


def _cpu(cpu: Mapping[str, float]) -> str:
    writes = ["bare insert", "adapter's append", "governed append"]
    reads = ["bare query", "adapter's read", "load and fold"]
    rows = [
        [kind, f"{cpu[kind] * 1000:.2f} ms", f"{cpu[kind] / cpu[kinds[0]]:.1f}"]
        for kinds in (writes, reads)
        for kind in kinds
    ]
    return _table(["call (reads are of 200 commits, 1,000 events)", "takes", "times bare"], rows)


def _governance(taken: Sequence[Taken]) -> str:
    rows = [[each.what, each.goal, f"{each.p50:,.1f}", f"{each.p99:,.1f}"] for each in taken]
    return _table(["call", "goal (p99)", "median", "p99"], rows)


def _queries(taken: Sequence[Asked]) -> str:
    rows = [
        [each.what, f"{each.kept[0]:.2f} ms", f"{each.kept[1]:.2f} ms"]
        + [f"{ratio:.0f}" for ratio in each.ratios]
        for each in taken
    ]
    head = ["query", "kept, median (goal 1 ms)", "kept, p99"]
    return _table([*head, "computed, times the median", "times the p99"], rows)


def _sweep(runs: Sequence[Run]) -> str:
    alone = {run.streams: run for run in runs if run.writers == 1}
    rows = [
        [
            run.streams,
            str(run.writers),
            f"{alone[run.streams].seconds / run.seconds:.1f}",
            f"{run.requests / COMMITS:.2f}",
            f"{run.write_units / COMMITS:.2f}",
            f"{run.read_units / COMMITS:.2f}",
            str(run.again),
        ]
        for run in runs
    ]
    head = ["streams", "writers", "commits a second, times one writer's"]
    return _table([*head, "requests", "WCU", "RCU", "sent again"], rows)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
