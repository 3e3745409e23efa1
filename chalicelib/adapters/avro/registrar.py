"""Registering schemas, the same for every provider: in order, judged, and read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.adapters.avro.definitions import (
    PLATFORM,
    canonical,
    full_name,
    is_type,
    registered,
    tell_apart,
)
from chalicelib.kernel.errors import SchemaViolation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.services.governance.schema_registry import (
        CompatibilityJudge,
        RegisteredSchema,
        SchemaShelf,
    )


class AvroSchemaRegistrar:
    """The SchemaRegistrar port over any provider; the judge has its say before the provider.

    Two registrars at work on one event type at a time may both add a version. The later one is
    then told that the version is another; so let only one deployment register at a time.
    """

    def __init__(self, shelf: SchemaShelf, judge: CompatibilityJudge) -> None:
        self._shelf = shelf
        self._judge = judge

    def register(
        self, definition: Mapping[str, Any], version: int | None = None
    ) -> RegisteredSchema:
        """Return the definition as registered, now or before; ``version`` is the one it must have.

        Raises SchemaViolation, and registers nothing, if it is no event's schema, not compatible,
        or would get another version; also if the registry made something else of it.
        """
        schema, is_new = self.judged(definition, version)
        if is_new:
            self._shelf.add(schema)
        return self._shelf.get(schema.ref)  # what it is there, which is not up to us

    def judged(
        self, definition: Mapping[str, Any], version: int | None = None
    ) -> tuple[RegisteredSchema, bool]:
        """Return what ``register`` would, and whether it would be new; raises the same."""
        event_type = _type_of(definition)
        known = self._shelf.versions(event_type)
        new = registered(canonical(definition), event_type, len(known) + 1)
        schema = next((each for each in known if each.ref.digest == new.ref.digest), new)
        if version not in (None, schema.ref.version):
            raise SchemaViolation(_out_of_order(schema, version, len(known)))
        if schema is new:
            tell_apart((*known, new))
            if known:
                self._judge(known, new)
        return schema, schema is new


def _type_of(definition: Mapping[str, Any]) -> str:
    name = f"{definition.get('namespace')}.{definition.get('name')}"
    for schema_type in (name, name.removeprefix(f"{PLATFORM}.")):
        if is_type(schema_type) and full_name(schema_type) == name:
            return schema_type
    raise SchemaViolation(f"{name} is no event: those are {PLATFORM}.{{context}}.{{Event}}")


def _out_of_order(schema: RegisteredSchema, version: int | None, known: int) -> str:
    name = schema.ref.type
    if schema.ref.version <= known:
        return f"{name} version {version} is registered as version {schema.ref.version}"
    if version is not None and 1 <= version <= known:
        return f"{name} version {version} is registered with another definition"
    return f"{name} version {version} can't be registered: version {known + 1} is the next"
