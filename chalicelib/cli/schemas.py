"""``nexus schemas``: what events may look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chalicelib.cli import register
from chalicelib.cli.options import Exit, Json, examples
from chalicelib.cli.output import emit, say, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.adapters.avro.changes import Change
    from chalicelib.services.governance.compatibility import Finding
    from chalicelib.services.governance.schema_registry import RegisteredSchema

app = typer.Typer(name="schemas", help="What events may look like.", no_args_is_help=True)
register.add_to(app)


@app.command("list", epilog=examples("nexus schemas list", "nexus schemas list --json"))
def list_schemas(*, json: Json = False) -> None:
    """List the newest schema of each event, with what it says besides the form."""
    from chalicelib.adapters.avro.registry import FileSchemaRegistry
    from chalicelib.wiring.resources import resource

    registry = FileSchemaRegistry(resource("schemas/avro"))
    items = [_item(registry.latest(kind)) for kind in registry.types()]
    if json:
        emit({"items": items})
        return
    columns = ("type", "version", "owner", "classification", "path", "compatibility", "personal")
    rows = ([*list(item.values())[:6], ", ".join(item["personal"])] for item in items)
    table("Schemas", columns, rows)


@app.command(epilog=examples("nexus schemas check", "nexus schemas check --json"))
def check(*, json: Json = False) -> None:
    """Check every schema by the rules of the house, its event class, and the versions before it.

    Exit code 1 if any breaks one: governance properties, exact types, a class with the same fields,
    an upcaster from every older version, the compatibility that it declares.
    """
    from chalicelib.adapters.avro.lint import check_contexts, check_files
    from chalicelib.adapters.avro.versions import check_versions
    from chalicelib.wiring.contexts import CONTEXTS
    from chalicelib.wiring.resources import resource

    folder = resource("schemas/avro")
    faults = check_files(folder, resource("policies/rego")) or [
        *check_contexts(folder, CONTEXTS),
        *check_versions(folder),
    ]
    if json:
        items = [{"file": f.file, "field": f.field, "message": f.message} for f in faults]
        emit({"checked": not faults, "faults": items})
    else:
        for fault in faults:
            say(str(fault))
        say(f"{len(faults)} wrong." if faults else "All schemas keep the rules.")
    if faults:
        raise typer.Exit(Exit.WRONG)


@app.command(
    epilog=examples(
        "nexus schemas diff orders.OrderPlaced",
        "nexus schemas diff orders.OrderPlaced --from 1 --to 1 --json",
    )
)
def diff(
    event: Annotated[
        str, typer.Argument(metavar="TYPE", help="The event, as `schemas list` has it.")
    ],
    *,
    older: Annotated[
        int | None, typer.Option("--from", min=1, help="The older version; else the one before.")
    ] = None,
    newer: Annotated[
        int | None, typer.Option("--to", min=1, help="The newer version; else the newest.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what differs between two versions of an event's schema, and which can read the other's.

    Of a first version, all is new. It shows and does not judge: `nexus schemas check` does.
    """
    from chalicelib.adapters.avro.changes import changes
    from chalicelib.adapters.avro.compatibility import AvroCompatibility
    from chalicelib.adapters.avro.registry import FileSchemaRegistry
    from chalicelib.services.governance.compatibility import Mode
    from chalicelib.wiring.resources import resource

    registry = FileSchemaRegistry(resource("schemas/avro"))
    versions = registry.versions(registry.latest(event).ref.type)
    new = _version(versions, newer or len(versions))
    old = _version(versions, older or new.ref.version - 1) if older or new.ref.version > 1 else None
    found = changes(old and old.definition, new.definition)
    before = {old.ref.version: old.definition} if old else {}
    findings = AvroCompatibility().judge(Mode.FULL, new.definition, before)
    if json:
        emit(_difference(old, new, found, findings))
    else:
        _show(old, new, found, findings)


def _version(versions: Sequence[RegisteredSchema], number: int) -> RegisteredSchema:
    from chalicelib.kernel.errors import SchemaViolation

    if number > len(versions):
        event, last = versions[0].ref.type, len(versions)
        raise SchemaViolation(f"{event} has no version {number}; the newest is {last}")
    return versions[number - 1]


def _difference(
    old: RegisteredSchema | None,
    new: RegisteredSchema,
    changes: list[Change],
    findings: tuple[Finding, ...],
) -> dict[str, Any]:
    from chalicelib.services.governance.compatibility import Direction

    def told(direction: Direction | None) -> list[dict[str, Any]]:
        return [
            {"kind": f.kind, "field": f.field, "reason": f.reason, "advice": f.advice}
            for f in findings
            if f.direction is direction
        ]

    return {
        "type": new.ref.type,
        "from": old.ref.version if old else None,
        "to": new.ref.version,
        "compatibility": new.governance.compatibility,
        "changes": [
            {"field": c.field, "change": c.kind, "before": c.before, "after": c.after}
            for c in changes
        ],
        "directions": {
            each: {"compatible": not told(each), "findings": told(each)} for each in Direction
        },
        "governance": told(None),
    }


def _show(
    old: RegisteredSchema | None,
    new: RegisteredSchema,
    changes: list[Change],
    findings: tuple[Finding, ...],
) -> None:
    from chalicelib.services.governance.compatibility import Direction

    later, before = f"version {new.ref.version}", f"version {old.ref.version}" if old else "nothing"
    rows = ((c.field or "(the event)", c.kind, _words(c.before), _words(c.after)) for c in changes)
    title = f"{new.ref.type}, from {before} to {later}"
    table(title, ("field", "change", "before", "after"), rows)
    say(f"Declared: {new.governance.compatibility}")
    for finding in findings:
        if finding.direction is None:
            say(f"  {finding}")
    for direction in Direction if old else ():
        against = [finding for finding in findings if finding.direction is direction]
        reader, writer = (later, before) if direction is Direction.BACKWARD else (before, later)
        say(f"{direction}: {reader} {'can not' if against else 'can'} read {writer}")
        for finding in against:
            say(f"  {finding}")


def _words(said: Mapping[str, str]) -> str:
    return "\n".join(f"{topic}: {word}" for topic, word in said.items())


def _item(schema: RegisteredSchema) -> dict[str, Any]:
    governance = schema.governance
    return {
        "type": schema.ref.type,
        "version": schema.ref.version,
        "owner": governance.owner,
        "classification": governance.classification,
        "path": governance.propagation,
        "compatibility": governance.compatibility,
        "subject": governance.subject,
        "personal": list(governance.personal),
        "digest": schema.ref.digest,
    }
