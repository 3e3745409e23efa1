"""Policy replay: what would other policies have decided about the commands of the past?

A commit does not hold its command, but the hash of it. Where the fields of its events, by their
names, make a command of that very hash, the whole question is known. Else its data are not, and of
a denial neither data nor effective time are: then the rules that may read them are not asked.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.naming import camel
from chalicelib.services.governance.policy_engine import COMMANDS, CommandQuestion
from chalicelib.services.governance.provenance import input_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from chalicelib.kernel.commit import Commit
    from chalicelib.services.governance.decisions import DecisionRecord
    from chalicelib.services.governance.policy_engine import PolicyEngine, Reason
    from chalicelib.services.shapes import Shapes

DATA: Final = "command.data"
EFFECTIVE: Final = "effectiveAt"


class Answer(StrEnum):
    """What is decided now."""

    ALLOWED = "allowed"
    DENIED = "denied"
    NOT_DENIED = "not denied"
    """By the rules that could be asked."""
    UNKNOWN = "not replayable"


@dataclass(frozen=True, slots=True)
class Replayed:
    """A decision of the past, decided again; ``unasked`` are the rules that could not be asked."""

    place: str
    at: datetime
    type: str
    principal: str
    was: Answer
    now: Answer
    reasons: tuple[Reason, ...]
    unasked: tuple[str, ...]

    @property
    def otherwise(self) -> bool:
        """Whether it is decided otherwise, as far as that can be told."""
        if self.was is Answer.ALLOWED:
            return self.now is Answer.DENIED
        return self.now in (Answer.ALLOWED, Answer.NOT_DENIED)


@dataclass(frozen=True, slots=True)
class PolicyReplay:
    """Asks ``engine`` again; ``readers`` names the rules that may read parts of a question."""

    engine: PolicyEngine
    readers: Callable[[Collection[str]], frozenset[str]]
    kinds: Mapping[str, type[Any]]
    """The classes of commands, by type."""
    shapes: Shapes
    settled: frozenset[str] = frozenset()
    """Rules that decide as they did: of what was allowed none need be asked again."""

    def allowed(self, commit: Commit) -> Replayed:
        """Decide again about a command that was carried out."""
        header = commit.header
        effective = header.events[0].effective_at
        dated = None if effective == header.recorded_at else effective
        data = self._data(commit, dated)
        question = CommandQuestion(
            header.command_type, data or {}, commit.stream, header.principal, dated,
            header.recorded_at,
        )  # fmt: skip
        place = f"{commit.stream}@{commit.version}"
        return self._asked(place, question, Answer.ALLOWED, () if data is not None else (DATA,))

    def denied(self, record: DecisionRecord) -> Replayed:
        """Decide again about a command that was denied; about an event it can't be told."""
        subject = record.subject
        question = CommandQuestion(
            subject.type, {}, subject.stream, subject.principal, None, record.at
        )
        place = f"{subject.stream} ({record.id})"
        again = self._asked(place, question, Answer.DENIED, (DATA, EFFECTIVE))
        before = {reason.rule for reason in record.decision.reasons}
        blind = again.now is Answer.NOT_DENIED and before & {*again.unasked, COMMANDS}
        if blind or subject.type not in self.kinds:
            return replace(again, now=Answer.UNKNOWN, reasons=())
        return again

    def _asked(
        self, place: str, question: CommandQuestion, was: Answer, unknown: Collection[str]
    ) -> Replayed:
        decision = self.engine.decide(COMMANDS, question.as_input())
        unasked = self.readers(unknown) if unknown else frozenset()
        vague = {*unasked, COMMANDS} if unasked else unasked
        reasons = tuple(each for each in decision.reasons if each.rule not in vague)
        settled = was is Answer.ALLOWED and self._settled(unasked, decision.reasons)
        left = Answer.NOT_DENIED if unasked and not settled else Answer.ALLOWED
        now = Answer.DENIED if reasons else left
        who = question.principal.id
        return Replayed(
            place, question.now, question.type, who, was, now, reasons, tuple(sorted(unasked))
        )

    def _settled(self, unasked: frozenset[str], reasons: tuple[Reason, ...]) -> bool:
        """Tell whether rules that weren't asked are as they were, and another one allows."""
        return unasked <= self.settled and COMMANDS not in {each.rule for each in reasons}

    def _data(self, commit: Commit, dated: datetime | None) -> Mapping[str, Any] | None:
        """Return the command's data, if the commit's events have them: the hash proves it."""
        kind = self.kinds.get(commit.header.command_type)
        if kind is None:
            return None
        said: dict[str, Any] = {}
        for event in commit.events:
            said = {**self.shapes.dump(event.data), **said}
        try:
            names = [camel(each.name) for each in fields(kind)]
            known = {name: said[name] for name in names if name in said}
            command = self.shapes.restore(kind, known)
        except ValueError:
            return None
        proven = input_hash(commit.header.command_type, dated, command, self.shapes)
        return self.shapes.dump(command) if proven == commit.header.input_hash else None
