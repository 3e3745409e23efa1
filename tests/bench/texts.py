"""Events of a given size, with values as people make them: seeded, so every run has the same."""

from __future__ import annotations

import json
import random
from typing import Any, Final

_VOCABULARY: Final = """
the a to of and in for is on that by with it be are not this at as from your our one has have will
order customer parcel delivery address street invoice payment refund price discount amount total
please leave at door ring bell neighbour before after noon morning evening monday friday week day
blue green red large small medium cotton wool steel glass wooden coffee table lamp chair shirt shoes
two three pieces each box carton pallet warehouse shelf stock missing damaged returned replaced sent
received confirmed cancelled waiting urgent gift wrapped note card signed phone number email called
"""
_WORDS: Final = _VOCABULARY.split()
_NOTE: Final = 60
"""Bytes that an event keeps for its note, at least, if it has lines."""


class Texts:
    """Makes the events of one stream, each with an id of its own.

    An order adds lines: product number, name, quantity, price. Prose has a long note and no line.
    """

    def __init__(self, *, prose: bool = False, seed: int = 1) -> None:
        self._prose = prose
        self._chance = random.Random(seed)
        self._customer = f"customer-{self._chance.randrange(10**6):06}"
        self._made = 0

    def events(self, count: int, size: int) -> list[dict[str, Any]]:
        """Return so many events, each of ``size`` bytes as compact JSON."""
        return [self._event(size) for _ in range(count)]

    def uuid(self) -> str:
        """Return the id of a command."""
        text = f"{self._chance.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"

    def _event(self, size: int) -> dict[str, Any]:
        self._made += 1
        event: dict[str, Any] = {
            "id": f"addition-{self._made:06}",
            "customer": self._customer,
            "currency": "EUR",
            "note": "",
            "lines": [],
        }
        while not self._prose:
            line = self._line()
            if _size({**event, "lines": [*event["lines"], line]}) + _NOTE > size:
                break
            event["lines"].append(line)
        return {**event, "note": self._note(size - _size(event))}

    def _line(self) -> dict[str, Any]:
        return {
            "product": f"sku-{self._chance.randrange(10**5):05}",
            "name": " ".join(self._chance.choices(_WORDS, k=3)),
            "quantity": self._chance.randrange(1, 10),
            "cents": self._chance.randrange(100, 20_000),
        }

    def _note(self, room: int) -> str:
        words: list[str] = []
        while sum(map(len, words)) + len(words) <= room:
            words.append(self._word())
        return " ".join(words)[:room]

    def _word(self) -> str:
        if self._chance.random() < 0.1:
            return str(self._chance.randrange(10_000))
        return self._chance.choice(_WORDS)


def _size(event: dict[str, Any]) -> int:
    return len(json.dumps(event, separators=(",", ":")))
