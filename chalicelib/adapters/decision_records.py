"""Records of decisions as JSON text, exact to the microsecond and to the last odd character."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from chalicelib.kernel.commit import Principal
from chalicelib.kernel.stream import StreamId
from chalicelib.services.governance.decisions import DecisionRecord, RedactedInput, Subject
from chalicelib.services.governance.policy_engine import Decision, Reason


def record_to_text(record: DecisionRecord) -> str:
    """Return a record as JSON."""
    subject, decision = record.subject, record.decision
    principal = subject.principal
    fields = {
        "id": record.id,
        "at": sortable(record.at),
        "type": subject.type,
        "stream": str(subject.stream),
        "principal": [principal.kind, principal.id, principal.tenant, list(principal.roles)],
        "input": {"fields": subject.input.fields, "digest": subject.input.digest},
        "allowed": decision.allowed,
        "reasons": [[reason.rule, reason.message] for reason in decision.reasons],
        "digest": decision.digest,
    }
    return json.dumps(fields, separators=(",", ":"))


def record_from_text(text: str) -> DecisionRecord:
    """Read what ``record_to_text`` wrote."""
    fields = json.loads(text)
    kind, name, tenant, roles = fields["principal"]
    return DecisionRecord(
        id=fields["id"],
        at=datetime.fromisoformat(fields["at"]),
        subject=Subject(
            fields["type"],
            StreamId.parse(fields["stream"]),
            Principal(kind, name, tenant, tuple(roles)),
            RedactedInput(tuple(fields["input"]["fields"]), fields["input"]["digest"]),
        ),
        decision=Decision(
            allowed=fields["allowed"],
            reasons=tuple(Reason(rule, message) for rule, message in fields["reasons"]),
            digest=fields["digest"],
        ),
    )


def sortable(at: datetime) -> str:
    """Return a time in UTC whose texts sort as the times do: all are equally long."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
