import json
from contextlib import contextmanager
from uuid import UUID

import pytest
from botocore.config import Config
from tenacity import wait_fixed

from chalicelib.adapters.aws import clients, glue_registry, retries
from chalicelib.adapters.aws.glue import Glue
from chalicelib.adapters.aws.glue_registry import GlueSchemaRegistry
from chalicelib.kernel.errors import Misconfigured, SchemaViolation, TooManyRequests, Unavailable
from tests.contract.schema_registry import FIRST, SECOND, a_schema, permissive
from tests.support.moto_glue import a_client
from tests.support.scripted_server import HTML, Answer, scripted

pytestmark = [pytest.mark.requirement("R8"), pytest.mark.requirement("T3")]

ID = "27272727-2727-2727-2727-272727272727"
SOUND = {
    "SchemaVersionId": ID,
    "SchemaArn": "arn:aws:glue:eu-west-1:123456789012:schema/kiln/pots.PotFired",
    "SchemaDefinition": json.dumps(FIRST),
    "DataFormat": "AVRO",
    "VersionNumber": 1,
    "Status": "AVAILABLE",
}


def fault(code, status=400):
    return Answer.of({"__type": code, "Message": "m"}, status)


NOT_THERE = fault("EntityNotFoundException")


@pytest.fixture(autouse=True)
def _once(monkeypatch):
    """One attempt: the pause before another would be longer than the budget."""
    monkeypatch.setattr(retries, "wait_random_exponential", lambda **_: wait_fixed(99))


@contextmanager
def a_registry(answers, sleep=lambda _: None):
    """Give a registry kiln, in front of what answers by operation: always, or one by one."""

    def answer(_method, operation, _body):
        told = answers[operation]
        told = told.pop(0) if isinstance(told, list) else told
        return told if isinstance(told, Answer) else Answer.of(told)

    with scripted(answer) as server:
        client = a_client(server.url)
        yield GlueSchemaRegistry(Glue(lambda: client), "kiln", sleep), server
        client.close()


def latest(answer):
    """Return the newest version, as a Glue with that answer has it."""
    with a_registry({"GetSchemaVersion": answer, "GetRegistry": {}}) as (registry, _):
        return registry.latest("pots.PotFired")


def test_a_sound_answer():
    """
    What the others below are mutations of.
    """
    assert FIRST == latest(SOUND).definition


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (Answer(500, HTML), Unavailable, "500"),
        (Answer(503), Unavailable, "503"),
        (fault("ThrottlingException"), TooManyRequests, "no more"),
        (fault("InternalServiceException", 500), Unavailable, "InternalService"),
        (fault("OperationTimeoutException"), Unavailable, "OperationTimeout"),
        (Answer(400, HTML), Unavailable, "400"),
        (Answer(200, HTML), Unavailable, "makes no sense"),
        (Answer(200, b"[1]"), Unavailable, "makes no sense"),
        (Answer(200, b"{"), Unavailable, "makes no sense"),
        ({}, Unavailable, "makes no sense"),
        ({**SOUND, "SchemaVersionId": "seven"}, Unavailable, "makes no sense"),
        ({**SOUND, "VersionNumber": "1"}, Unavailable, "makes no sense"),
        ({**SOUND, "SchemaDefinition": FIRST}, Unavailable, "makes no sense"),
        (fault("AccessDeniedException"), Misconfigured, "AccessDenied"),
        (fault("UnrecognizedClientException"), Misconfigured, "Unrecognized"),
        (NOT_THERE, SchemaViolation, "no schema is registered for pots.PotFired"),
        (fault("InvalidInputException"), SchemaViolation, "InvalidInput"),
        ({**SOUND, "SchemaDefinition": "{"}, SchemaViolation, "no Avro schema"),
        ({**SOUND, "SchemaDefinition": '"int"'}, SchemaViolation, "something else"),
        (
            {**SOUND, "SchemaDefinition": json.dumps({**FIRST, "nexus": 5})},
            SchemaViolation,
            "governance",
        ),
    ],
    ids=range(20),
)
def test_an_answer_that_is_no_answer(answer, error, told):
    """
    Each has its error: what may pass, what is definite, and what has to be set right by somebody.
    """
    with pytest.raises(error, match=told):
        latest(answer)


def test_a_slow_answer_is_not_waited_for(monkeypatch):
    """
    A schema is not worth a function's whole time.
    """
    hasty = clients.CONFIG.merge(Config(read_timeout=0.1))
    monkeypatch.setattr(clients, "CONFIG", hasty)
    with pytest.raises(Unavailable, match="ReadTimeout"):
        latest(Answer(seconds=0.5))


def test_a_registry_that_is_not_there_is_told_from_a_schema_that_is_not():
    """
    Glue answers both alike; no event is to be given up for a name mistyped in the settings.
    """
    with (
        a_registry({"GetSchemaVersion": NOT_THERE, "GetRegistry": NOT_THERE}) as (registry, _),
        pytest.raises(Misconfigured, match="no Glue registry kiln"),
    ):
        registry.latest("pots.PotFired")


@pytest.mark.parametrize(
    ("status", "error"),
    [("PENDING", Unavailable), ("FAILURE", SchemaViolation), ("DELETING", SchemaViolation)],
)
def test_a_version_that_is_not_available_is_not_used(status, error):
    """
    One that is still checked may be used later, the others never.
    """
    ref = latest(SOUND).ref
    with a_registry({"GetSchemaVersion": {**SOUND, "Status": status}}) as (registry, _):
        for ask in (registry.get, registry.id_of):
            with pytest.raises(error, match=status):
                ask(ref)
        with pytest.raises(error, match=status):
            registry.by_id(UUID(ID).bytes)


