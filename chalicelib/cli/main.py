"""``nexus``: all commands. Each imports what it needs when it is typed, so help comes at once."""

from __future__ import annotations

import sys

import typer

from chalicelib.cli import (
    describe,
    dlq,
    doctor,
    gate,
    policies,
    projections,
    release,
    replay,
    run,
    schemas,
    streams,
    token,
    verify,
)
from chalicelib.cli.demo import command as demo
from chalicelib.cli.options import Exit
from chalicelib.kernel.errors import NexusError

app = typer.Typer(
    name="nexus",
    help="Nexus on this machine: run it, look into it, prove what it stores.",
    epilog="Exit codes: 0 fine, 1 something wrong was found, 2 it could not be done as asked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)
run.add_to(app)
demo.add_to(app)
describe.add_to(app)
doctor.add_to(app)
verify.add_to(app)
gate.add_to(app)
token.add_to(app)
release.add_to(schemas.app)
app.add_typer(streams.app)
app.add_typer(projections.app)
app.add_typer(dlq.app)
app.add_typer(schemas.app)
app.add_typer(replay.app)
app.add_typer(policies.app)


def main() -> None:
    """Do what the command line says, and end the process with an exit code."""
    try:
        app(prog_name="nexus")
    except NexusError as error:
        _end(str(error))
    except Exception as error:  # noqa: BLE001 - a traceback helps nobody who types a command
        _end(f"{type(error).__name__}: {error}; this should not happen")


def _end(sentence: str) -> None:
    sys.stderr.write(f"nexus: {sentence}\n")
    sys.exit(Exit.UNABLE)
