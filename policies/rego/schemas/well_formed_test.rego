package nexus.schemas.well_formed_test

import rego.v1

import data.nexus.schemas.fixtures_test as fixtures
import data.nexus.schemas.well_formed

messages := {finding.msg | some finding in well_formed.deny}

test_a_whole_schema_passes if count(well_formed.deny) == 0 with input as fixtures.schema

test_what_is_no_schema_is_denied_once if {
	every text in [null, true, 1, "string", [], {}, {"type": "record"}] {
		well_formed.deny == {{
			"msg": "An unknown schema is no record with a name, a namespace and fields",
			"subject": "An unknown schema",
			"field": "",
		}} with input as text
	}
}

test_each_part_is_needed if {
	every part in {"type", "fields"} {
		messages == {"nexus.orders.OrderPlaced is no record with a name, a namespace and fields"} with input as object.remove(
			fixtures.schema,
			[part],
		)
	}
	every part in {"name", "namespace"} {
		count(messages) == 1 with input as object.remove(fixtures.schema, [part])
	}
}

test_governance_is_needed if {
	expected := {"nexus.orders.OrderPlaced has no governance properties (nexus)"}
	messages == expected with input as object.remove(fixtures.schema, ["nexus"])
	messages == expected with input as object.union(fixtures.schema, {"nexus": "orders"})
}

test_what_is_only_stored_needs_no_governance if {
	count(well_formed.deny) == 0 with input as fixtures.format
}

test_a_field_has_a_name_and_a_type if {
	every field in [1, {"name": "more"}, {"type": "string"}, {"name": 1, "type": "string"}] {
		count(messages) > 0 with input as fixtures.with_field(field)
	}
	messages == {"nexus.orders.OrderPlaced ? is no field with a name and a type"} with input as fixtures.with_field(1)
	messages == {"nexus.orders.OrderPlaced more is no field with a name and a type"} with input as fixtures.with_field({"name": "more"})
}

test_no_two_fields_have_one_name if {
	messages == {"nexus.orders.OrderPlaced has two fields email"} with input as fixtures.with_field({
		"name": "email",
		"type": "string",
	})
}

test_a_type_is_whole if {
	every type in [
		1, true, {}, {"type": 1}, {"type": "array"}, {"type": "map"}, {"type": "record", "name": "A"},
		{"type": "record", "name": "A", "fields": {}}, {"type": "enum", "name": "A", "symbols": "B"},
		{"type": "record", "name": 1, "fields": []}, {"type": "fixed", "name": "A"},
	] {
		messages == {"nexus.orders.OrderPlaced more is of no whole type"} with input as fixtures.with_type(type)
	}
}

test_a_type_may_stand_within_another if {
	count(well_formed.deny) == 0 with input as fixtures.with_type({"type": {"type": "array", "items": "string"}})
	count(well_formed.deny) == 0 with input as fixtures.with_type(["null", "string"])
}

test_a_waived_schema_passes if {
	question := object.remove(fixtures.schema, ["nexus"])
	count(well_formed.deny) == 0 with input as question
		with data.gates.waivers as [fixtures.waiver("schemas.well_formed")]
}
