"""``nexus gate``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chalicelib.cli.gate_report import plain, tell
from chalicelib.cli.options import Exit, Json, examples
from chalicelib.cli.output import emit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.services.governance.gate import Check, Outcome

Junit = Annotated[
    Path | None, typer.Option("--junit", help="Write the outcome there too, as JUnit's XML.")
]
Sarif = Annotated[
    Path | None, typer.Option("--sarif", help="Write the outcome there too, as SARIF 2.1.0.")
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        help="Make these checks only: by name, or schemas, history, policies, infrastructure.",
    ),
]
Annotations = Annotated[
    bool,
    typer.Option(
        "--annotations",
        envvar="GITHUB_ACTIONS",
        help="Say what is wrong as GitHub wants it, too, to be shown beside the lines.",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog=examples(
            "nexus gate",
            "nexus gate --only policies",
            "nexus gate --junit gate.xml --sarif gate.sarif",
            "nexus gate --json",
        )
    )(gate)


def gate(
    *,
    only: Only = None,
    junit: Junit = None,
    sarif: Sarif = None,
    annotations: Annotations = False,
    json: Json = False,
) -> None:
    """Check what a change has to keep: schemas, history, policies and infrastructure.

    Schemas follow the rules, and what was released is unchanged; of recorded histories the code
    makes what it made before, and changed policies are asked about them; policies are tested; and
    no rule denies a plan of Terraform. Each failure comes with what to do (exit code 1). A check
    whose program is missing is not run; with CI=true, that is a failure.
    """
    from chalicelib.services.governance.gate import judge
    from chalicelib.wiring.gate import Gate

    strict = os.environ.get("CI", "").lower() not in {"", "0", "false"}
    outcomes = [judge(check, strict=strict) for check in chosen(Gate.here().checks(), only or ())]
    _write(outcomes, junit, sarif)
    if json:
        emit({"passed": not any(each.failures for each in outcomes), "checks": plain(outcomes)})
    else:
        tell(outcomes)
    if annotations and not json:
        from chalicelib.cli.annotations import annotate

        annotate(outcomes)
    if any(each.failures for each in outcomes):
        raise typer.Exit(Exit.WRONG)


def chosen(checks: Sequence[Check], only: Sequence[str]) -> list[Check]:
    """Return the checks of these names or groups, all if none is named; raises InvalidInput."""
    from chalicelib.kernel.errors import InvalidInput

    known = {name for check in checks for name in (check.name, check.group)}
    if unknown := sorted(set(only) - known):
        told = f"there is no check {', '.join(unknown)}; there are {', '.join(sorted(known))}"
        raise InvalidInput(told)
    return [each for each in checks if not only or {each.name, each.group} & set(only)]


def _write(outcomes: Sequence[Outcome], junit: Path | None, sarif: Path | None) -> None:
    if junit is not None:
        from chalicelib.cli.junit import junit_xml

        junit.write_bytes(junit_xml(outcomes))
    if sarif is not None:
        from chalicelib.cli.sarif import sarif_json

        sarif.write_text(sarif_json(outcomes), encoding="utf-8")
