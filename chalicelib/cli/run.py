"""``nexus run``."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from chalicelib.cli.options import DEFAULT_DATA, DEFAULT_PORT, Data, examples


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=examples("nexus run", "nexus run --port 8080 --data /tmp/nexus"))(run)


def run(
    *,
    data: Data = DEFAULT_DATA,
    port: Annotated[
        int,
        typer.Option(envvar="NEXUS_PORT", min=0, max=65_535, help="0 takes any that is free."),
    ] = DEFAULT_PORT,
) -> None:
    """Run the whole system on this machine until Ctrl-C.

    It serves commands and queries over HTTP, and keeps everything in the data folder, which is made
    if it isn't there. No account and no other service is needed.
    """
    import runpy

    os.environ |= {"NEXUS_DATA": str(data), "NEXUS_PORT": str(port)}
    runpy.run_module("chalicelib.entrypoints.local", run_name="__main__")
