package nexus.events.propagation_test

import rego.v1

import data.nexus.events.propagation
import data.nexus.lib.fixtures_test as fixtures

personal := "orders.OrderPlaced has personal fields and may travel on the core path only"

closed := "orders.OrderPlaced may not travel on this path with its classification"

on(path, classification, fields) := fixtures.event_with({
	"propagation": path,
	"classification": classification,
	"personal": fields,
})

test_the_core_path_is_open_to_all if {
	every classification in {"public", "internal", "confidential", "restricted"} {
		every fields in [[], ["email"]] {
			count(propagation.deny) == 0 with input as on("core", classification, fields)
		}
	}
}

test_the_secondary_path_is_open_to_harmless_events if {
	every classification in {"public", "internal"} {
		count(propagation.deny) == 0 with input as on("secondary", classification, [])
	}
}

test_the_secondary_path_is_closed_to_personal_fields if {
	every classification in {"public", "internal"} {
		propagation.deny == {personal} with input as on("secondary", classification, ["email"])
	}
}

test_the_secondary_path_is_closed_to_what_is_classified if {
	every classification in {"confidential", "restricted"} {
		propagation.deny == {closed} with input as on("secondary", classification, [])
		propagation.deny == {closed, personal} with input as on("secondary", classification, ["email"])
	}
}

test_personal_fields_that_are_no_list_count_as_personal if {
	every fields in [null, false, 0, "", {}] {
		propagation.deny == {personal} with input as on("secondary", "internal", fields)
	}
}

test_unknown_words_are_denied if {
	every word in [null, true, 0, "", "CORE", ["core"], {"core": true}] {
		propagation.deny == {closed} with input as on("core", word, [])
		closed in propagation.deny with input as on(word, "internal", [])
	}
}

test_a_question_without_content_is_denied if {
	every question in [{}, null, [], {"event": null}] {
		count(propagation.deny) == 2 with input as question
	}
}
