package nexus.lib.names_test

import rego.v1

import data.nexus.lib.fixtures_test as fixtures
import data.nexus.lib.names

test_identifiers_are_of_one_alphabet if {
	every value in {"default", "Order", "test-1", "a.b_c~d-e", "...", "0"} {
		names.is_identifier(value, 9)
	}
}

test_anything_else_is_no_identifier if {
	others := [
		"", ".", "..", "a/b", "a b", "a\n", "ä", "ten-digits",
		null, true, 1, ["default"], {"a": "default"},
	]
	every other in others { not names.is_identifier(other, 9) }
}

test_a_context_and_a_name_are_a_type if names.is_type("orders.PlaceOrder")

test_anything_else_is_no_type if {
	others := [
		"", "orders", "PlaceOrder", "orders.", ".PlaceOrder", "orders.placeOrder", "Orders.PlaceOrder",
		"orders.Place.Order", "orders.PlaceOrder ", "orders.PlaceOrder\n", "orders.*", "*",
		null, true, 1, ["orders.PlaceOrder"], {"orders": "PlaceOrder"},
	]
	every other in others { not names.is_type(other) }
}

test_a_long_text_is_no_type if {
	names.is_type(sprintf("orders.P%0184d", [1]))
	not names.is_type(sprintf("orders.P%0185d", [1]))
}

test_three_patterns_are_over_a_command if {
	expected := {"orders.PlaceOrder", "orders.*", "*"}
	names.patterns_over_command == expected with input as fixtures.command
}

test_no_pattern_is_over_what_is_no_type if {
	every type in [null, 1, "", "orders", "orders.*", "*", ["orders.PlaceOrder"]] {
		not names.patterns_over_command with input as {"command": {"type": type}}
	}
}
