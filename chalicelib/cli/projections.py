"""``nexus projections``: the read models, how far behind they are, and filling them anew."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chalicelib.cli.options import DEFAULT_DATA, Data, Exit, Json, Url, examples
from chalicelib.cli.output import emit, say, table
from chalicelib.cli.progress import progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.adapters.embedded.mappings import MappingStatus
    from chalicelib.services.positions import ParkedStream

app = typer.Typer(
    name="projections", help="The read models and how far they are.", no_args_is_help=True
)
Name = Annotated[
    str, typer.Argument(help="Which projection, as `nexus projections list` names it.")
]
_ROUTE: Final = "/api/operations/projections"
_LOOK: Final = 0.2
"""Seconds between two looks at a rebuild."""


@app.command("list", epilog=examples("nexus projections list", "nexus projections list --json"))
def list_projections(*, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """List the read models: how far each has come, how far it lags, and where it has stopped.

    A consumer's position is the number of the last record that it has handled of what feeds it; its
    lag is how many there are behind that one. All wait for the router. A stream that is parked has
    stopped in that read model: `nexus dlq list` says why.
    """
    from chalicelib.wiring.embedded import Reading

    with Reading.open(data) as reading:
        router, *consumers = reading.consumers()
        parked = reading.ports.positions.parked()
        projections = [
            (each.projection, reading.ports.lineups.get(each.projection.name))
            for each in reading.system.projections
        ]
    items = [
        {
            "name": each.name,
            "version": each.version,
            "sources": list(each.sources),
            "paths": sorted(each.paths),
            "live": lineup.live,
            "next": lineup.next and lineup.next.index,
            "previous": lineup.previous,
            "owed": {index: len(streams) for index, streams in lineup.owed.items()},
            "consumers": [_consumer(c) for c in consumers if _owner(c.name) == each.name],
            "parked": [_parked(p) for p in parked if p.consumer in lineup.fed],
        }
        for each, lineup in projections
    ]
    stopped = [_parked(each) for each in parked if each.consumer == _owner(router.name)]
    if json:
        emit({"router": _consumer(router) | {"parked": stopped}, "items": items})
        return
    indexes = (
        (each.name, lineup.live, lineup.next and lineup.next.index, lineup.previous)
        for each, lineup in projections
    )
    table("Indexes", ("projection", "answers", "is filled", "was before"), indexes)
    rows = (
        (_owner(each.name), each.name, each.checkpoint, each.lag) for each in (router, *consumers)
    )
    table("Consumers", ("of", "consumer", "position", "lag"), rows)
    if parked:
        columns = ("consumer", "stream", "behind version", "waiting", "reason")
        table("Parked", columns, (list(_parked(each).values()) for each in parked))


@app.command(
    epilog=examples(
        "nexus projections rebuild order-details",
        "nexus projections rebuild order-details --accept-differences",
    )
)
def rebuild(
    name: Name,
    *,
    accept: Annotated[
        bool,
        typer.Option("--accept-differences", help="Have the new index answer, even if it differs."),
    ] = False,
    url: Url,
    json: Json = False,
) -> None:
    """Fill a new index of a projection from all of history, and have it answer.

    The running system does it, beside the present index, which answers queries until the new one
    takes its place. This shows how far it is, and may be interrupted: the rebuild goes on, also
    after the system was stopped or killed. Type it again to look on; a second one doesn't begin.

    Before the exchange both are compared. If they differ, the new one is held (exit code 1):
    `nexus projections switch` has it answer all the same, `discard` gives it up. The index that
    answered before is kept up to date for `roll-back`, until `retire` or the next rebuild.

    Exit code 1 also if it has failed: a stream would have gone back, as it stops earlier in the new
    index than it did in the old one. The old one stays then.
    """
    from chalicelib.cli.remote import get, post

    path = f"{_ROUTE}/{name}/rebuild"
    last = post(url, path, {})
    with progress("Rebuilding", last["total"], done=last["handled"], quiet=json) as moved:
        while last["state"] == "running":
            time.sleep(_LOOK)
            last = get(url, path)
            moved(last["handled"])
    if accept and last["state"] == "held":
        last = post(url, f"{_ROUTE}/{name}/switch", {})["rebuild"]
    if json:
        emit(last)
    else:
        say(_told(name, last))
    if last["state"] != "done":
        raise typer.Exit(Exit.WRONG)


@app.command(epilog=examples("nexus projections compare order-details"))
def compare(name: Name, *, url: Url, json: Json = False) -> None:
    """Compare all documents of the index that answers with those of the one beside it.

    That is the one to come, or else the one before. Exit code 1 if they differ.
    """
    from chalicelib.cli.remote import get

    found = get(url, f"{_ROUTE}/{name}/parity")
    if json:
        emit(found)
    else:
        say(f"{found['documents']:,} documents, {found['others']:,} in the other index.")
        say(f"{found['differ']:,} of {found['compared']:,} compared differ.")
        for each in found["examples"]:
            say(f"  {each}")
    if not found["equal"]:
        raise typer.Exit(Exit.WRONG)


@app.command(epilog=examples("nexus projections switch order-details"))
def switch(name: Name, *, url: Url, json: Json = False) -> None:
    """Have the index answer that is held, though it differs from the present one.

    Exit code 1 if it has failed meanwhile, as a stream would go back; the old one stays then.
    """
    _change(url, name, "switch", json=json)


@app.command("roll-back", epilog=examples("nexus projections roll-back order-details"))
def roll_back(name: Name, *, url: Url, json: Json = False) -> None:
    """Have the index answer again that did so before: at once, as it was kept up to date."""
    _change(url, name, "roll-back", json=json)


@app.command(epilog=examples("nexus projections retire order-details"))
def retire(name: Name, *, url: Url, json: Json = False) -> None:
    """Drop the index that answered before; there is no roll-back after that."""
    _change(url, name, "retire", json=json)


@app.command(epilog=examples("nexus projections discard order-details"))
def discard(name: Name, *, url: Url, json: Json = False) -> None:
    """Give up the rebuild that is under way, or held, with all that it has filled."""
    _change(url, name, "discard", json=json)


def _change(url: str, name: str, action: str, *, json: bool) -> None:
    from chalicelib.cli.remote import post

    lineup = post(url, f"{_ROUTE}/{name}/{action}", {})
    failed = action == "switch" and lineup["rebuild"]["state"] != "done"
    if json:
        emit(lineup)
    elif failed:
        say(_told(name, lineup["rebuild"]))
    else:
        before = lineup["previous"] or "none"
        say(f"{name}: {lineup['live']} answers; kept for a roll-back: {before}.")
    if failed:
        raise typer.Exit(Exit.WRONG)


def _told(name: str, last: Mapping[str, Any]) -> str:
    if last["state"] == "held":
        return (
            f"{last['index']} is filled, and differs: {last['error']}\n"
            f"To have it answer: nexus projections switch {name}; to give it up: discard."
        )
    if last["state"] != "done":
        return f"{name} was not rebuilt: {last['error']}"
    began, ended = (datetime.fromisoformat(last[moment]) for moment in ("startedAt", "finishedAt"))
    seconds = (ended - began).total_seconds()
    rate = last["total"] / max(seconds, 1e-6)
    return (
        f"{name} is rebuilt from {last['total']:,} commits; "
        f"seconds: {seconds:.2f} ({rate:,.0f} commits/s). {last['index']} answers."
    )


def _owner(consumer: str) -> str:
    """Return whose it is: its name goes on, behind a dot, with what feeds it."""
    return consumer.partition(".")[0]


def _consumer(each: MappingStatus) -> dict[str, object]:
    return {"name": each.name, "position": each.checkpoint, "lag": each.lag}


def _parked(each: ParkedStream) -> dict[str, object]:
    return {
        "consumer": each.consumer,
        "stream": str(each.stream),
        "behind": each.version,
        "waiting": each.waiting,
        "reason": each.reason,
    }
