package nexus.events.ownership_test

import rego.v1

import data.nexus.events.ownership
import data.nexus.lib.fixtures_test as fixtures

foreign := "orders.OrderPlaced is not owned by its own context"

abroad := "orders.OrderPlaced may not be produced by inventory.ReserveStock: its own context produces it"

unknown := "orders.OrderPlaced may not be produced by an unknown command: its own context produces it"

unclassified := "The event's classification is not known"

unrouted := "The event's propagation is not known"

test_an_owned_event_is_allowed_in_every_known_word if {
	every classification in {"public", "internal", "confidential", "restricted"} {
		every propagation in {"core", "secondary"} {
			question := fixtures.event_with({"classification": classification, "propagation": propagation})
			ownership.allow with input as question
			count(ownership.deny) == 0 with input as question
		}
	}
}

test_an_event_of_another_context_is_denied if {
	others := [
		null, true, 1, "", "Orders", "inventory", "orders.OrderPlaced",
		["orders"], {"orders": true},
	]
	every owner in others {
		not ownership.allow with input as fixtures.event_with({"owner": owner})
		ownership.deny == {foreign} with input as fixtures.event_with({"owner": owner})
	}
}

test_a_producer_of_another_context_is_denied if {
	every point in {"append", "route"} {
		question := object.union(fixtures.event, {"producer": "inventory.ReserveStock", "point": point})
		not ownership.allow with input as question
		ownership.deny == {abroad} with input as question
	}
}

test_a_context_can_not_give_away_its_events if {
	question := fixtures.event_with({"type": "inventory.StockReserved", "owner": "inventory"})
	count(ownership.deny) == 1 with input as question
}

test_an_unknown_producer_is_denied if {
	every producer in [null, true, 1, "", "orders", "orders.*", "Orders.PlaceOrder", ["orders.PlaceOrder"], {}] {
		question := object.union(fixtures.event, {"producer": producer})
		not ownership.allow with input as question
		ownership.deny == {unknown} with input as question
	}
	ownership.deny == {unknown} with input as object.remove(fixtures.event, {"producer"})
}

test_an_event_without_a_context_is_denied if {
	every type in [null, true, 1, "", "orders", "orders.", ".OrderPlaced", ["orders.OrderPlaced"]] {
		not ownership.allow with input as fixtures.event_with({"type": type})
		count(ownership.deny) == 2 with input as fixtures.event_with({"type": type})
	}
}

test_an_unknown_classification_is_denied if {
	every value in [null, true, 0, "", "secret", "Internal", ["internal"], {}] {
		not ownership.allow with input as fixtures.event_with({"classification": value})
		ownership.deny == {unclassified} with input as fixtures.event_with({"classification": value})
	}
}

test_an_unknown_propagation_is_denied if {
	every value in [null, true, 0, "", "Core", "both", ["core"], {}] {
		not ownership.allow with input as fixtures.event_with({"propagation": value})
		ownership.deny == {unrouted} with input as fixtures.event_with({"propagation": value})
	}
}

test_a_question_without_content_is_denied if {
	every question in [{}, null, [], {"event": null}, {"event": []}] {
		not ownership.allow with input as question
		count(ownership.deny) == 4 with input as question
	}
}

test_without_known_words_nothing_is_allowed if {
	not ownership.allow with input as fixtures.event with data.events.paths as {}
}
