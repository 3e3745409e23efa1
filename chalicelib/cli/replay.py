"""``nexus replay``: recorded histories, and what the code makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from chalicelib.cli.options import DEFAULT_DATA, Data, Json, examples
from chalicelib.cli.output import emit, say
from chalicelib.cli.streams import Stream, stream_id
from chalicelib.kernel.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from chalicelib.adapters.histories import Histories
    from chalicelib.services.governance.replay import History, Replayer
    from chalicelib.wiring.embedded import Reading

SHORTEST_NOTE: Final = 10
"""Characters; a reason takes some."""

app = typer.Typer(
    name="replay",
    help="Recorded histories, and what the code makes of them.",
    no_args_is_help=True,
)


@app.command(
    epilog=examples(
        'nexus replay record Order/test-1 two-parcels --about "Shipped in two parcels."'
    )
)
def record(
    stream: Stream,
    name: Annotated[str, typer.Argument(help="What to call it: words with hyphens.")],
    *,
    about: Annotated[str, typer.Option(help="What is special about it.")],
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """Record a stream, byte for byte, for the gate to replay ever after.

    It goes into the repository, so the stream should be of made-up people. The gate then asks for
    its golden file: `nexus replay accept` writes it.
    """
    from chalicelib.adapters.histories import Histories
    from chalicelib.wiring.embedded import Reading
    from chalicelib.wiring.gate import Gate

    with Reading.open(data) as reading:
        history = _history(reading, stream, name, about)
        headers = [reading.system.codec.header(each) for each in history.commits]
    Histories(Gate.here().histories).add(history, headers)
    if json:
        emit({"name": name, "stream": str(history.stream), "version": history.commits[-1].last})
    else:
        say(f'{name} is recorded. Now: nexus replay accept {name} --note "why it is there"')


@app.command(
    epilog=examples(
        'nexus replay accept --note "Orders are shipped in parcels: one of each old order."'
    )
)
def accept(
    names: Annotated[
        list[str] | None, typer.Argument(help="Which histories; all if left out.")
    ] = None,
    *,
    note: Annotated[str, typer.Option(help="Why what is made of them is another now.")],
    json: Json = False,
) -> None:
    """Make what the code makes of histories today the golden files, each with a note why.

    Look at `nexus gate` first: it shows what changes. Histories of which nothing changes are left
    alone.
    """
    from chalicelib.adapters.histories import Histories
    from chalicelib.wiring.gate import Gate

    if len(note.strip()) < SHORTEST_NOTE:
        raise InvalidInput("a note says why, so that a reviewer can agree: that takes some words")
    gate = Gate.here()
    histories = Histories(gate.histories)
    accepted = {
        name: count
        for name in names or histories.names()
        if (count := _accept(histories, gate.replayer(), name, note.strip()))
    }
    if json:
        emit({"accepted": list(accepted)})
        return
    for name, count in accepted.items():
        say(f"{name}: {count} values are accepted as they are now.")
    if not accepted:
        say("Nothing differs: no golden file is changed.")


def _accept(histories: Histories, replayer: Replayer, name: str, note: str) -> int:
    """Accept one history, if it differs; returns in how many values."""
    from chalicelib.adapters.pydantic.json import read_json
    from chalicelib.services.governance.replay import differences
    from chalicelib.wiring.gate import golden_of

    golden = golden_of(replayer, histories.get(name))
    found = len(list(differences(histories.golden(name), read_json(golden))))
    if found:
        histories.accept(name, golden, note)
    return found


def _history(reading: Reading, stream: str, name: str, about: str) -> History:
    from chalicelib.services.governance.replay import History, TakenSnapshot

    asked = stream_id(stream)
    commits = tuple(reading.ports.events.read(asked, strong=True))
    if not commits:
        raise NotFound(f"nothing has happened to {asked}: `nexus streams list` shows what there is")
    found = reading.ports.snapshots.latest(asked)
    if found is None:
        return History(name, about, commits)
    taken = TakenSnapshot(found.version, found.reducer, found.state.decode())
    return History(name, about, commits, taken)
