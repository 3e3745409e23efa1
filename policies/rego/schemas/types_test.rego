package nexus.schemas.types_test

import rego.v1

import data.nexus.schemas.fixtures_test as fixtures
import data.nexus.schemas.types

messages := {finding.msg | some finding in types.deny}

decimal := {"type": "bytes", "logicalType": "decimal", "precision": 14, "scale": 2}

time_type := {"type": "long", "logicalType": "timestamp-micros"}

named(name, type) := fixtures.with_field({"name": name, "type": type, "doc": "More."})

test_exact_types_pass if {
	every type in [
		"string", "bytes", "boolean", "long", decimal, time_type, {"type": "int", "logicalType": "date"},
		["null", "string"], ["null", decimal], {"type": "array", "items": "long"}, "OrderLine",
		{"type": {"type": "string"}}, "nexus.orders.OrderLine", {"type": "enum", "name": "Kind", "symbols": ["A"]},
	] {
		count(types.deny) == 0 with input as fixtures.with_type(type)
	}
}

test_what_no_event_may_have_is_denied if {
	every type in [
		"float", "double", "int", "null", {"type": "int"}, {"type": "map", "values": "string"},
		{"type": "fixed", "name": "Code", "size": 4}, {"type": "array", "items": "float"},
		["null", {"type": "double"}], "Nonsense", {"type": "Nonsense"}, "record",
	] {
		count(types.deny) == 1 with input as fixtures.with_type(type)
	}
	messages == {"nexus.orders.OrderPlaced more is a int: use long, which takes the same bytes and has room"} with input as fixtures.with_type("int")
}

test_what_lies_within_is_seen if {
	inner := {"type": "record", "name": "Gift", "doc": "One.", "fields": [{"name": "weight", "type": "float"}]}
	every type in [inner, ["null", inner], {"type": "array", "items": inner}] {
		messages == {"nexus.orders.OrderPlaced more.weight is a float: it is inexact, so use decimal(14,2), or long in a smaller unit"} with input as fixtures.with_type(type)
	}
}

test_inexact_logical_types_are_denied if {
	every type in [
		object.union(decimal, {"scale": 3}), object.union(decimal, {"precision": 9}),
		{"type": "long", "logicalType": "timestamp-millis"}, {"type": "string", "logicalType": "date"},
		{"type": "int", "logicalType": "timestamp-micros"}, {"type": "string", "logicalType": "uuid"},
		{"type": "long", "logicalType": 1},
	] {
		count(types.deny) == 1 with input as fixtures.with_type(type)
	}
}

test_other_unions_are_denied if {
	every type in [
		["string", "long"], ["string", "null"], ["null"], [], ["null", "null"],
		["null", "string", "long"], {"type": "array", "items": ["string", "long"]},
	] {
		messages == {`nexus.orders.OrderPlaced more is a union: only ["null", one type] is allowed, for what may be missing`} with input as fixtures.with_type(type)
	}
}

test_money_is_decimal if {
	every name in {"amount", "totalAmount", "unitPrice", "total", "amounts"} {
		every type in [decimal, ["null", decimal], {"type": "array", "items": decimal}] {
			count(types.deny) == 0 with input as named(name, type)
		}
		every type in ["string", "long", ["null", "long"], {"type": "array", "items": "long"}] {
			count(types.deny) == 1 with input as named(name, type)
		}
	}
	count(types.deny) == 0 with input as named("priceList", "string")
}

test_times_are_in_microseconds if {
	every name in {"placedAt", "timestamp", "eventTimestamp"} {
		count(types.deny) == 0 with input as named(name, time_type)
		count(types.deny) == 0 with input as named(name, ["null", time_type])
		count(types.deny) == 1 with input as named(name, "string")
	}
	every name in {"flat", "format", "seat"} {
		count(types.deny) == 0 with input as named(name, "string")
	}
}

test_the_platforms_types_are_its_own if {
	question := object.union(fixtures.platform, {"fields": [{"name": "hash", "type": {"type": "fixed", "name": "Sha256", "size": 32}, "doc": "Of it."}]})
	count(types.deny) == 0 with input as question
}

test_a_waived_schema_passes if {
	count(types.deny) == 0 with input as fixtures.with_type("float")
		with data.gates.waivers as [fixtures.waiver("schemas.types")]
}
