package nexus.gates.avro_test

import rego.v1

import data.nexus.gates.avro
import data.nexus.schemas.fixtures_test as fixtures

test_a_schema_is_asked_by_its_kind if {
	avro.asks("schemas.owner", {"events"}) with input as fixtures.schema
	avro.asks("schemas.owner", {"platform"}) with input as fixtures.platform
	avro.asks("schemas.owner", {"formats"}) with input as fixtures.format
	not avro.asks("schemas.owner", {"platform", "formats"}) with input as fixtures.schema
}

test_a_waived_schema_is_not_asked if {
	not avro.asks("schemas.owner", {"events"}) with input as fixtures.schema
		with data.gates.waivers as [fixtures.waiver("schemas.owner")]
}

test_what_is_not_well_formed_is_not_asked if {
	every text in [null, "string", [], {}] {
		not avro.asks("schemas.owner", {"events", "platform", "formats"}) with input as text
	}
}

test_fields_have_a_place_and_a_depth if {
	found := {[entry.place, entry.depth] | some entry in avro.fields} with input as fixtures.schema
	found == {["customerId", 1], ["email", 1], ["lines", 1], ["lines.quantity", 2]}
}

test_types_are_found_wherever_they_are if {
	places := {node.place | some node in avro.types} with input as fixtures.with_type(["null", {
		"type": "map",
		"values": "long",
	}])
	places == {"customerId", "email", "lines", "lines.quantity", "more"}
}

test_a_finding_names_schema_and_field if {
	avro.finding("lines.quantity", "is wrong") == {
		"msg": "nexus.orders.OrderPlaced lines.quantity is wrong",
		"subject": "nexus.orders.OrderPlaced",
		"field": "lines.quantity",
	} with input as fixtures.schema
	avro.finding("", "is wrong").msg == "nexus.orders.OrderPlaced is wrong" with input as fixtures.schema
}
