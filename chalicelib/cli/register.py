"""``nexus schemas register``: what the repository has, for those who read it elsewhere."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from chalicelib.cli.options import Exit, Json, examples
from chalicelib.cli.output import emit, say, table

if TYPE_CHECKING:
    from chalicelib.services.governance.registration import Registration


class Provider(StrEnum):
    """Who keeps the schemas."""

    FILES = "files"
    GLUE = "glue"
    CONFLUENT = "confluent"


ProviderOption: TypeAlias = Annotated[
    Provider, typer.Option("--provider", envvar="NEXUS_REGISTRY", help="Who keeps the schemas.")
]
RegistryOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--registry",
        metavar="NAME|URL",
        help="Which registry of theirs: a name at Glue, a URL, a folder.",
        show_default="NEXUS_REGISTRY_NAME or NEXUS_REGISTRY_URL, else the usual one",
    ),
]
DryRun: TypeAlias = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "register",
        epilog=examples(
            "nexus schemas register --provider glue --dry-run",
            "nexus schemas register --provider confluent --registry https://schemas.example.com",
        ),
    )(register)


def register(
    *,
    provider: ProviderOption = Provider.FILES,
    registry: RegistryOption = "",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Register every schema that the registry lacks, each type's versions in order.

    Doing it again changes nothing. Exit code 1 if any is refused: it is not compatible, or the
    registry has another one under its version. The others are registered all the same.
    """
    from chalicelib.services.governance.registration import Outcome, register_all
    from chalicelib.wiring.registries import own_schemas, schema_registrar
    from chalicelib.wiring.settings import Settings

    place = "NEXUS_REGISTRY_URL" if provider is Provider.CONFLUENT else "NEXUS_REGISTRY_NAME"
    given = {"NEXUS_REGISTRY": provider.value, **({place: registry} if registry else {})}
    settings = Settings.read({**os.environ, **given}).registry
    shelf, registrar = schema_registrar(settings, rehearse=dry_run)
    done: list[Registration] = []
    try:
        for each in register_all(own_schemas().everything(), shelf, registrar):
            done += [each]
    finally:  # where the registry fails half-way, what was done is told all the same
        _tell(done, provider, dry_run=dry_run, json=json)
    if any(each.outcome is Outcome.REFUSED for each in done):
        raise typer.Exit(Exit.WRONG)


def _tell(done: list[Registration], provider: Provider, *, dry_run: bool, json: bool) -> None:
    if json:
        items = [_item(each) for each in done]
        emit({"provider": provider.value, "dryRun": dry_run, "items": items})
        return
    rows = ((each.ref.type, each.ref.version, each.outcome.value, each.reason) for each in done)
    table("Schemas", ("type", "version", "outcome", "reason"), rows)
    if dry_run:
        say("This was a rehearsal: nothing has been registered.")


def _item(registration: Registration) -> dict[str, object]:
    ref = registration.ref
    return {
        "type": ref.type,
        "version": ref.version,
        "digest": ref.digest,
        "outcome": registration.outcome.value,
        "reason": registration.reason or None,
    }
