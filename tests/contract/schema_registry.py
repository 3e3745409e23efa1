"""The contract of SchemaProvider: what may be relied on, whoever keeps the schemas."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from chalicelib.adapters.avro.registrar import AvroSchemaRegistrar
from chalicelib.kernel.commit import Path, SchemaRef
from chalicelib.kernel.errors import SchemaViolation
from chalicelib.services.governance.schema_registry import Governance, SchemaProvider

Definition = dict[str, Any]
Register = Callable[[Mapping[str, Sequence[Definition]]], SchemaProvider]

MARKED = {"name": "holder", "type": "string", "doc": "Who holds it.", "personal": True}


def a_schema(event: str = "PotFired", *fields: Definition, **governance: object) -> Definition:
    """Return the schema of an event of the context ``pots``."""
    return {
        "type": "record",
        "name": event,
        "namespace": "nexus.pots",
        "doc": "A pot has left the kiln.",
        "nexus": {
            "owner": "pots",
            "classification": "confidential",
            "propagation": "secondary",
            "compatibility": "BACKWARD",
            "subject": "potId",
            **governance,
        },
        "fields": [{"name": "potId", "type": "string", "doc": "Which pot."}, *fields],
    }


FIRST, SECOND = a_schema(), a_schema("PotFired", MARKED)
UNHEARD_OF = {4: b"\0\0\x27\x0f", 8: b"\x27" * 8, 16: b"\x27" * 16}


def permissive(provider: SchemaProvider) -> AvroSchemaRegistrar:
    """Return a registrar whose judge lets everything pass."""
    return AvroSchemaRegistrar(provider, lambda earlier, new: None)


class Filled:
    """Bind it with a fixture ``empty``, which makes empty registries."""

    @pytest.fixture
    def register(self, empty: Callable[[], SchemaProvider]) -> Register:
        """Versions by type become a registry that has them."""

        def registered(schemas: Mapping[str, Sequence[Definition]]) -> SchemaProvider:
            provider = empty()
            for definition in (each for versions in schemas.values() for each in versions):
                permissive(provider).register(definition)
            return provider

        return registered


@pytest.mark.requirement("R8")
@pytest.mark.requirement("T3")
class SchemaRegistryContract(Filled):
    """Bind it with the size of ids, too."""

    frame_id: ClassVar[int]
    """Bytes of an id in the provider's wire frame."""

    def test_types_are_sorted(self, register: Register):
        """Each event type is there once, however many versions it has."""
        registry = register(
            {"pots.PotFired": [FIRST, SECOND], "pots.PotBroken": [a_schema("PotBroken")]}
        )

        assert ["pots.PotBroken", "pots.PotFired"] == registry.types()

    def test_an_empty_registry_knows_nothing(self, register: Register):
        """Before the first event there is no schema, and no error either."""
        assert [] == register({}).types()

    def test_the_latest_is_the_highest_version(self, register: Register):
        """As numbers: version 10 is later than version 9."""
        versions = [
            a_schema("PotFired", *({**MARKED, "name": f"f{n}"} for n in range(count)))
            for count in range(10)
        ]

        latest = register({"pots.PotFired": versions}).latest("pots.PotFired")

        assert (10, versions[9]) == (latest.ref.version, latest.definition)

    def test_every_version_is_found_by_its_reference(self, register: Register):
        """Old events name old schemas, and those stay."""
        registry = register({"pots.PotFired": [FIRST, SECOND]})
        latest = registry.latest("pots.PotFired")
        first = SchemaRef("pots.PotFired", 1, _digest(FIRST))

        assert latest == registry.get(latest.ref)
        assert FIRST == registry.get(first).definition

    def test_the_digest_is_that_of_the_canonical_json(self, register: Register):
        """Names sorted and no white space: neither order nor layout counts."""
        shuffled = dict(reversed(FIRST.items()))

        one, other = (register({"pots.PotFired": [each]}) for each in (FIRST, shuffled))

        assert _digest(FIRST) == one.latest("pots.PotFired").ref.digest
        assert one.latest("pots.PotFired").ref == other.latest("pots.PotFired").ref

    def test_governance_is_what_the_schema_says(self, register: Register):
        """Owner, classification, path, compatibility, subject, and the fields marked personal."""
        latest = register({"pots.PotFired": [SECOND]}).latest("pots.PotFired")

        expected = Governance(
            "pots", "confidential", Path.SECONDARY, "BACKWARD", "potId", ("holder",)
        )
        assert expected == latest.governance

    def test_an_unknown_type_is_a_violation(self, register: Register):
        """An event without a schema can't be written; the type is named."""
        registry = register({"pots.PotFired": [FIRST]})

        with pytest.raises(SchemaViolation, match=r"pots\.PotBroken"):
            registry.latest("pots.PotBroken")

    @pytest.mark.parametrize(
        "change",
        [{"type": "pots.PotBroken"}, {"version": 0}, {"version": -1}, {"version": 3}],
        ids=["type", "zero", "negative", "beyond"],
    )
    def test_an_unknown_reference_is_a_violation(self, register: Register, change: dict[str, Any]):
        """No other version is taken in its stead."""
        registry = register({"pots.PotFired": [FIRST, SECOND]})
        ref = replace(registry.latest("pots.PotFired").ref, **change)

        with pytest.raises(SchemaViolation, match=f"{ref.type} version {ref.version}"):
            registry.get(ref)

    @pytest.mark.parametrize("digest", [b"", bytes(32), b"\xff" * 32])
    def test_another_digest_is_a_violation(self, register: Register, digest: bytes):
        """A schema that was changed after events were written with it is not the one they name."""
        registry = register({"pots.PotFired": [FIRST]})

        with pytest.raises(SchemaViolation, match=r"pots\.PotFired version 1"):
            registry.get(SchemaRef("pots.PotFired", 1, digest))

    def test_an_id_leads_back(self, register: Register):
        """Each version has an id of its own, in the size that the provider's frame has for it."""
        registry = register(
            {"pots.PotFired": [FIRST, SECOND], "pots.PotBroken": [a_schema("PotBroken")]}
        )
        schemas = [*registry.versions("pots.PotFired"), registry.latest("pots.PotBroken")]

        ids = [registry.id_of(schema.ref) for schema in schemas]

        assert [self.frame_id] * 3 == [len(each) for each in ids]
        assert schemas == [registry.by_id(each) for each in ids]
        assert SECOND == registry.by_id(ids[1]).definition

    @pytest.mark.parametrize("size", [0, 1, 4, 8, 16, 17])
    def test_an_unknown_id_is_a_violation(self, register: Register, size: int):
        """Whether or not it could be one at all; it is named."""
        schema_id = UNHEARD_OF.get(size, b"\x27" * size)

        with pytest.raises(SchemaViolation, match=f"the id {schema_id.hex()}"):
            register({"pots.PotFired": [FIRST]}).by_id(schema_id)

    def test_what_is_not_that_schema_has_no_id(self, register: Register):
        """So nobody writes a frame that names another schema than it was encoded with."""
        registry = register({"pots.PotFired": [FIRST]})

        for ref in (
            SchemaRef("pots.PotFired", 1, bytes(32)),
            SchemaRef("pots.PotFired", 2, _digest(SECOND)),
            SchemaRef("pots.PotBroken", 1, _digest(FIRST)),
        ):
            with pytest.raises(SchemaViolation, match=f"{ref.type} version {ref.version}"):
                registry.id_of(ref)

    def test_all_versions_of_a_type(self, register: Register):
        """Version 1 first; none of a type that is not registered."""
        registry = register({"pots.PotFired": [FIRST, SECOND]})

        found = registry.versions("pots.PotFired")

        assert [(1, FIRST), (2, SECOND)] == [(each.ref.version, each.definition) for each in found]
        assert [] == list(registry.versions("pots.PotBroken"))

    def test_what_carries_events_is_registered_but_no_event(self, register: Register):
        """The platform's own schemas have ids as events have, and aren't listed among them."""
        commit = {**FIRST, "name": "Commit", "namespace": "nexus"}
        registry = register({"nexus.Commit": [commit], "pots.PotFired": [FIRST]})

        ref = registry.latest("nexus.Commit").ref

        assert SchemaRef("nexus.Commit", 1, _digest(commit)) == ref
        assert (
            commit == registry.by_id(registry.id_of(ref)).definition == registry.get(ref).definition
        )
        assert ["pots.PotFired"] == registry.types()

    def test_letters_of_all_kinds_survive(self, register: Register):
        """A doc may be in any language; the digest is over it."""
        definition = {**FIRST, "doc": 'Töpfe, 壺 \N{AMPHORA} "and" \\ \u2028.'}

        assert (
            definition
            == register({"pots.PotFired": [definition]}).latest("pots.PotFired").definition
        )


def _digest(definition: Definition) -> bytes:
    text = json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()
