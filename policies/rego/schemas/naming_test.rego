package nexus.schemas.naming_test

import rego.v1

import data.nexus.schemas.fixtures_test as fixtures
import data.nexus.schemas.naming

messages := {finding.msg | some finding in naming.deny}

field(name) := fixtures.with_field({"name": name, "type": "string", "doc": "More."})

enum(symbols) := fixtures.with_type({"type": "enum", "name": "Kind", "symbols": symbols})

test_the_houses_names_pass if count(naming.deny) == 0 with input as fixtures.schema

test_a_namespace_is_a_context_of_ours if {
	every namespace in {"orders", "nexus", "nexus.Orders", "nexus.orders.eu", "shop.orders", ""} {
		count(naming.deny) == 1 with input as object.union(fixtures.schema, {"namespace": namespace})
	}
}

test_a_reserved_context_is_denied if {
	messages == {"nexus.nexus.OrderPlaced is in a context whose name is reserved"} with input as object.union(
		fixtures.schema,
		{"namespace": "nexus.nexus"},
	)
}

test_an_event_is_in_pascal_case if {
	messages == {"nexus.orders.order_placed has the type order_placed, which is not in PascalCase"} with input as object.union(
		fixtures.schema,
		{"name": "order_placed"},
	)
}

test_a_type_within_is_in_pascal_case if {
	messages == {"nexus.orders.OrderPlaced more has the type gift, which is not in PascalCase"} with input as fixtures.with_type({"type": "record", "name": "gift", "fields": []})
}

test_a_type_within_is_in_the_events_namespace if {
	inner := {"type": "record", "name": "Gift", "namespace": "nexus.payments", "fields": []}
	messages == {"nexus.orders.OrderPlaced more is in another namespace than the event"} with input as fixtures.with_type(inner)
}

test_a_field_is_in_camel_case if {
	every name in {"more_of_it", "More", "2more", "more-or-less", ""} {
		count(naming.deny) == 1 with input as field(name)
	}
	messages == {"nexus.orders.OrderPlaced More is not in camelCase"} with input as field("More")
}

test_a_reserved_field_is_denied if {
	messages == {"nexus.orders.OrderPlaced from has a name that is reserved"} with input as field("from")
}

test_symbols_are_in_upper_snake_case if {
	count(naming.deny) == 0 with input as enum(["WEB", "IN_SHOP_2"])
	every symbol in ["web", "Web", "_WEB", 1, null] {
		count(naming.deny) == 1 with input as enum(["WEB", symbol])
	}
}

test_the_platforms_names_are_its_own if count(naming.deny) == 0 with input as fixtures.platform

test_a_waived_schema_passes if {
	count(naming.deny) == 0 with input as field("More")
		with data.gates.waivers as [fixtures.waiver("schemas.naming")]
}
