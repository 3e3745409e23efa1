"""Policies: the port that decides, and the two questions that the platform asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.kernel.errors import Forbidden
from chalicelib.kernel.values import minor_units
from chalicelib.services.governance.decisions import RedactedInput, Subject

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.kernel.commit import Principal
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.governance.decisions import DecisionLog
    from chalicelib.services.governance.schema_registry import RegisteredSchema

COMMANDS: Final = "nexus.commands"
EVENTS: Final = "nexus.events"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a policy denied: the package of the rule, and a sentence."""

    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, why not (empty when allowed), and by which bundle (SHA-256, hex)."""

    allowed: bool
    reasons: tuple[Reason, ...]
    digest: str


class PolicyEngine(Protocol):
    """Decides by a bundle of policies; fails closed."""

    @property
    def digest(self) -> str:
        """SHA-256 of the bundle, in hex."""

    def decide(self, package: str, question: Mapping[str, object]) -> Decision:
        """Decide a question by all rules of a package; any error is a denial, never raised."""


class Policies:
    """The questions that the platform asks; each raises Forbidden with the reasons for a no.

    Every no is written down first.
    """

    def __init__(self, engine: PolicyEngine, log: DecisionLog) -> None:
        self._engine = engine
        self._log = log

    @property
    def digest(self) -> str:
        """SHA-256 of the bundle that answers, in hex."""
        return self._engine.digest

    def authorise(self, command: CommandQuestion) -> None:
        """May this principal issue this command?"""
        self._ask(COMMANDS, command.as_input(), command.subject())

    def approve(self, events: Iterable[RegisteredSchema], occasion: Occasion) -> None:
        """May these events be recorded, or published, on this occasion?"""
        stream, principal = occasion.stream, occasion.principal
        for schema in dict.fromkeys(events):
            question = {"event": _event(schema), **occasion.as_input()}
            about = RedactedInput.of(
                {}, [question["event"], question["point"], question["producer"]]
            )
            self._ask(EVENTS, question, Subject(schema.ref.type, stream, principal, about))

    def _ask(self, package: str, question: Mapping[str, object], subject: Subject) -> None:
        decision = self._engine.decide(package, question)
        if not decision.allowed:
            self._log.denied(subject, decision)
            reasons = [f"{reason.rule}: {reason.message}" for reason in decision.reasons]
            message = "; ".join(reason.message for reason in decision.reasons)
            raise Forbidden(message or "no policy allows it", reasons)


@dataclass(frozen=True, slots=True)
class CommandQuestion:
    """A command, validated but not yet decided; ``data`` has the schema's field names."""

    type: str
    data: Mapping[str, object]
    stream: StreamId
    principal: Principal
    effective_at: datetime | None
    now: datetime

    def as_input(self) -> Mapping[str, object]:
        """Return what the rules see; money in integer minor units, as Rego's numbers are floats."""
        return {
            "command": {"type": self.type, "data": _rego(self.data)},
            "principal": _principal(self.principal),
            "stream": _stream(self.stream),
            "effectiveAt": _rego(self.effective_at),
            "now": _rego(self.now),
        }

    def subject(self) -> Subject:
        """Return what the record of a decision says of it; the time is no part of the input."""
        whole = [self.type, _rego(self.data), _rego(self.effective_at)]
        about = RedactedInput.of(self.data, whole)
        return Subject(self.type, self.stream, self.principal, about)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Where events are to go: recorded (point ``append``) or published (point ``route``).

    ``producer`` is the type of the command that they follow from: at append the one in hand, at
    the router the one that the commit's header names.
    """

    stream: StreamId
    principal: Principal
    producer: str
    point: str

    def as_input(self) -> Mapping[str, object]:
        """Return what the rules see of it."""
        return {
            "producer": self.producer,
            "stream": _stream(self.stream),
            "principal": _principal(self.principal),
            "point": self.point,
        }


def _event(schema: RegisteredSchema) -> Mapping[str, object]:
    governance = schema.governance
    return {
        "type": schema.ref.type,
        "owner": governance.owner,
        "classification": governance.classification,
        "propagation": governance.propagation.value,
        "personal": list(governance.personal),
    }


def _stream(stream: StreamId) -> Mapping[str, object]:
    return {"tenant": stream.tenant, "aggregate": stream.aggregate, "id": stream.id}


def _principal(principal: Principal) -> Mapping[str, object]:
    return {
        "kind": principal.kind,
        "id": principal.id,
        "tenant": principal.tenant,
        "roles": list(principal.roles),
    }


def _rego(value: object) -> object:
    match value:
        case Decimal():
            return minor_units(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        case Mapping():
            return {str(key): _rego(item) for key, item in value.items()}
        case list() | tuple():
            return [_rego(item) for item in value]
        case _:
            return value
