package nexus.gates.tables_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.tables

table(name) := fixtures.resource("aws_dynamodb_table.t", {"name": name})

test_the_event_store_is_known_by_its_name if {
	tables.event_store(table("dev-nexus-event-store"))
	not tables.event_store(table("nexus-positions"))
}

test_an_unknown_name_may_be_the_event_stores if tables.event_store(table(null))

test_only_named_tables_are_expendable if {
	tables.expendable(table("dev-nexus-rate-limits"))
	not tables.expendable(table("nexus-decisions"))
	not tables.expendable(table(null))
}

test_waived_tables_are_left_out if {
	stores := tables.event_stores("terraform.x") with input as fixtures.plan([table("nexus-event-store")])
	count(stores) == 1
	lasting := tables.lasting("terraform.x") with input as fixtures.plan([table("nexus-event-store")])
		with data.gates.waivers as [fixtures.waiver("terraform.x", "aws_dynamodb_table.t")]
	count(lasting) == 0
}
