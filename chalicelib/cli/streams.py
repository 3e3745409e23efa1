"""``nexus streams``: what happened, thing by thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chalicelib.cli.options import DEFAULT_DATA, Data, Json, examples
from chalicelib.cli.output import as_json, emit, say, table
from chalicelib.kernel.errors import NotFound
from chalicelib.kernel.stream import StreamId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.kernel.commit import Commit, PackedCommit, RecordedEvent
    from chalicelib.wiring.embedded import Reading

DEFAULT_TENANT: Final = "default"
_PAGE: Final = 64
"""Commits in one read."""

app = typer.Typer(name="streams", help="What happened, thing by thing.", no_args_is_help=True)

Stream = Annotated[
    str, typer.Argument(help="As default/Order/test-1; without a tenant it is the default one's.")
]


def stream_id(text: str) -> StreamId:
    """Read ``tenant/Aggregate/id`` or ``Aggregate/id``; raises InvalidInput."""
    return StreamId.parse(text if text.count("/") != 1 else f"{DEFAULT_TENANT}/{text}")


@app.command("list", epilog=examples("nexus streams list", "nexus streams list --aggregate Order"))
def list_streams(
    *,
    data: Data = DEFAULT_DATA,
    aggregate: Annotated[str | None, typer.Option(help="Only these, as Order.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    json: Json = False,
) -> None:
    """List streams, those first that were written last."""
    from chalicelib.wiring.embedded import Reading

    with Reading.open(data) as reading:
        items: list[dict[str, object]] = []
        for commit in _newest(reading):
            if aggregate in (None, commit.stream.aggregate):
                items.append(_listed(reading, commit))
            if len(items) > limit:
                break
    more = len(items) > limit
    items = items[:limit]
    if json:
        emit({"items": items, "more": more})
        return
    columns = ("stream", "version", "recorded at", "last command")
    table("Streams", columns, (list(item.values()) for item in items))
    if more:
        say(f"There are more than these {limit}; --limit shows more.")


@app.command(
    epilog=examples("nexus streams show default/Order/test-1", "nexus streams show Order/test-1")
)
def show(stream: Stream, *, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """Show a stream's events, and of each commit who wanted it and what decided."""
    from chalicelib.wiring.embedded import Reading

    asked = stream_id(stream)
    with Reading.open(data) as reading:
        packed = list(reading.ports.events.read(asked, strong=True))
        commits = [shown_commit(reading.system.codec.unpack(each)) for each in packed]
    if not packed:
        raise NotFound(f"nothing has happened to {asked}: `nexus streams list` shows what there is")
    if json:
        emit({"stream": str(asked), "version": packed[-1].last, "commits": commits})
        return
    for commit in commits:
        tell_commit(commit)


def shown_commit(commit: Commit) -> dict[str, Any]:
    """Return all that a commit says, in the names of JSON."""
    header = commit.header
    return {
        "version": commit.version,
        "recordedAt": header.recorded_at,
        "command": {"id": header.command_id, "type": header.command_type},
        "principal": {
            "kind": header.principal.kind,
            "id": header.principal.id,
            "tenant": header.principal.tenant,
            "roles": list(header.principal.roles),
        },
        "onBehalfOf": header.on_behalf_of,
        "correlationId": header.correlation_id,
        "causationId": header.causation_id,
        "trace": header.trace,
        "inputHash": header.input_hash,
        "policyDigest": header.policy_digest,
        "codeDigest": header.code_digest,
        "previousHash": header.previous_hash,
        "hash": commit.hash,
        "bytes": commit.size,
        "snapshotDue": header.snapshot_due,
        "events": [_event(event) for event in commit.events],
    }


def tell_commit(commit: dict[str, Any]) -> None:
    """Write a commit: a line on who and why, and a table of its events."""
    principal, command = commit["principal"], commit["command"]
    say(
        f"{command['type']} ({command['id']}) by {principal['kind']} {principal['id']}, "
        f"correlation {commit['correlationId']}, policies {commit['policyDigest'].hex()[:12]}, "
        f"code {commit['codeDigest'].hex()[:12]}, hash {commit['hash'].hex()[:12]}"
    )
    rows = (
        (
            event["id"],
            f"{event['type']} v{event['schemaVersion']}",
            event["path"],
            commit["recordedAt"],
            as_json(event["data"]),
        )
        for event in commit["events"]
    )
    table(f"Version {commit['version']}", ("event", "type", "path", "recorded at", "data"), rows)


def _newest(reading: Reading) -> Iterator[PackedCommit]:
    """Yield the last commit of each stream, the newest first."""
    history, seen = reading.history, set()
    until = history.newest()
    while until > 0:
        after = max(0, until - _PAGE)
        for _, commit in reversed(history.changes(after, until - after)):
            if commit.stream not in seen:
                seen.add(commit.stream)
                yield commit
        until = after


def _listed(reading: Reading, commit: PackedCommit) -> dict[str, object]:
    header = reading.system.codec.header(commit)
    return {
        "stream": str(commit.stream),
        "version": commit.last,
        "recordedAt": header.recorded_at,
        "lastCommand": header.command_type,
    }


def _event(event: RecordedEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type,
        "version": event.version,
        "schemaVersion": event.schema_version,
        "path": event.path,
        "effectiveAt": event.effective_at,
        "data": event.data,
    }
