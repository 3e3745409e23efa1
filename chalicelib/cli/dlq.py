"""``nexus dlq``: what could not be applied, and making it go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chalicelib.cli.options import DEFAULT_DATA, Data, Exit, Json, Url, examples
from chalicelib.cli.output import emit, moment, say, table
from chalicelib.cli.streams import Stream, shown_commit, stream_id, tell_commit
from chalicelib.kernel.errors import NexusError, NotFound

if TYPE_CHECKING:
    from chalicelib.services.dead_letters import DeadLetter
    from chalicelib.wiring.embedded import Reading

app = typer.Typer(name="dlq", help="Dead letters: what could not be applied.", no_args_is_help=True)

Consumer = Annotated[str, typer.Argument(help="Whose letters, as `nexus dlq list` names it.")]


@app.command("list", epilog=examples("nexus dlq list", "nexus dlq list --json"))
def list_letters(*, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """List what could not be applied, by whom and why. What follows in the same stream waits."""
    from chalicelib.wiring.embedded import Reading

    with Reading.open(data) as reading:
        items = [_item(letter) for letter in reading.ports.dead_letters.all()]
    if json:
        emit({"items": items})
        return
    columns = ("consumer", "stream", "version", "attempts", "failed at", "reason")
    table("Dead letters", columns, (list(item.values()) for item in items))


@app.command(epilog=examples("nexus dlq show order-details-v2 default/Order/test-1"))
def show(
    consumer: Consumer, stream: Stream, *, data: Data = DEFAULT_DATA, json: Json = False
) -> None:
    """Show a consumer's dead letters of a stream, with what is in them."""
    from chalicelib.wiring.embedded import Reading

    asked = stream_id(stream)
    with Reading.open(data) as reading:
        letters = reading.ports.dead_letters.get(consumer, asked)
        items = [_item(letter) | _content(reading, letter) for letter in letters]
    if not items:
        message = f"{consumer} holds no dead letter of {asked}: `nexus dlq list` shows all"
        raise NotFound(message)
    if json:
        emit({"items": items})
        return
    for item in items:
        say(
            f"{item['stream']}@{item['version']}: {item['consumer']} has tried it "
            f"{item['attempts']} times, last at {moment(item['failedAt'])}: {item['reason']}"
        )
        if item["commit"]:
            tell_commit(item["commit"])
        else:
            say(f"It can't be read: {item['unreadable']}")


@app.command(epilog=examples("nexus dlq redrive order-details-v2 default/Order/test-1"))
def redrive(consumer: Consumer, stream: Stream, *, url: Url, json: Json = False) -> None:
    """Make a stream go on where it stopped, once the reason is gone.

    The running system does it: the letter and all that waits behind it are applied in order. Exit
    code 1 if the stream stops again; nothing is lost then, and `nexus dlq show` says why.
    """
    from chalicelib.cli.remote import post

    asked = stream_id(stream)
    answer = post(url, f"/api/operations/dlq/{consumer}/redrive", {"stream": str(asked)})
    redriven = answer.get("redriven") is True
    if json:
        emit(answer)
    elif redriven:
        say(f"{asked} goes on in {consumer}.")
    else:
        say(f"{asked} has stopped again: `nexus dlq show {consumer} {asked}` says why.")
    if not redriven:
        raise typer.Exit(Exit.WRONG)


def _item(letter: DeadLetter) -> dict[str, Any]:
    return {
        "consumer": letter.consumer,
        "stream": str(letter.commit.stream),
        "version": letter.commit.version,
        "attempts": letter.attempts,
        "failedAt": letter.failed_at,
        "reason": letter.reason,
    }


def _content(reading: Reading, letter: DeadLetter) -> dict[str, Any]:
    try:
        return {
            "commit": shown_commit(reading.system.codec.unpack(letter.commit)),
            "unreadable": None,
        }
    except NexusError as error:  # which may be why it is here
        return {"commit": None, "unreadable": str(error)}
