"""A bar for what takes its time: how far, how fast, and how long still."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chalicelib.cli.output import console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def progress(
    what: str, total: int, *, done: int = 0, quiet: bool = False
) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr as long as somebody looks on; gives what moves it to a number.

    Numbers count commits; of ``done`` of them it is not known how long they took.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    figures = TextColumn("{task.fields[rate]:,.0f} commits/s, {task.fields[left]:,.0f} s left")
    screen = console(to_stderr=True)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), figures)
    started = time.monotonic()
    with Progress(
        *columns, console=screen, disable=quiet or not screen.is_terminal, transient=True
    ) as bar:
        task = bar.add_task("", total=total, completed=done, rate=0.0, left=0.0)

        def moved(to: int) -> None:
            rate = (to - done) / (time.monotonic() - started + 1e-9)
            left = (total - to) / rate if rate else 0.0
            bar.update(task, completed=to, rate=rate, left=left)

        yield moved
