"""What the writers ask for: scenes of the simulation, some of them played by a crowd."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tests.simulation.script import Ask, script

if TYPE_CHECKING:
    from collections.abc import Iterator

WRITERS: Final = 16
SCENES: Final = 12
"""Scripts of the simulation in one run, each of orders of its own."""
_COPIES: Final = (1, 2, 4, 8)
"""In a hot scene so many writers send each command, at about the same time."""


def parts(seed: int, scenes: int) -> list[list[Ask]]:
    """Return the commands of each writer, in the order in which it sends them."""
    chance = random.Random(f"{seed}/crowd")
    written: list[list[Ask]] = [[] for _ in range(WRITERS)]
    for scene in range(scenes):
        cast = chance.sample(range(WRITERS), WRITERS)
        hot = scene % 3 == 0
        for ask in script(seed * 1_000 + scene).asks:
            data = {**ask.data, "orderId": f"{scene}-{ask.data['orderId']}"}
            staged = replace(ask, key=f"{scene}-{ask.key}", data=data)
            written[cast[int(ask.writer.removeprefix("writer-"))]].append(staged)
            if hot:
                for writer, copy in _copies(staged, chance):
                    written[writer].append(copy)
    return written


def _copies(ask: Ask, chance: random.Random) -> Iterator[tuple[int, Ask]]:
    """Yield the same by other writers: as by a double click, or with keys of their own."""
    for number in range(1, chance.choice(_COPIES)):
        key = ask.key if chance.random() < 0.4 else f"{ask.key}-{number}"
        yield chance.randrange(WRITERS), replace(ask, key=key, if_match=None, again=0)
