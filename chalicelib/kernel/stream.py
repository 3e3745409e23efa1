"""A stream: all that happened to one thing of one tenant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chalicelib.kernel.errors import InvalidInput
from chalicelib.kernel.values import is_identifier

MAX_TENANT: Final = 64


@dataclass(frozen=True, slots=True, order=True)
class StreamId:
    """``{tenant}/{Aggregate}/{id}``; raises InvalidInput for a part outside the id alphabet."""

    tenant: str
    aggregate: str
    id: str

    def __post_init__(self) -> None:
        for part, text in (("tenant", self.tenant), ("aggregate", self.aggregate), ("id", self.id)):
            if not is_identifier(text) or (part == "tenant" and len(text) > MAX_TENANT):
                message = f"{text[:140]!r} is no {part} of a stream"
                raise InvalidInput(message)

    def __str__(self) -> str:
        return f"{self.tenant}/{self.aggregate}/{self.id}"

    @property
    def local(self) -> str:
        """The name within its tenant, as ``Order/test-1``."""
        return f"{self.aggregate}/{self.id}"

    @classmethod
    def parse(cls, text: str) -> StreamId:
        """Read ``tenant/Aggregate/id``; raises InvalidInput."""
        parts = text.split("/")
        if len(parts) != len(("tenant", "aggregate", "id")):
            message = f"{text[:200]!r} is no stream: tenant/Aggregate/id is"
            raise InvalidInput(message)
        return cls(*parts)
