"""The CompatibilityChecker port for Avro schemas, offline: no registry is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.adapters.avro.resolution import resolve
from chalicelib.adapters.avro.syntax import Malformed, type_of
from chalicelib.services.governance.compatibility import Direction, Finding, Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.adapters.avro.types import Type


class AvroCompatibility:
    """Judges by Avro's schema resolution, and by what that leaves out: see ``resolution``.

    A decimal with another precision or scale, a time in another unit, and a logical type added or
    taken away are refused though Avro would read them. So is another ``compatibility`` among the
    governance properties, whatever the mode: else one version could loosen it for the next.
    """

    def judge(self, mode: Mode, new: Any, older: Mapping[int, Any]) -> tuple[Finding, ...]:
        """Return what stands against the new version; nothing: it may be registered."""
        versions = sorted(older)
        try:
            type_ = type_of(new)
            if not versions:
                return ()
            judged = versions if mode.transitive else versions[-1:]
            return (
                *_disabled(mode, versions[-1]),
                *_loosened(new, older[versions[-1]], versions[-1]),
                *(
                    finding
                    for version in (judged if mode.directions else ())
                    for finding in _against(type_, older[version], version, mode.directions)
                ),
            )
        except Malformed as error:
            return (Finding(Kind.MALFORMED, error.field, error.reason, error.advice),)


def declared(definition: Any) -> str | None:
    """Return what the schema declares as its ``compatibility``, None if nothing."""
    match definition:
        case {"nexus": {"compatibility": str(name)}}:
            return name
        case _:
            return None


def _against(
    new: Type, old: Any, version: int, directions: tuple[Direction, ...]
) -> Iterator[Finding]:
    try:
        type_ = type_of(old)
    except Malformed as error:
        told = f"{error.reason} in version {version}"
        yield Finding(Kind.MALFORMED, error.field, told, error.advice, None, version)
        return
    for direction in directions:
        backward = direction is Direction.BACKWARD
        reader, writer = (new, type_) if backward else (type_, new)
        yield from resolve(reader, writer, direction, version)


def _disabled(mode: Mode, latest: int) -> Iterator[Finding]:
    if mode is Mode.DISABLED:
        reason = f"is closed to new versions (DISABLED) since version {latest}"
        yield Finding(Kind.DISABLED, "", reason, "define an event of another name", None, latest)


def _loosened(new: Any, old: Any, version: int) -> Iterator[Finding]:
    now, before = declared(new), declared(old)
    if now != before:
        reason = f"declares the compatibility {now}, and version {version} {before}"
        advice = f"keep {before}, or define an event of another name"
        yield Finding(Kind.GOVERNANCE, "", reason, advice, None, version)
