package nexus.terraform.whole_stream_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.whole_stream

store := "arn:aws:dynamodb:eu-west-1:1:table/nexus-event-store/stream/2026-01-01T00:00:00.000"

mapping(source, attributes) := fixtures.resource(
	"aws_lambda_event_source_mapping.m",
	object.union({"event_source_arn": source, "starting_position": "TRIM_HORIZON"}, attributes),
)

faults(resource) := count(found) if found := whole_stream.deny with input as fixtures.plan([resource])

test_all_of_it_is_read if {
	faults(mapping(store, {})) == 0
	faults(mapping(store, {"enabled": true, "filter_criteria": []})) == 0
}

test_no_part_is if {
	faults(mapping(store, {"enabled": false})) == 1
	faults(mapping(store, {"filter_criteria": [{"filter": [{"pattern": "{}"}]}]})) == 1
	faults(mapping(store, {"starting_position": "LATEST"})) == 1
	faults(fixtures.unknown(mapping(store, {}), {"filter_criteria": true, "enabled": true})) == 2
}

test_other_streams_may_be_filtered if {
	faults(mapping("arn:aws:kinesis:eu-west-1:1:stream/core", {"filter_criteria": [{}]})) == 0
}
