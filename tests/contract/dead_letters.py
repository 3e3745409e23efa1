"""The contract of DeadLetters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from chalicelib.services.dead_letters import DeadLetter
from tests.support.commits import a_commit, a_stream

if TYPE_CHECKING:
    from chalicelib.services.dead_letters import DeadLetters
    from chalicelib.services.places import ClearableLetters

MINE = "orders-v1"
NOON = datetime(2026, 1, 31, 12, 0, 0, 123456, UTC)


def a_letter(name: str = "order-1", version: int = 1, consumer: str = MINE) -> DeadLetter:
    commit = a_commit(a_stream(name), version, header=b"\x00\xff", body=bytes(range(256)))
    return DeadLetter(consumer, commit, "ValueError: \N{SNOWMAN}", 3, NOON)


@pytest.mark.requirement("T11")
class DeadLettersContract:
    """Bind it with a fixture ``letters``: a DeadLetters with nothing in it."""

    def test_a_letter_is_kept_to_the_byte(self, letters: DeadLetters):
        """The commit, the reason, the count and the time."""
        letters.put(a_letter())

        assert [a_letter()] == list(letters.get(MINE, a_stream()))

    def test_a_newer_letter_takes_the_place(self, letters: DeadLetters):
        """Of the same consumer and commit there is one."""
        letters.put(a_letter())
        newer = replace(a_letter(), reason="KeyError: x", attempts=6)
        letters.put(newer)

        assert [newer] == list(letters.get(MINE, a_stream()))

    def test_letters_come_in_order(self, letters: DeadLetters):
        """By consumer, stream and version; of one consumer, or of all."""
        expected = [a_letter("a", 2), a_letter("a", 10), a_letter("b"), a_letter("a", 1, "z-v1")]
        for letter in reversed(expected):
            letters.put(letter)

        assert expected == list(letters.all())
        assert expected[:3] == list(letters.all(MINE))
        assert expected[:2] == list(letters.get(MINE, a_stream("a")))
        assert [] == list(letters.all("orders"))
        assert 4 == letters.count()

    def test_removed_are_those_of_one_stream_up_to_a_version(self, letters: DeadLetters):
        """No later ones, and no other consumer's or stream's; again, nothing happens."""
        kept = [a_letter("a", 3), a_letter("b"), a_letter("a", 1, "z-v1")]
        for letter in (a_letter("a"), a_letter("a", 2), *kept):
            letters.put(letter)

        letters.remove(MINE, a_stream("a"), 2)
        letters.remove(MINE, a_stream("a"), 2)

        assert kept == list(letters.all())

    def test_tenants_are_apart(self, letters: DeadLetters):
        """The same id in another tenant is another stream."""
        letters.put(a_letter())

        assert [] == list(letters.get(MINE, a_stream(tenant="another")))


@pytest.mark.requirement("R5")
class ClearableLettersContract:
    """Bind it with a fixture ``letters`` that are Clearable too, with nothing in it."""

    def test_a_consumers_letters_can_be_forgotten(self, letters: ClearableLetters):
        """Those of all streams, and no other consumer's; again, nothing happens."""
        kept = a_letter("a", 1, "z-v1")
        for letter in (a_letter("a", 2), a_letter("b"), kept):
            letters.put(letter)

        letters.clear(MINE)
        letters.clear(MINE)

        assert [kept] == list(letters.all())
