"""What roles are granted is what their operations call: no less, and no more."""

import json

import pytest

from chalicelib.adapters.aws.dynamodb.calls import Purpose
from tests.support.dynamodb_tables import a_dynamo
from tests.support.grants import ARN, FOLDER, documents, permission, recorded, resource, text_of

pytestmark = [pytest.mark.requirement("R1"), pytest.mark.requirement("T15")]

CHANGING = {
    f"dynamodb:{action}"
    for action in (
        "BatchWriteItem",
        "DeleteItem",
        "PartiQLDelete",
        "PartiQLUpdate",
        "PutItem",
        "UpdateItem",
    )
}
EVENT_STORE = ARN + "nexus-event-store"
ROLES = json.loads((FOLDER / "roles.json").read_text())


def document(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


def granted(role, where):
    """The actions that a role is granted there."""
    return {
        action
        for statement in document(role)["Statement"]
        if statement["Resource"] == where
        for action in statement["Action"]
    }


class TestDocuments:
    @pytest.mark.parametrize("role", ROLES)
    def test_are_made_from_what_is_called(self, role):
        """
        Nothing was added or taken away by hand.
        """
        expected = text_of(documents(recorded(), ROLES)[role])

        assert expected == (FOLDER / f"{role}.json").read_text()

    def test_every_operation_belongs_to_a_role(self):
        """
        What no role does, no adapter should do.
        """
        assert set(recorded()) == {each for operations in ROLES.values() for each in operations}

    @pytest.mark.parametrize("role", ROLES)
    def test_nothing_is_granted_at_large(self, role):
        """
        Allowed are named actions on named tables.
        """
        for statement in document(role)["Statement"]:
            assert "Allow" == statement["Effect"]
            assert "*" not in "".join([*statement["Action"], statement["Resource"]])


class TestEventStore:
    def test_commands_insert_and_read_it_and_nothing_else(self):
        """
        So code that goes wrong, or is taken over, can't change what is stored.
        """
        expected = {"dynamodb:PartiQLInsert", "dynamodb:Query", "dynamodb:GetItem"}

        assert expected == granted("commands", EVENT_STORE)

    @pytest.mark.parametrize("role", sorted(ROLES.keys() - {"commands"}))
    def test_all_others_read_it_at_most(self, role):
        """
        One role writes.
        """
        assert granted(role, EVENT_STORE) <= {"dynamodb:Query", "dynamodb:Scan"}

    def test_its_table_denies_every_change_to_everyone(self):
        """
        Whatever a role is granted some day: a denial by the table's own policy goes before it.
        """
        changes, _ = document("event-store-table")["Statement"]

        assert ("Deny", "*", EVENT_STORE) == tuple(
            changes[part] for part in ("Effect", "Principal", "Resource")
        )
        assert set(changes["Action"]) == CHANGING
        assert "Condition" not in changes

    def test_only_a_deployment_may_change_the_table_itself(self):
        """
        Deleting it, letting items expire, or lifting the policy.
        """
        _, table = document("event-store-table")["Statement"]

        assert ("Deny", "*", EVENT_STORE) == tuple(
            table[part] for part in ("Effect", "Principal", "Resource")
        )
        assert {
            "dynamodb:DeleteResourcePolicy",
            "dynamodb:DeleteTable",
            "dynamodb:PutResourcePolicy",
            "dynamodb:UpdateTimeToLive",
        } == set(table["Action"])
        deploy = {"ArnNotEquals": {"aws:PrincipalArn": "${deploy_role_arn}"}}
        assert deploy == table["Condition"]


class TestRecording:
    def test_a_statement_is_named_by_its_verb(self):
        """
        PartiQL's have permissions of their own.
        """
        statement = {"Statement": "INSERT INTO \"abc-nexus-event-store\" VALUE {'stream': ?}"}

        assert "dynamodb:PartiQLInsert" == permission("execute_statement", statement)
        assert "nexus-event-store" == resource(statement)

    def test_an_index_is_a_resource(self):
        """
        A grant on a table does not reach it.
        """
        scan = {"TableName": "abc-nexus-positions", "IndexName": "parked"}

        assert "dynamodb:Scan" == permission("scan", scan)
        assert "nexus-positions/index/parked" == resource(scan)

    def test_what_is_not_in_the_recording_is_not_let_through(self, dynamodb_local):
        """
        A test that calls DynamoDB as no role may fails, and says what to do.
        """
        dynamo = a_dynamo(dynamodb_local)

        with pytest.raises(pytest.fail.Exception, match=r"DeleteItem nexus-event-store"):
            dynamo.call(Purpose("append", "Order"), "delete_item", TableName="x-nexus-event-store")
        assert {} == dynamo.meter.totals()
