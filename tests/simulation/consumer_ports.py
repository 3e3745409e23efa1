"""The ports of consumers, in memory and over a wire: positions and dead letters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chalicelib.services.positions import ParkedStream, Position

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.dead_letters import DeadLetter
    from tests.simulation.cloud import Cloud
    from tests.simulation.wire import Wire


@dataclass(frozen=True)
class MemoryPositions:
    """Implements Positions."""

    cloud: Cloud
    wire: Wire

    def get(self, consumer: str, stream: StreamId) -> Position:
        what = f"position of {consumer} in {stream.local}"
        return self.wire.read(what, lambda: self._at(consumer, stream))

    def advance(self, consumer: str, versions: Mapping[StreamId, int]) -> None:
        def effect(count: int | None = None) -> None:
            for stream, version in list(versions.items())[:count]:
                self._put(consumer, stream, version=version)

        if versions:
            told = ", ".join(f"{stream.local}@{number}" for stream, number in versions.items())
            half = len(versions) // 2
            self.wire.write(f"advance {consumer} to {told}", effect, lambda: effect(half))

    def park(self, consumer: str, stream: StreamId, version: int, reason: str) -> None:
        what = f"park {consumer} in {stream.local} behind {version}"
        self.wire.write(what, lambda: self._put(consumer, stream, version=version, parked=reason))

    def wait(self, consumer: str, stream: StreamId) -> bool:
        def effect() -> bool:
            position = self._at(consumer, stream)
            if position.parked is None:
                return False
            self._put(consumer, stream, waiting=position.waiting + 1)
            return True

        return self.wire.write(f"wait {consumer} in {stream.local}", effect)

    def release(self, consumer: str, stream: StreamId, waiting: int) -> bool:
        def effect() -> bool:
            position = self._at(consumer, stream)
            if position.waiting > waiting:
                return False
            self.cloud.positions[consumer, stream] = Position(position.version)
            return True

        return self.wire.write(f"release {consumer} in {stream.local} if {waiting}", effect)

    def parked(self, consumer: str | None = None) -> Sequence[ParkedStream]:
        return self.wire.read("parked streams", lambda: self._parked(consumer))

    def _parked(self, consumer: str | None) -> list[ParkedStream]:
        found = [
            ParkedStream(name, stream, position.version, position.parked, position.waiting)
            for (name, stream), position in self.cloud.positions.items()
            if position.parked is not None and consumer in (None, name)
        ]
        return sorted(found, key=lambda each: (each.consumer, each.stream))

    def _at(self, consumer: str, stream: StreamId) -> Position:
        return self.cloud.positions.get((consumer, stream), Position())

    def _put(self, consumer: str, stream: StreamId, version: int = 0, **changes: Any) -> None:
        position = self._at(consumer, stream)
        changed = replace(position, version=max(position.version, version), **changes)
        self.cloud.positions[consumer, stream] = changed


@dataclass(frozen=True)
class MemoryDeadLetters:
    """Implements DeadLetters."""

    cloud: Cloud
    wire: Wire

    def put(self, letter: DeadLetter) -> None:
        stream, version = letter.commit.stream, letter.commit.version

        def effect() -> None:
            self.cloud.letters.setdefault((letter.consumer, stream), {})[version] = letter

        self.wire.write(f"letter {letter.consumer} {stream.local}@{version}", effect)

    def get(self, consumer: str, stream: StreamId) -> Sequence[DeadLetter]:
        what = f"letters of {consumer} in {stream.local}"
        return self.wire.read(what, lambda: self._of(consumer, stream))

    def remove(self, consumer: str, stream: StreamId, upto: int) -> None:
        def effect() -> None:
            found = self.cloud.letters.pop((consumer, stream), {})
            if kept := {version: letter for version, letter in found.items() if version > upto}:
                self.cloud.letters[consumer, stream] = kept

        self.wire.write(f"remove letters of {consumer} in {stream.local} to {upto}", effect)

    def all(self, consumer: str | None = None) -> Sequence[DeadLetter]:
        def effect() -> list[DeadLetter]:
            keys = sorted(key for key in self.cloud.letters if consumer in (None, key[0]))
            return [letter for key in keys for letter in self._of(*key)]

        return self.wire.read("all letters", effect)

    def count(self) -> int:
        return self.wire.read(
            "number of letters", lambda: sum(map(len, self.cloud.letters.values()))
        )

    def _of(self, consumer: str, stream: StreamId) -> list[DeadLetter]:
        found = self.cloud.letters.get((consumer, stream), {})
        return [found[version] for version in sorted(found)]
