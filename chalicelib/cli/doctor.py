"""``nexus doctor``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from chalicelib.cli.options import DEFAULT_DATA, DEFAULT_PORT, Data, Exit, Json, examples
from chalicelib.cli.output import emit, say, table

if TYPE_CHECKING:
    from chalicelib.cli.checks import Check


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=examples("nexus doctor", "nexus doctor --port 8080 --json"))(doctor)


def doctor(
    *,
    data: Data = DEFAULT_DATA,
    port: Annotated[
        int, typer.Option(envvar="NEXUS_PORT", min=0, max=65_535, help="Which port to look at.")
    ] = DEFAULT_PORT,
    json: Json = False,
) -> None:
    """Look whether Nexus can run here.

    Says how to get what is missing; exit code 1 if it is something that Nexus can't do without.
    Tools that only some tasks take are absent, and no harm.
    """
    from chalicelib.cli.checks import checks

    found = list(checks(data, port, os.environ.get("PATH", "")))
    wrong = [check for check in found if check.needed and not check.ok]
    if json:
        items = [
            {"name": c.name, "ok": c.ok, "needed": c.needed, "found": c.found, "advice": c.advice}
            for c in found
        ]
        emit({"healthy": not wrong, "checks": items})
    else:
        table(
            "Here",
            ("", "", "found", "advice"),
            [(_word(c), c.name, c.found, c.advice) for c in found],
        )
        say(f"{len(wrong)} needed and missing." if wrong else "Nexus can run here.")
    if wrong:
        raise typer.Exit(Exit.WRONG)


def _word(check: Check) -> str:
    if check.ok:
        return "ok"
    return "MISSING" if check.needed else "absent"
