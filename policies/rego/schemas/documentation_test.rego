package nexus.schemas.documentation_test

import rego.v1

import data.nexus.schemas.documentation
import data.nexus.schemas.fixtures_test as fixtures

messages := {finding.msg | some finding in documentation.deny}

test_a_documented_schema_passes if count(documentation.deny) == 0 with input as fixtures.schema

test_the_event_says_what_it_means if {
	every doc in [null, true, 1, "", " \n", ["Something."]] {
		messages == {"nexus.orders.OrderPlaced has the record OrderPlaced without a doc"} with input as object.union(
			fixtures.schema,
			{"doc": doc},
		)
	}
}

test_a_field_says_what_it_means if {
	messages == {"nexus.orders.OrderPlaced more has no doc"} with input as fixtures.with_field({"name": "more", "type": "string"})
}

test_what_lies_within_says_what_it_means if {
	inner := {"type": "record", "name": "Gift", "fields": [{"name": "note", "type": "string"}]}
	messages == {
		"nexus.orders.OrderPlaced more has the record Gift without a doc",
		"nexus.orders.OrderPlaced more.note has no doc",
	} with input as fixtures.with_type(["null", inner])
}

test_a_default_is_no_schema if {
	field := {"name": "more", "type": "long", "doc": "More.", "default": {"fields": [{"name": "a"}]}}
	count(documentation.deny) == 0 with input as fixtures.with_field(field)
}

test_stored_formats_are_documented if {
	count(documentation.deny) == 1 with input as object.remove(fixtures.format, ["doc"])
}

test_a_waived_schema_passes if {
	count(documentation.deny) == 0 with input as object.remove(fixtures.schema, ["doc"])
		with data.gates.waivers as [fixtures.waiver("schemas.documentation")]
}
