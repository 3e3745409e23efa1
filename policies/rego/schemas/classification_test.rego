package nexus.schemas.classification_test

import rego.v1

import data.nexus.schemas.classification
import data.nexus.schemas.fixtures_test as fixtures

messages := {finding.msg | some finding in classification.deny}

asked(class, path) := fixtures.with_word({"classification": class, "propagation": path})

unclassified := "nexus.orders.OrderPlaced has no classification that is known"

unrouted := "nexus.orders.OrderPlaced has no propagation that is known"

test_every_class_may_travel_on_the_core_path if {
	every class in {"public", "internal", "confidential", "restricted"} {
		count(classification.deny) == 0 with input as asked(class, "core")
	}
}

test_the_harmless_may_travel_on_the_secondary_path if {
	every class in {"public", "internal"} {
		count(classification.deny) == 0 with input as asked(class, "secondary")
	}
	every class in {"confidential", "restricted"} {
		messages == {sprintf("nexus.orders.OrderPlaced is %s and may not travel on the secondary path", [class])} with input as asked(class, "secondary")
	}
}

test_other_words_are_denied if {
	every word in [null, true, 1, "", "secret", "Core", ["core"], {}] {
		messages == {unclassified} with input as asked(word, "core")
		messages == {unrouted} with input as asked("internal", word)
	}
}

test_missing_words_are_denied if {
	question := object.union(object.remove(fixtures.schema, ["nexus"]), {"nexus": {}})
	messages == {unclassified, unrouted} with input as question
}

test_the_platforms_records_are_classified if {
	question := object.union(fixtures.platform, {"nexus": {"propagation": "secondary"}})
	count(classification.deny) == 1 with input as question
}

test_a_waived_schema_passes if {
	count(classification.deny) == 0 with input as asked("secret", "core")
		with data.gates.waivers as [fixtures.waiver("schemas.classification")]
}
