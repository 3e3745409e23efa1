"""``nexus schemas``: what events may look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from chalicelib.cli import register
from chalicelib.cli.options import Exit, Json, examples
from chalicelib.cli.output import emit, say, table

if TYPE_CHECKING:
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
    """Check every schema by the rules of the house, and against its event class.

    Exit code 1 if any breaks one: governance properties, exact types, a class with the same fields,
    an upcaster from every older version.
    """
    from chalicelib.adapters.avro.lint import check_contexts, check_files
    from chalicelib.wiring.contexts import CONTEXTS
    from chalicelib.wiring.resources import resource

    folder = resource("schemas/avro")
    faults = check_files(folder) or check_contexts(folder, CONTEXTS)
    if json:
        items = [{"file": f.file, "field": f.field, "message": f.message} for f in faults]
        emit({"checked": not faults, "faults": items})
    else:
        for fault in faults:
            say(str(fault))
        say(f"{len(faults)} wrong." if faults else "All schemas keep the rules.")
    if faults:
        raise typer.Exit(Exit.WRONG)


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
