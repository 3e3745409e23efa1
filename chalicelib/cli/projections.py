"""``nexus projections``: the read models, and how far behind they are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import typer

from chalicelib.cli.options import DEFAULT_DATA, Data, Json, examples
from chalicelib.cli.output import emit, table

if TYPE_CHECKING:
    from chalicelib.adapters.embedded.mappings import MappingStatus
    from chalicelib.services.positions import ParkedStream

app = typer.Typer(
    name="projections", help="The read models and how far they are.", no_args_is_help=True
)


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
            "source": each.source,
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
