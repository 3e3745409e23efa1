"""A rule that is written down, with what it is for and how to keep it; and what it denies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How bad it is to break a rule."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its name, as ``terraform.tracing``; ``fix`` says what to do where it is broken."""

    name: str
    title: str
    description: str
    severity: Severity
    fix: str


@dataclass(frozen=True, slots=True)
class Denial:
    """What a rule, as ``terraform.tracing``, says against a subject, or a field of it ("": none).

    ``message`` goes on after the names of both.
    """

    rule: str
    subject: str
    field: str
    message: str

    @classmethod
    def of(cls, package: str, finding: Any) -> Denial:
        """Return what a package, as ``nexus.terraform.tracing``, has found: msg, subject, field.

        Raises ValueError for what has another form.
        """
        match finding:
            case {"msg": str(told), "subject": str(subject)}:
                field = str(finding.get("field", ""))
                message = told.removeprefix(subject).strip().removeprefix(field).strip()
                return cls(package.removeprefix("nexus."), subject, field, message)
        raise ValueError(f"{package} says something else than findings")
