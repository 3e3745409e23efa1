"""Upcasting: an old event, read, becomes what it would be called today."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from chalicelib.kernel.errors import Misconfigured, SchemaViolation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class EventUpcaster(ABC):
    """Turns the data of one event type from one schema version into the next."""

    event_type: ClassVar[str]
    from_version: ClassVar[int]

    @abstractmethod
    def upcast(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data (schema field names) as version ``from_version + 1`` has it."""


class UpcasterChain:
    """All upcasters, applied one version after the other; raises Misconfigured for a double one."""

    def __init__(self, upcasters: Iterable[EventUpcaster] = ()) -> None:
        self._steps: dict[tuple[str, int], EventUpcaster] = {}
        for upcaster in upcasters:
            step = (upcaster.event_type, upcaster.from_version)
            if step in self._steps:
                message = f"two upcasters for {step[0]} version {step[1]}"
                raise Misconfigured(message)
            self._steps[step] = upcaster

    def gaps(self, event_type: str, current: int) -> list[int]:
        """Return the versions below ``current`` that no upcaster takes further."""
        return [v for v in range(1, current) if (event_type, v) not in self._steps]

    def faults(self, newest: Mapping[str, int]) -> list[tuple[str, str]]:
        """Return (event type, what does not add up), given the newest version of each type.

        A version that nothing takes further, and an upcaster that leads to no version.
        """
        gaps = [
            (event_type, f"no upcaster takes version {version} to {version + 1}")
            for event_type, current in sorted(newest.items())
            for version in self.gaps(event_type, current)
        ]
        strays = [
            (
                event_type,
                f"{type(step).__name__} leads to version {version + 1}: there is none",
            )
            for (event_type, version), step in self._steps.items()
            if not 1 <= version < newest.get(event_type, 0)
        ]
        return gaps + strays

    def upcast(
        self, event_type: str, version: int, current: int, data: dict[str, Any]
    ) -> dict[str, Any]:
        """Return data of ``version`` as ``current`` has it; raises SchemaViolation on a gap."""
        for number in range(version, current):
            step = self._steps.get((event_type, number))
            if step is None:
                message = f"no upcaster takes {event_type} from version {number} to {number + 1}"
                raise SchemaViolation(message)
            data = step.upcast(data)
        return data
