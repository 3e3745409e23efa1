package nexus.terraform.parallelization_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.parallelization

denied(source, factor) := found if {
	mapping := fixtures.resource("aws_lambda_event_source_mapping.m", {"event_source_arn": source, "parallelization_factor": factor})
	found := {finding.subject | some finding in parallelization.deny} with input as fixtures.plan([mapping])
}

store := "arn:aws:dynamodb:eu-west-1:1:table/nexus-event-store/stream/2026-01-01T00:00:00.000"

mapping := {"aws_lambda_event_source_mapping.m"}

test_the_store_is_read_one_by_one if {
	denied(store, 1) == set()
	denied(store, 2) == mapping
	denied(store, null) == mapping
}

test_other_sources_may_be_read_side_by_side if {
	denied("arn:aws:kinesis:eu-west-1:1:stream/core", 10) == set()
	denied("arn:aws:dynamodb:eu-west-1:1:table/nexus-snapshots/stream/1", 10) == set()
}

test_no_source_counts_as_the_store if {
	every source in [null, "", "nonsense"] {
		denied(source, 2) == mapping
	}
}

referring(references) := found if {
	plan := object.union(
		fixtures.plan([
			object.union(
				fixtures.resource("aws_lambda_event_source_mapping.m", {"parallelization_factor": 2}),
				{"change": {"after_unknown": {"event_source_arn": true}}},
			),
			fixtures.resource("aws_dynamodb_table.store", {"name": "x-nexus-event-store"}),
			fixtures.resource("aws_dynamodb_table.snapshots", {"name": "x-snapshots"}),
			fixtures.resource("aws_dynamodb_table.unnamed", {}),
		]),
		{"configuration": {"root_module": {"resources": [{
			"address": "aws_lambda_event_source_mapping.m",
			"expressions": {"event_source_arn": {"references": references}},
		}]}}},
	)
	found := {finding.subject | some finding in parallelization.deny} with input as plan
}

test_what_is_unknown_is_told_by_reference if {
	referring(["aws_kinesis_stream.core.arn", "aws_kinesis_stream.core"]) == set()
	referring(["aws_dynamodb_table.snapshots.stream_arn", "aws_dynamodb_table.snapshots"]) == set()
	referring(["aws_sqs_queue.q", "each.key"]) == set()
	every references in [
		[], ["local.source"], ["module.store.stream_arn", "module.store"],
		["aws_dynamodb_table.store.stream_arn", "aws_dynamodb_table.store"], ["aws_dynamodb_table.unnamed.stream_arn"],
		["aws_kinesis_stream.core", "aws_dynamodb_table.store"],
	] {
		referring(references) == mapping
	}
}
