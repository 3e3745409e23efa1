"""``nexus schemas release``."""

from __future__ import annotations

import typer

from chalicelib.cli.options import Exit, Json, examples
from chalicelib.cli.output import emit, say


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=examples("nexus schemas release", "nexus schemas release --json"))(release)


def release(*, json: Json = False) -> None:
    """Enter new schemas into the ledger, schemas/released.json: they never change again.

    They have to pass the gate's checks of schemas first (exit code 1). What stands in the ledger
    stays as it is; a schema that was released and has been edited since is refused (exit code 2).
    """
    from chalicelib.adapters.avro.ledger import Ledger
    from chalicelib.cli.gate_report import tell
    from chalicelib.services.governance.gate import judge
    from chalicelib.wiring.gate import Gate

    gate = Gate.here()
    outcomes = [judge(check) for check in gate.schema_checks()]
    if any(each.failures for each in outcomes):
        tell(outcomes)
        raise typer.Exit(Exit.WRONG)
    added = Ledger.of(gate.schemas).release()
    if json:
        emit({"released": [{"type": each.type, "version": each.version} for each in added]})
        return
    for each in added:
        say(f"{each} is released: {each.sha256}")
    if not added:
        say("All schemas are released already.")
