"""The contract of SchemaRegistrar: what is registered, and what is not."""

from __future__ import annotations

import pytest

from chalicelib.adapters.avro.registrar import AvroSchemaRegistrar
from chalicelib.kernel.errors import SchemaViolation
from tests.contract.schema_registry import (
    FIRST,
    MARKED,
    SECOND,
    Definition,
    Filled,
    Register,
    a_schema,
    permissive,
)


@pytest.mark.requirement("R8")
@pytest.mark.requirement("T3")
class SchemaRegistrarContract(Filled):
    """Nothing that is refused leaves a trace."""

    def test_registering_again_changes_nothing(self, register: Register):
        """The same canonical JSON has the version and id that it had, though newer ones came."""
        registry = register({"pots.PotFired": [FIRST, SECOND]})
        first = registry.versions("pots.PotFired")[0]
        schema_id = registry.id_of(first.ref)

        again = permissive(registry).register(dict(reversed(FIRST.items())), 1)

        assert (first, schema_id) == (again, registry.id_of(again.ref))
        assert 2 == len(registry.versions("pots.PotFired"))

    @pytest.mark.parametrize(
        ("definition", "version", "told"),
        [
            (a_schema("PotFired", {**MARKED, "name": "other"}), 4, "version 3 is the next"),
            (a_schema("PotFired", {**MARKED, "name": "other"}), 2, "another definition"),
            (SECOND, 3, "registered as version 2"),
            (a_schema("PotBroken"), 2, "version 1 is the next"),
        ],
        ids=["gap", "taken", "known", "no first"],
    )
    def test_versions_come_in_order(
        self, register: Register, definition: Definition, version: int, told: str
    ):
        """What would get another version than it has in the repository is refused."""
        registry = register({"pots.PotFired": [FIRST, SECOND]})

        with pytest.raises(SchemaViolation, match=told):
            permissive(registry).register(definition, version)

        assert (["pots.PotFired"], 2) == (
            registry.types(),
            len(registry.versions("pots.PotFired")),
        )

    def test_the_judge_is_asked_first(self, register: Register):
        """With all that was before; where it says no, nothing is registered."""
        registry = register({"pots.PotFired": [FIRST]})
        asked = []

        def judge(earlier, new):
            asked.append(([each.definition for each in earlier], new.definition))
            raise SchemaViolation("that would break readers")

        with pytest.raises(SchemaViolation, match="break readers"):
            AvroSchemaRegistrar(registry, judge).register(SECOND)

        assert [([FIRST], SECOND)] == asked
        assert 1 == len(registry.versions("pots.PotFired"))

    def test_the_judge_is_not_asked_about_a_first_version(self, register: Register):
        """Nor about one that is known."""
        registry = register({"pots.PotFired": [FIRST, SECOND]})
        strict = AvroSchemaRegistrar(registry, lambda earlier, new: pytest.fail("asked"))

        assert 1 == strict.register(FIRST).ref.version
        assert 1 == strict.register(a_schema("PotBroken")).ref.version

    @pytest.mark.parametrize(
        ("definition", "told"),
        [
            ({**FIRST, "name": "pot_fired"}, "no event"),
            ({**FIRST, "namespace": "nexus.nexus"}, "no event"),
            ({**FIRST, "namespace": "pots"}, "no event"),
            ({**FIRST, "type": "enum", "symbols": ["a"]}, "something else"),
            ({**FIRST, "nexus": {}}, "governance"),
            (a_schema("PotFired", {"name": "glaze", "type": "nexus.pots.Glaze"}), "Glaze"),
            (a_schema("PotFired", {"name": "pot", "type": "PotFired"}), "contains itself"),
        ],
        ids=["name", "platform", "namespace", "enum", "ungoverned", "dangling", "circular"],
    )
    def test_what_is_no_events_schema_is_refused(
        self, register: Register, definition: Definition, told: str
    ):
        """By us, before the registry is asked to take it."""
        registry = register({})

        with pytest.raises(SchemaViolation, match=told):
            permissive(registry).register(definition)

        assert [] == registry.types()

    def test_two_versions_with_one_fingerprint_are_refused(self, register: Register):
        """Readers that go by Avro's fingerprint could not tell them apart, whoever keeps them."""
        registry = register({"pots.PotFired": [FIRST]})

        with pytest.raises(SchemaViolation, match="fingerprint"):
            permissive(registry).register({**FIRST, "doc": "Said otherwise."})

        assert 1 == len(registry.versions("pots.PotFired"))
