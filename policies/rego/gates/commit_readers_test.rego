package nexus.gates.commit_readers_test

import rego.v1

import data.nexus.gates.commit_readers
import data.nexus.gates.fixtures_test as fixtures

rule := "terraform.whole_stream"

address := "aws_lambda_event_source_mapping.m"

store := "arn:aws:dynamodb:eu-west-1:111111111111:table/nexus-event-store/stream/2026"

found(arn) := answer if {
	plan := fixtures.plan([fixtures.resource(address, {"event_source_arn": arn})])
	answer := {mapping.address | some mapping in commit_readers.mappings(rule)} with input as plan
}

test_what_reads_the_event_store_is_found if found(store) == {address}

test_what_reads_something_else_is_not if {
	found("arn:aws:kinesis:eu-west-1:111111111111:stream/nexus-core-events") == set()
}

test_what_can_not_be_told_counts if {
	every arn in [null, "", "nexus-core-events", 1] {
		found(arn) == {address}
	}
}

test_a_waived_mapping_is_left_out if {
	plan := fixtures.plan([fixtures.resource(address, {"event_source_arn": store})])
	waivers := [fixtures.waiver(rule, address)]
	answer := {mapping.address | some mapping in commit_readers.mappings(rule)} with input as plan
		with data.gates.waivers as waivers
	answer == set()
}