def test_the_newest_is_the_newest_available():
    """
    A version that has failed, or is still checked, does not hide the one before it.
    """
    versions = [
        {**SOUND, "VersionNumber": 3, "Status": "PENDING"},
        {**SOUND, "VersionNumber": 2, "Status": "FAILURE"},
        SOUND,
    ]
    with a_registry({"GetSchemaVersion": versions}) as (registry, _):
        assert 1 == registry.latest("pots.PotFired").ref.version


def test_a_schema_of_another_registry_is_none_of_ours():
    """
    Version ids are an account's, so a frame may name a schema that is somebody else's.
    """
    arn = SOUND["SchemaArn"].replace("kiln", "attic")
    with (
        a_registry({"GetSchemaVersion": {**SOUND, "SchemaArn": arn}}) as (registry, _),
        pytest.raises(SchemaViolation, match="in kiln"),
    ):
        registry.by_id(UUID(ID).bytes)


class TestRegistering:
    """Of the second version, where the first is there."""

    def registered(self, versions, added=2, sleep=lambda _: None, schema=SECOND):
        answers = {
            "GetSchema": {"Compatibility": "BACKWARD", "LatestSchemaVersion": 1},
            "GetSchemaVersion": [SOUND, *versions],
            "RegisterSchemaVersion": {"VersionNumber": added},
            "UpdateSchema": {},
        }
        with a_registry(answers, sleep) as (registry, server):
            try:
                return permissive(registry).register(schema)
            finally:
                self.asked = [operation for _, operation, _ in server.asked]
                self.bodies = {operation: json.loads(body) for _, operation, body in server.asked}

    def second(self, status="AVAILABLE"):
        definition = json.dumps(SECOND)
        return {**SOUND, "VersionNumber": 2, "Status": status, "SchemaDefinition": definition}

    def test_waits_until_glue_has_checked_it(self):
        """
        It is pending twice, and then it can be used.
        """
        pauses: list[float] = []
        pending = self.second("PENDING")

        schema = self.registered([pending, pending, *[self.second()] * 2], sleep=pauses.append)

        assert (2, 2) == (schema.ref.version, len(pauses))

    def test_tells_that_glue_refuses_it(self):
        """
        With what it was checked for, and that the failed version is in the way.
        """
        with pytest.raises(SchemaViolation, match=r"2 of pots\.PotFired not BACKWARD; delete it"):
            self.registered([self.second("PENDING"), self.second("FAILURE")])

    def test_does_not_wait_for_ever(self, monkeypatch):
        """
        It may be there later: registering again finds out.
        """
        monkeypatch.setattr(glue_registry, "WAIT", 0)

        with pytest.raises(Unavailable, match="PENDING"):
            self.registered([self.second("PENDING")])

    @pytest.mark.parametrize("number", [1, 3])
    def test_refuses_another_number(self, number):
        """
        Ours and theirs have to agree, or a reference would name two things.
        """
        with pytest.raises(
            SchemaViolation, match=f"numbers version 2 of pots.PotFired as {number}"
        ):
            self.registered([], added=number)

    def test_sets_the_mode_first(self):
        """
        It is the schema's own, in Glue's words.
        """
        stricter = a_schema("PotFired", *SECOND["fields"][1:], compatibility="FULL_TRANSITIVE")
        answer = {**self.second(), "SchemaDefinition": json.dumps(stricter)}

        self.registered([answer, answer], schema=stricter)

        assert self.asked.index("UpdateSchema") < self.asked.index("RegisterSchemaVersion")
        assert "FULL_ALL" == self.bodies["UpdateSchema"]["Compatibility"]

    def test_sends_nothing_too_large(self):
        """
        Glue counts characters.
        """
        large = a_schema("PotFired", {"name": "a" * glue_registry.LONGEST, "type": "string"})

        with pytest.raises(SchemaViolation, match=r"characters: Glue takes 170000"):
            self.registered([], schema=large)

        assert "RegisterSchemaVersion" not in self.asked

    def test_takes_one_that_is_there_for_done(self):
        """
        The first version, whose answer was lost and which is sent again, or another's.
        """
        answers = {
            "GetSchema": NOT_THERE,
            "GetRegistry": {},
            "CreateSchema": fault("AlreadyExistsException"),
            "GetSchemaVersion": SOUND,
        }
        with a_registry(answers) as (registry, _):
            assert 1 == permissive(registry).register(FIRST).ref.version

    def test_tells_that_the_account_has_no_room(self):
        """
        A quota is nothing that passes.
        """
        answers = {
            "GetSchema": NOT_THERE,
            "GetRegistry": {},
            "CreateSchema": fault("ResourceNumberLimitExceededException"),
        }
        with a_registry(answers) as (registry, _), pytest.raises(Misconfigured, match="Limit"):
            permissive(registry).register(FIRST)


def test_a_list_without_end_is_left():
    """
    A service that always has another page makes no sense.
    """
    page = {"Schemas": [], "NextToken": "again"}
    with (
        a_registry({"ListSchemas": page}) as (registry, server),
        pytest.raises(Unavailable, match="no end"),
    ):
        registry.types()

    assert glue_registry.PAGES == len(server.asked)
