package nexus.terraform.well_formed_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.well_formed

whole := object.union(fixtures.plan([fixtures.resource("aws_sqs_queue.q", {})]), {"format_version": "1.2"})

faults(document) := count(found) if found := well_formed.deny with input as document

test_a_whole_plan_passes if {
	faults(whole) == 0
	faults(object.union(whole, {"errored": false, "complete": true})) == 0
	faults(object.union(whole, {"resource_changes": [fixtures.gone("aws_sqs_queue.q", ["delete"])]})) == 0
}

test_each_part_is_needed if {
	every key in object.keys(whole) {
		faults(object.remove(whole, [key])) == 1
	}
}

test_a_plan_in_part_is_denied if {
	faults(object.union(whole, {"errored": true})) == 1
	faults(object.union(whole, {"complete": false})) == 1
	faults(object.union(whole, {"format_version": "2.0"})) == 1
	faults(object.union(whole, {"resource_changes": []})) == 1
	faults(object.union(whole, {"resource_changes": [null]})) == 1
}

test_what_is_no_plan_is_denied if {
	every document in [{}, [], null, "plan", 1] {
		faults(document) > 0
	}
}
