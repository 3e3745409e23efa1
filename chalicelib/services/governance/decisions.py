"""Decisions on record: the port that keeps every no of the policies, and how one gets there.

A yes is not kept here: its commit's header says who asked for what, and by which bundle.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from chalicelib.kernel.commit import Principal
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.governance.policy_engine import Decision

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RedactedInput:
    """Which fields the input had, and SHA-256 (hex) over all of it: equal for an equal input.

    Values are left out, as any of them may be personal: commands have no schema that tells.
    """

    fields: tuple[str, ...]
    digest: str

    @classmethod
    def of(cls, fields: Mapping[str, object], whole: object) -> RedactedInput:
        """Redact an input, plain data: its fields, and all that counts as the same input."""
        text = json.dumps(whole, sort_keys=True, separators=(",", ":"), default=str)
        return cls(tuple(fields), hashlib.sha256(text.encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class Subject:
    """What a decision is about: a type of command or event, in a stream, by somebody."""

    type: str
    stream: StreamId
    principal: Principal
    input: RedactedInput


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A decision as it was reached, with its reasons and its bundle; ``id`` is its own."""

    id: str
    at: datetime
    subject: Subject
    decision: Decision

    @property
    def place(self) -> tuple[datetime, str]:
        """Where it stands in the list of its tenant, and from where the list can go on."""
        return self.at, self.id


class Decisions(Protocol):
    """Records of denials by tenant of the stream, kept for a span of time."""

    def record(self, denial: DecisionRecord) -> None:
        """Keep a denial; the same one again changes nothing. Raises Unavailable."""

    def denials(
        self, tenant: str, *, limit: int, before: tuple[datetime, str] | None = None
    ) -> Sequence[DecisionRecord]:
        """Return a tenant's denials, newest first, behind a place; raises Unavailable."""


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """Writes decisions down, as far as that is possible: it never fails."""

    decisions: Decisions
    now: Callable[[], datetime]
    new_id: Callable[[], str] = field(default=lambda: str(uuid4()))

    def denied(self, subject: Subject, decision: Decision) -> None:
        """Record a denial; where that fails, the log has it: the answer is still no."""
        try:
            self.decisions.record(DecisionRecord(self.new_id(), self.now(), subject, decision))
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets the same no
            rules = ", ".join(reason.rule for reason in decision.reasons)
            message = "%s on %s for %s was denied by %s, which can't be recorded: %s"
            who = subject.principal.id
            logger.error(message, subject.type, subject.stream, who, rules, error)  # noqa: TRY400 - the error's own message is enough
