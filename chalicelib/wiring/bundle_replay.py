"""The gate's replay of recorded histories through changed policies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from chalicelib.adapters.histories import Histories
from chalicelib.adapters.rego.bundle import read_bundle
from chalicelib.adapters.rego.engine import RegoPolicyEngine
from chalicelib.adapters.rego.inputs import readers, unchanged
from chalicelib.adapters.rego.ledger import PolicyLedger
from chalicelib.kernel.messages import message_type
from chalicelib.services.governance.gate import Note
from chalicelib.services.governance.policy_replay import Answer, PolicyReplay
from chalicelib.services.governance.replay import Difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import Any

    from chalicelib.kernel.context import BoundedContext
    from chalicelib.services.governance.policy_replay import Replayed
    from chalicelib.wiring.codecs import Codecs


def kinds_of(contexts: Iterable[BoundedContext]) -> dict[str, type[Any]]:
    """Return the classes of all commands, by type."""
    return {
        message_type(context.name, kind): kind
        for context in contexts
        for aggregate in context.aggregates
        for kind in aggregate.commands
    }


@dataclass(frozen=True, slots=True)
class BundleReplay:
    """The folders of policies and of recorded histories, and what reads those."""

    policies: Path
    histories: Path
    contexts: tuple[BoundedContext, ...]
    codecs: Codecs

    def notes(self) -> Iterator[Note]:
        """Tell what the present bundle would decide otherwise than the newest released one."""
        ledger = PolicyLedger.of(self.policies)
        if not ledger.released or ledger.released[-1].sha256 == ledger.present:
            return
        before = ledger.released[-1]
        decided = list(self._decided(self._replay(ledger.folder(before.sha256))))
        otherwise = tuple(map(_otherwise, (each for each in decided if each.otherwise)))
        open_ = tuple(map(_untold, (each for each in decided if each.now is Answer.NOT_DENIED)))
        compared = f"of {len(decided)} recorded commands the present policies decide"
        yield Note(f"after {before}", f"{compared} {len(otherwise)} otherwise", otherwise)
        if open_:
            yield Note(f"after {before}", f"of {len(open_)} it can't be told in full", open_)

    def _decided(self, replay: PolicyReplay) -> Iterator[Replayed]:
        histories = Histories(self.histories)
        for name in histories.names():
            for packed in histories.get(name).commits:
                yield replay.allowed(self.codecs.commits.unpack(packed))

    def _replay(self, released: Path) -> PolicyReplay:
        folder = self.policies / "rego"
        present = read_bundle(folder)
        return PolicyReplay(
            RegoPolicyEngine(folder), partial(readers, present), kinds_of(self.contexts),
            self.codecs.shapes, unchanged(read_bundle(released), present),
        )  # fmt: skip


def _otherwise(each: Replayed) -> Difference:
    reasons = "; ".join(f"{reason.rule}: {reason.message}" for reason in each.reasons)
    return Difference(_place(each), each.was.value, f"{each.now.value}: {reasons}")


def _untold(each: Replayed) -> Difference:
    asked = f"its events do not have the whole command, so not asked: {', '.join(each.unasked)}"
    return Difference(_place(each), each.was.value, f"{each.now.value}; {asked}")


def _place(each: Replayed) -> str:
    return f"{each.place} {each.type} by {each.principal}"
