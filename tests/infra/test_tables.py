"""The tables that Terraform makes are those that the adapters rely on."""

import pytest

from chalicelib.adapters.aws.dynamodb.tables import EVENT_STORE, TABLES
from tests.support.plans import recorded

pytestmark = pytest.mark.requirement("T15")

PLANNED = {
    resource["change"]["after"]["name"]: resource["change"]["after"]
    for resource in recorded("foundation")["resource_changes"]
    if resource["type"] == "aws_dynamodb_table"
}


def attributes(table):
    return {attribute["name"]: attribute["type"] for attribute in table["attribute"]}


def test_all_are_there():
    """
    And no other.
    """
    assert {table.name for table in TABLES} == PLANNED.keys()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
class TestTable:
    def test_has_its_keys(self, table):
        """
        By name and type, and those of its indexes.
        """
        planned = PLANNED[table.name]
        expected = {name: kind for each in (table, *table.indexes) for name, kind in each.keys}

        assert table.hash[0] == planned["hash_key"]
        assert (table.range[0] if table.range else None) == planned["range_key"]
        assert expected == attributes(planned)

    def test_has_its_indexes(self, table):
        """
        With all attributes.
        """
        expected = [(index.name, index.hash[0], "", "ALL") for index in table.indexes]

        assert expected == [
            (index["name"], index["hash_key"], index["range_key"], index["projection_type"])
            for index in PLANNED[table.name]["global_secondary_index"]
        ]

    def test_drops_what_expires(self, table):
        """
        Nothing else.
        """
        (ttl,) = PLANNED[table.name]["ttl"]

        assert (table.expires, table.expires is not None) == (ttl["attribute_name"], ttl["enabled"])


def test_only_the_event_store_tells_its_changes():
    """
    Each new item, whole: what route_events is given.
    """
    streamed = [
        (name, table["stream_view_type"])
        for name, table in PLANNED.items()
        if table["stream_enabled"]
    ]

    assert [(EVENT_STORE.name, "NEW_IMAGE")] == streamed
