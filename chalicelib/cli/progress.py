"""A bar for what takes its time: how far, how fast, and how long still."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from chalicelib.cli.output import console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EVERY: Final = 10.0
"""Seconds between two lines, where there is no terminal to show a bar on."""


@contextmanager
def progress(
    what: str, total: int, *, done: int = 0, quiet: bool = False
) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr, or a line now and then; gives what moves it to a number.

    Numbers count commits; of ``done`` of them it is not known how long they took.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    screen = console(to_stderr=True)
    speed = TextColumn("{task.fields[speed]}")
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), speed)
    started = told = time.monotonic()
    with Progress(
        *columns, console=screen, disable=quiet or not screen.is_terminal, transient=True
    ) as bar:
        task = bar.add_task("", total=total, completed=done, speed="")

        def moved(to: int) -> None:
            nonlocal told
            now = time.monotonic()
            rate = (to - done) / (now - started + 1e-9)
            left = (total - to) / rate if rate else 0.0
            speed = f"{rate:,.0f} commits/s, {left:,.0f} s left"
            bar.update(task, completed=to, speed=speed)
            if not quiet and not screen.is_terminal and now >= told + EVERY:
                sys.stderr.write(f"{what}: {to:,} of {total:,}, {speed}\n")
                told = now

        yield moved
