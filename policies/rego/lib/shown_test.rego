package nexus.lib.shown_test

import rego.v1

import data.nexus.lib.fixtures_test as fixtures
import data.nexus.lib.shown

test_a_type_is_shown_as_it_is if {
	shown.command == "orders.PlaceOrder" with input as fixtures.command
	shown.event == "orders.OrderPlaced" with input as fixtures.event
	shown.producer == "orders.PlaceOrder" with input as fixtures.event
}

test_what_is_no_type_is_shown_in_words if {
	every type in [null, 1, "<script>", {}] {
		shown.command == "An unknown command" with input as {"command": {"type": type}}
		shown.event == "An unknown event" with input as {"event": {"type": type}}
		shown.producer == "an unknown command" with input as {"producer": type}
	}
}

test_a_missing_type_is_shown_in_words if {
	every question in [null, 1, "question", [], {}] {
		shown.command == "An unknown command" with input as question
		shown.event == "An unknown event" with input as question
	}
}

test_a_known_principal_is_shown_by_kind_and_id if {
	shown.principal == "user alice" with input as fixtures.command
}

test_an_unknown_principal_is_shown_in_words if {
	shown.principal == "An unknown principal" with input as {}
}
