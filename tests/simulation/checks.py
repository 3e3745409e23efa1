"""What must hold when all has come to rest; each check raises Violation."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.kernel.commit import Path
from chalicelib.kernel.head import AcceptedCommand
from chalicelib.kernel.values import minor_units
from chalicelib.kernel.views import Totals
from chalicelib.services.event_router import ROUTES, Topic
from chalicelib.services.positions import Position
from chalicelib.services.queries import Question
from chalicelib.wiring.container import ROUTER
from tests.simulation.audit import REMEMBERED, naive_hash
from tests.simulation.process import DEVELOPER
from tests.simulation.scheduler import Violation
from tests.simulation.tampering import Tampering, width

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from chalicelib.kernel.commit import Commit
    from chalicelib.kernel.context import BoundedContext
    from chalicelib.kernel.projection import Projection
    from chalicelib.kernel.snapshot import Snapshot
    from tests.simulation.audit import Auditor, Story
    from tests.simulation.cloud import Cloud
    from tests.simulation.process import Process

TOPIC_OF = {Path.CORE: Topic.CORE, Path.SECONDARY: Topic.SECONDARY}
STATUS = {
    "orders.OrderPlaced": "placed",
    "orders.OrderPaid": "paid",
    "orders.OrderShipped": "shipped",
    "orders.OrderDelivered": "delivered",
    "orders.OrderCancelled": "cancelled",
}


@dataclass(frozen=True)
class Checks:
    """The checks of one run; ``process`` looks on without faults, ``context`` has no poison."""

    cloud: Cloud
    auditor: Auditor
    process: Process
    context: BoundedContext

    def log(self) -> None:
        """1: the log is what the auditor saw landing: nothing was changed or lost since."""
        for story in self._stories:
            if self.cloud.commits(story.stream) != story.packed:
                raise Violation(f"1: {story.stream} is not what was written to it")
        self.auditor.finish()

    def snapshots(self) -> None:
        """3: each snapshot of today, and each load from one, is the naive fold up to there."""
        loader = self.process.system.snapshots._loaders[self.auditor.aggregate.name]
        shapes, kind = self.process.system.shapes, self.auditor.aggregate.state
        for story in self._stories:
            for snapshot in self.cloud.snapshots[story.stream].values():
                if snapshot.reducer == loader.reducer:
                    judge_snapshot(story, snapshot, shapes.from_json(kind, snapshot.state))
            loaded = loader.load(story.stream, strong=True)
            if (loaded.state, loaded.head.version) != (story.states[-1], story.version()):
                raise Violation(f"3: {story.stream} loads as {loaded}, not {story.states[-1]}")

    def accounts(self) -> None:
        """5: what is accepted is applied, or dead-lettered, or waits behind a dead letter."""
        for story in self._stories:
            self._account(ROUTER, story, self._unrouted(story))
            for projection in self.context.projections:
                self._account(projection.index, story, self._unapplied(projection, story))

    def read_models(self) -> None:
        """4: each document is the naive fold of its stream, as far as its consumer has come.

        With ``accounts`` it follows that the neighbours of poison are complete.
        """
        for projection in self.context.projections:
            for story in self._stories:
                self._document(projection, story)

    def totals(self) -> None:
        """4: the totals are those of a tally kept by hand."""
        view = next(each for each in self.context.views if isinstance(each, Totals))
        asked = Question(DEVELOPER.tenant, [], {})
        page = self.process.system.queries.totals(view, asked)
        rows = [json.loads(row, parse_float=Decimal) for row in page.items]
        shown = {
            (row["day"], row["status"]): (row["orders"], minor_units(Decimal(row["totalAmount"])))
            for row in rows
        }
        if shown != (tally := self._tally()):
            raise Violation(f"4: the totals are {shown}, not {tally}")

    def rest(self) -> None:
        """5: after the redrive nothing is parked, no letter is left, and nothing lacks."""
        parked = [key for key, at in self.cloud.positions.items() if at.parked is not None]
        if parked or self.cloud.letters:
            raise Violation(f"5: still parked {parked}, letters {list(self.cloud.letters)}")
        self.accounts()

    def chains(self, chance: random.Random, flips: int) -> None:
        """10: each chain verifies, and one flipped bit anywhere in a commit is found."""
        for story in self._stories:
            previous = bytes(32)
            for packed in self.cloud.commits(story.stream):
                if packed.hash != naive_hash(previous, packed):
                    raise Violation(f"10: {packed.stream}@{packed.version} does not verify")
                previous = packed.hash
        stories = [story for story in self._stories if story.packed]
        tampering = Tampering(self.process, self.auditor.aggregate.name)
        for _ in range(flips if stories else 0):
            commits = chance.choice(stories).packed
            place = chance.randrange(len(commits))
            tampering.flip(commits, place, chance.randrange(width(commits[place])))

    @property
    def _stories(self) -> list[Story]:
        return list(self.auditor.stories.values())

    def _unrouted(self, story: Story) -> list[Commit]:
        return [
            commit
            for commit in story.commits
            if any(
                belongs(commit.header)
                and (topic, story.stream, commit.version) not in self.cloud.published
                for topic, belongs in ROUTES.items()
            )
        ]

    def _unapplied(self, projection: Projection[Any], story: Story) -> list[Commit]:
        """Return what a projection lacks of all up to the last commit that was published to it."""
        topics = [TOPIC_OF[path] for path in projection.paths]
        published = [
            version
            for topic, stream, version in self.cloud.published
            if stream == story.stream and topic in topics
        ]
        position = self.cloud.positions.get((projection.index, story.stream))
        have = position.version if position else 0
        return [
            commit
            for commit in story.commits
            if commit.version <= max(published, default=0)
            if any(
                event.version > have for event in commit.events if event.path in projection.paths
            )
        ]

    def _account(self, consumer: str, story: Story, missing: list[Commit]) -> None:
        """What lacks lies behind a mark or a letter: an operator sees it, and can redrive it."""
        if not missing:
            return
        first = missing[0].version
        position = self.cloud.positions.get((consumer, story.stream), Position())
        waits = position.parked is not None and position.version < first
        letters = list(self.cloud.letters.get((consumer, story.stream), {}))
        if not waits and not any(version <= first for version in letters):
            lacks = [f"{each.stream}@{each.version}" for each in missing]
            raise Violation(f"5: {consumer} lacks {lacks}: it is {position}, letters {letters}")

    def _document(self, projection: Projection[Any], story: Story) -> None:
        position = self.cloud.positions.get((projection.index, story.stream), Position())
        key = story.stream.tenant, story.stream.id
        document = self.cloud.documents[projection.index].get(key)
        # Where a redrive failed between the two, the document is ahead of its position.
        version = max(position.version, document.version if document else 0)
        naive = None
        for event in (event for commit in story.commits for event in commit.events):
            if event.path in projection.paths and event.version <= version:
                naive = projection.apply(naive, event)
        body = None if naive is None else self.process.system.shapes.to_json(naive)
        if (document.body if document else None) != body:
            raise Violation(f"4: {projection.index} shows {document}, not {body!r}")

    def _tally(self) -> dict[tuple[str, str], tuple[int, int]]:
        tally: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
        for story in self._stories:
            events: Iterator[Any] = (event for each in story.commits for event in each.events)
            place = status = None
            for event in events:
                place = place or event
                status = STATUS.get(event.type, status)
            if place is not None and status is not None:
                group = place.effective_at.date().isoformat(), status
                orders, amount = tally[group]
                tally[group] = orders + 1, amount + minor_units(place.data.total_amount)
        return dict(tally)


def judge_snapshot(story: Story, snapshot: Snapshot, state: object) -> None:
    """3: a snapshot is the naive fold up to its version, and has what the stream remembers."""
    name, version = f"snapshot {story.stream}@{snapshot.version}", snapshot.version
    (length,) = (n for n in range(len(story.states)) if story.version(n) == version)
    if state != story.states[length]:
        raise Violation(f"3: {name} is {state}, not {story.states[length]}")
    known = [
        AcceptedCommand(each.header.command_id, each.header.input_hash, each.version)
        for each in story.commits[:length]
    ]
    if list(snapshot.head.commands) != known[-REMEMBERED:]:
        raise Violation(f"3: {name} has forgotten commands")
