import json

import pytest

from chalicelib.adapters.confluent import registry as module
from chalicelib.adapters.confluent.http import RegistryHttp
from chalicelib.adapters.confluent.registry import ConfluentSchemaRegistry
from chalicelib.kernel.errors import SchemaViolation, Unavailable
from tests.contract.schema_registry import FIRST, SECOND, a_schema, permissive
from tests.support.scripted_server import Answer, scripted

pytestmark = [
    pytest.mark.requirement("R8"),
    pytest.mark.requirement("T3"),
    pytest.mark.usefixtures("once"),
]

TEXT = json.dumps(FIRST)
SOUND = {"subject": "pots.PotFired", "id": 7, "version": 1, "schema": TEXT}


def latest(answer):
    """Return the newest version as a registry with that answer to everything has it."""
    with scripted(lambda *_: Answer.of(answer)) as server:
        http = RegistryHttp(server.url)
        return ConfluentSchemaRegistry(http).latest("pots.PotFired")


def test_a_sound_answer():
    """
    What the others below are mutations of; a registry may say more than is needed.
    """
    assert FIRST == latest({**SOUND, "guid": "x", "references": [], "ruleSet": None}).definition


@pytest.mark.parametrize(
    "answer",
    [
        [],
        None,
        "text",
        {},
        {**SOUND, "id": "7"},
        {**SOUND, "id": True},
        {**SOUND, "id": -1},
        {**SOUND, "id": 2**31},
        {**SOUND, "version": 1.0},
        {**SOUND, "schema": FIRST},
        {**SOUND, "schema": None},
    ],
    ids=str,
)
def test_an_answer_of_wrong_types_is_none(answer):
    """
    It may be another service's; the right one may answer the next time.
    """
    with pytest.raises(Unavailable, match="makes no sense"):
        latest(answer)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schemaType": "PROTOBUF"}, "not Avro"),
        (
            {"references": [{"name": "a", "subject": "pots.PotFired", "version": 1}]},
            "refers to other subjects",
        ),
        ({"references": [{"name": "a", "subject": "gone", "version": 9}]}, "other subjects"),
        ({"schema": "{"}, "no Avro schema"),
        ({"schema": '"string"'}, "something else"),
        ({"schema": json.dumps(a_schema("PotBroken"))}, "something else"),
        ({"schema": json.dumps({**FIRST, "nexus": None})}, "governance"),
        (
            {"schema": json.dumps(a_schema("PotFired", {"name": "a", "type": "Gone"}))},
            "UnknownType",
        ),
        (
            {"schema": json.dumps(a_schema("PotFired", {"name": "a", "type": "PotFired"}))},
            "contains itself",
        ),
    ],
    ids=[
        "not Avro",
        "circular reference",
        "dangling reference",
        "no JSON",
        "no record",
        "another record",
        "ungoverned",
        "dangling name",
        "endless",
    ],
)
def test_a_schema_that_is_none_of_ours_is_a_violation(change, told):
    """
    The registry is well, and what somebody put there is not; references are not followed.
    """
    with pytest.raises(SchemaViolation, match=told):
        latest({**SOUND, **change})


def test_a_definition_too_large_is_not_sent(monkeypatch):
    """
    It is told before the registry is asked to take it.
    """
    monkeypatch.setattr(module, "LARGEST", 500)
    with scripted(lambda *_: Answer.of({"error_code": 40401}, 404)) as server:
        registrar = permissive(ConfluentSchemaRegistry(RegistryHttp(server.url)))
        with pytest.raises(SchemaViolation, match=r"has \d+ bytes: a registry takes 500"):
            registrar.register(a_schema("PotFired", {"name": "a" * 500, "type": "string"}))

    assert ["GET"] == [method for method, _, _ in server.asked]


def test_a_definition_that_differs_under_the_same_version():
    """
    What is registered there is not what the events were written with.
    """
    with scripted(lambda *_: Answer.of({**SOUND, "schema": json.dumps(SECOND)})) as server:
        registry = ConfluentSchemaRegistry(RegistryHttp(server.url))
        ref = latest(SOUND).ref
        for ask in (registry.get, registry.id_of):
            with pytest.raises(SchemaViolation, match="version 1 is another here"):
                ask(ref)


def test_a_registry_that_makes_something_else_of_a_schema():
    """
    One that normalises would not give back what events were written with: told at once.
    """
    answers = {
        "GET /subjects/pots.PotFired/versions": Answer.of({"error_code": 40401}, 404),
        "PUT /config/pots.PotFired": Answer.of({"compatibility": "BACKWARD"}),
        "POST /subjects/pots.PotFired/versions": Answer.of({"id": 7}),
        "GET /subjects/pots.PotFired/versions/1": Answer.of(
            {**SOUND, "schema": json.dumps({**FIRST, "doc": "Other."})}
        ),
    }
    with (
        scripted(lambda method, path, _: answers[f"{method} {path}"]) as server,
        pytest.raises(SchemaViolation, match="is another here"),
    ):
        permissive(ConfluentSchemaRegistry(RegistryHttp(server.url))).register(FIRST)

    assert list(answers) == [f"{method} {path}" for method, path, _ in server.asked]


@pytest.mark.parametrize("numbers", [[2], [1, 3], [0], [1, 1]], ids=str)
def test_versions_with_a_gap_are_a_violation(numbers):
    """
    Somebody deleted one: theirs can't be numbered as ours any more.
    """
    with scripted(lambda *_: Answer.of(numbers)) as server:
        registry = ConfluentSchemaRegistry(RegistryHttp(server.url))
        with pytest.raises(SchemaViolation, match="are missing"):
            registry.versions("pots.PotFired")


class TestIds:
    USES = ({"subject": "shelf-value", "version": 3}, {"subject": "pots.PotFired", "version": 1})

    def by_id(self, version, uses=USES, number=7):
        def answer(_method, path, _body):
            return Answer.of(list(uses) if path == f"/schemas/ids/{number}/versions" else version)

        with scripted(answer) as server:
            registry = ConfluentSchemaRegistry(RegistryHttp(server.url))
            return registry.by_id(number.to_bytes(4, "big"))

    def test_are_numbers_big_endian(self):
        """
        As the frame has them, after its zero.
        """
        with scripted(lambda *_: Answer.of({**SOUND, "id": 0x01020304})) as server:
            registry = ConfluentSchemaRegistry(RegistryHttp(server.url))
            assert b"\1\2\3\4" == registry.id_of(registry.latest("pots.PotFired").ref)

    def test_lead_to_the_event_among_the_subjects(self):
        """
        Another team may have the same schema under a subject of its own.
        """
        assert FIRST == self.by_id(SOUND).definition

    @pytest.mark.parametrize("uses", [(), USES[:1]], ids=["none", "others"])
    def test_of_others_are_none_of_ours(self, uses):
        """
        A schema that is no event's is not one to read events with.
        """
        with pytest.raises(SchemaViolation, match="for an event"):
            self.by_id(SOUND, uses)

    @pytest.mark.parametrize("change", [{"id": 8}, {"version": 2}], ids=str)
    def test_have_one_meaning(self, change):
        """
        A registry that contradicts itself makes no sense.
        """
        with pytest.raises(Unavailable, match="makes no sense"):
            self.by_id({**SOUND, **change})
