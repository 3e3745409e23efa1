"""``nexus projections``: the read models, how far behind they are, and filling them anew."""

from __future__ import annotations

import time
from collections import Counter
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
        projections = [handler.projection for handler in reading.system.projections]
    items = [
        {
            "index": each.index,
            "name": each.name,
            "version": each.version,
            "sources": list(each.sources),
            "paths": sorted(each.paths),
            "consumers": [_consumer(c) for c in consumers if _owner(c.name) == each.index],
            "parked": [_parked(p) for p in parked if p.consumer == each.index],
        }
        for each in projections
    ]
    stopped = [_parked(each) for each in parked if each.consumer == _owner(router.name)]
    if json:
        emit({"router": _consumer(router) | {"parked": stopped}, "items": items})
        return
    stops = Counter(each.consumer for each in parked)
    rows = (
        (_owner(each.name), each.name, each.checkpoint, each.lag, stops[_owner(each.name)])
        for each in (router, *consumers)
    )
    table("Consumers", ("of", "consumer", "position", "lag", "parked streams"), rows)
    if parked:
        columns = ("consumer", "stream", "behind version", "waiting", "reason")
        table("Parked", columns, (list(_parked(each).values()) for each in parked))


@app.command(
    epilog=examples(
        "nexus projections rebuild order-details-v2",
        "nexus projections rebuild order-details-v2 --json",
    )
)
def rebuild(
    index: Annotated[
        str, typer.Argument(help="Which read model, as `nexus projections list` names it.")
    ],
    *,
    url: Url,
    json: Json = False,
) -> None:
    """Fill a read model anew from all of history.

    The running system does it, beside the present read model, which answers queries until the new
    one takes its place. This shows how far it is, and may be interrupted: the rebuild goes on, also
    after the system was stopped or killed. Type it again to look on; a second one doesn't begin.

    Exit code 1 if it has failed: a stream would have gone back, as it stops earlier in the new read
    model than it did in the old one. The old one stays then.
    """
    from chalicelib.cli.remote import get, post

    path = f"/api/operations/projections/{index}/rebuild"
    last = post(url, path, {})
    with progress("Rebuilding", last["total"], done=last["handled"], quiet=json) as moved:
        while last["state"] == "running":
            time.sleep(_LOOK)
            last = get(url, path)
            moved(last["handled"])
    if json:
        emit(last)
    else:
        say(_told(last))
    if last["state"] != "done":
        raise typer.Exit(Exit.WRONG)


def _told(last: Mapping[str, Any]) -> str:
    if last["state"] != "done":
        return f"{last['index']} was not rebuilt: {last['error']}"
    began, ended = (datetime.fromisoformat(last[name]) for name in ("startedAt", "finishedAt"))
    seconds = (ended - began).total_seconds()
    rate = last["total"] / max(seconds, 1e-6)
    return (
        f"{last['index']} is rebuilt from {last['total']:,} commits; "
        f"seconds: {seconds:.2f} ({rate:,.0f} commits/s)."
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
