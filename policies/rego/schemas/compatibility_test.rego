package nexus.schemas.compatibility_test

import rego.v1

import data.nexus.schemas.compatibility
import data.nexus.schemas.fixtures_test as fixtures

messages := {finding.msg | some finding in compatibility.deny}

test_each_mode_passes if {
	every mode in {"BACKWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"} {
		count(compatibility.deny) == 0 with input as fixtures.with_word({"compatibility": mode})
	}
}

test_other_words_are_denied if {
	expected := {"nexus.orders.OrderPlaced declares no mode of compatibility that is known"}
	every word in [null, true, 1, "", "backward", ["FULL"], {}] {
		messages == expected with input as fixtures.with_word({"compatibility": word})
	}
	question := object.union(object.remove(fixtures.schema, ["nexus"]), {"nexus": {}})
	messages == expected with input as question
}

test_none_takes_a_waiver if {
	question := fixtures.with_word({"compatibility": "NONE"})
	messages == {"nexus.orders.OrderPlaced declares the compatibility NONE, which takes a waiver"} with input as question
	count(compatibility.deny) == 0 with input as question
		with data.gates.waivers as [fixtures.waiver("schemas.compatibility")]
}

test_an_expired_waiver_lifts_nothing if {
	expired := object.union(fixtures.waiver("schemas.compatibility"), {"expires": "2026-01-31"})
	count(compatibility.deny) == 1 with input as fixtures.with_word({"compatibility": "NONE"})
		with data.gates.waivers as [expired]
}
