package nexus.schemas.owner_test

import rego.v1

import data.nexus.schemas.fixtures_test as fixtures
import data.nexus.schemas.owner

messages := {finding.msg | some finding in owner.deny}

unnamed := "nexus.orders.OrderPlaced names no owner"

test_the_own_context_passes if count(owner.deny) == 0 with input as fixtures.schema

test_no_owner_is_denied if {
	every value in [null, true, 1, ["orders"], {"orders": true}] {
		messages == {unnamed} with input as fixtures.with_word({"owner": value})
	}
	question := object.union(object.remove(fixtures.schema, ["nexus"]), {"nexus": {}})
	messages == {unnamed} with input as question
}

test_another_context_is_denied if {
	expected := {"nexus.orders.OrderPlaced is owned by nexus: it belongs to the context of its namespace"}
	messages == expected with input as fixtures.with_word({"owner": "nexus"})
}

test_an_unknown_owner_is_denied if {
	question := object.union(
		fixtures.with_word({"owner": "warehouse"}),
		{"namespace": "nexus.warehouse"},
	)
	expected := {"nexus.warehouse.OrderPlaced is owned by warehouse, which schemas/data.json does not know"}
	messages == expected with input as question
}

test_the_platform_owns_what_of_it_travels if {
	count(owner.deny) == 0 with input as fixtures.platform
	count(owner.deny) == 1 with input as object.union(fixtures.platform, {"nexus": {"owner": "orders"}})
}

test_the_platforms_namespace_is_no_context if {
	count(owner.deny) == 1 with input as object.union(fixtures.platform, {"name": "OrderPlaced"})
}

test_a_waived_schema_passes if {
	count(owner.deny) == 0 with input as fixtures.with_word({"owner": "nexus"})
		with data.gates.waivers as [fixtures.waiver("schemas.owner")]
}
