"""A rule that is written down, with what it is for and how to keep it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
