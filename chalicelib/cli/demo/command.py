"""``nexus demo``."""

from __future__ import annotations

import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn

import typer

from chalicelib.cli.options import Exit, Json, examples
from chalicelib.cli.output import console, emit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.cli.demo.stage import Stage
    from chalicelib.cli.demo.step import Outcome


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=examples("nexus demo", "nexus demo --json | jq '.steps[].asItMustBe'"))(demo)


def demo(*, json: Json = False) -> None:
    """Try to break it, within half a minute, and see each attempt stopped.

    A system is started on a temporary folder and a free port of this machine. An order is placed;
    then come an event without a schema, an incompatible schema, a forbidden command, another
    tenant, an overwrite of history, a flipped bit, and Terraform plans against the rules. Each is
    tried for real. If one is not stopped, this says so (exit code 1). The system is stopped in the
    end, and nothing is left; no data folder of yours is touched.
    """
    from chalicelib.cli.demo.telling import close, plain

    started = time.monotonic()
    with _stage() as stage:
        outcomes = list(_played(stage, quiet=json))
    seconds = time.monotonic() - started
    held = all(each.held for each in outcomes)
    if json:
        steps = [plain(each) for each in outcomes]
        emit({"allAsItMustBe": held, "seconds": round(seconds, 3), "steps": steps})
    else:
        close(console(), outcomes, seconds)
    if not held:
        raise typer.Exit(Exit.WRONG)


def _played(stage: Stage, *, quiet: bool) -> Iterator[Outcome]:
    from chalicelib.cli.demo.runner import take
    from chalicelib.cli.demo.steps import STEPS
    from chalicelib.cli.demo.telling import begin, tell

    screen = console()
    if not quiet:
        begin(screen, stage.address)
    for number, outcome in enumerate(take(STEPS, stage)):
        if not quiet:
            tell(screen, number, outcome)
        yield outcome


@contextmanager
def _stage() -> Iterator[Stage]:
    """Give a system of its own; Ctrl-C and SIGTERM take it away, too. Raises Unavailable."""
    from chalicelib.cli.demo.stage import Stage
    from chalicelib.cli.demo.system import running

    with _ended_by_signal(), TemporaryDirectory(prefix="nexus-demo-") as folder:
        root = Path(folder)
        with running(root / "data", root / "system.log") as address:
            scratch = root / "scratch"
            scratch.mkdir()
            yield Stage(address, root / "data", scratch)


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Let SIGTERM end the process as an exception does: what was begun is undone."""
    before: Callable[..., object] | int | None = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, frame: object) -> NoReturn:
    sys.exit(128 + number)
