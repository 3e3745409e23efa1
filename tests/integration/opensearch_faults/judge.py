"""Judges a run: indexes and reads by the fold of the log, which is made anew from its commits."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.simulation.scheduler import Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.projection import Projection
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.dead_letters import DeadLetters
    from chalicelib.services.event_store import CommitCodec
    from chalicelib.services.positions import Positions
    from chalicelib.services.read_models import Document
    from chalicelib.services.shapes import Shapes
    from tests.integration.opensearch_faults.traffic import Read

States = dict[int, tuple[int, bytes | None]]
"""By version of a stream: of which version its document is then, and its body."""


@dataclass(frozen=True)
class Judge:
    """Knows the log. All versions are the last ones that concern the projection."""

    codec: CommitCodec
    shapes: Shapes
    log: Sequence[PackedCommit]

    def fold(self, projection: Projection[Any]) -> dict[StreamId, States]:
        """Return what each stream's document was at each version."""
        folded: dict[StreamId, States] = defaultdict(dict)
        values: dict[StreamId, Any] = {}
        for packed in sorted(self.log, key=lambda each: (each.stream, each.version)):
            commit, stream = self.codec.unpack(packed), packed.stream
            events = [each for each in commit.events if each.path in projection.paths]
            before = after = values.get(stream)
            for event in events:
                after = projection.apply(after, event)
            if events:
                last, states = events[-1].version, folded[stream]
                body = None if after is None else self.shapes.to_json(after)
                known = states[max(states)] if states else (0, None)
                states[last] = known if after is before else (last, body)
                values[stream] = after
        return folded

    def index(
        self,
        index: str,
        projection: Projection[Any],
        found: Sequence[Document],
        positions: Positions,
        letters: DeadLetters,
    ) -> int:
        """Judge an index when all was delivered; return how many streams are parked in it."""
        folded, documents = self.fold(projection), {(each.tenant, each.id): each for each in found}
        expected = {}
        parked = {each.stream for each in positions.parked(index)}
        for stream, states in folded.items():
            reached = positions.get(index, stream).version
            if (reached < max(states)) != (stream in parked):
                raise Violation(f"5: {index} is at {reached} of {max(states)} in {stream}")
            if (stream in parked) != bool(letters.get(index, stream)):
                raise Violation(f"5: {index} has parked {stream} without a letter, or not at all")
            if reached:
                expected[stream.tenant, projection.key(stream)] = states[reached]
        told = {key: (each.version, each.body) for key, each in documents.items()}
        if told != expected or len(found) != len(documents):
            differ = {key for key in {*told, *expected} if told.get(key) != expected.get(key)}
            raise Violation(f"4: {index} is not the fold of the log: {_first(differ)}")
        return len(parked)

    def details(self, reads: Iterable[Read], projection: Projection[Any]) -> None:
        """Judge lists: all that was acknowledged before, each as it was at some moment."""
        states = {
            (stream.id, version): json.loads(body)
            for stream, known in self.fold(projection).items()
            for version, body in known.values()
            if body is not None
        }
        for read in reads:
            shown = {each["orderId"]: each for each in read.shown}
            lost = {name for name, version in read.reached.items() if version and name not in shown}
            if lost:
                told = f"{read.indexes} shows {len(shown)} orders, without {_first(lost)}"
                raise Violation(f"visible: {told}")
            for name, each in shown.items():
                if states.get((name, each["version"])) != each:
                    raise Violation(f"visible: {name} was never as it was shown: {each}")
                if each["version"] < read.reached.get(name, 0):
                    told = f"{each['version']} of {read.reached[name]}"
                    raise Violation(f"visible: {read.indexes} shows {name} in {told}")

    def sums(self, reads: Iterable[Read], orders: int, price: float) -> None:
        """Judge totals: each order once, none missing that was acknowledged before."""
        for read in reads:
            count = sum(each["orders"] for each in read.shown)
            amount = sum(each["totalAmount"] for each in read.shown)
            least = sum(version > 0 for version in read.reached.values())
            if not least <= count <= orders or float(amount) != count * price:
                raise Violation(f"visible: {count} sales of {amount}, {least} were acknowledged")


def _first(names: Iterable[Any]) -> str:
    found = sorted(map(str, names))
    return f"{', '.join(found[:3])} ({len(found)})"
