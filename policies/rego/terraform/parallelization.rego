# METADATA
# title: Parallelization
# description: >-
#   The stream of the event store's table is read by one batch of a shard at a time: more at once
#   would mix the commits of a stream, since the table's stream keeps order per item only. A source
#   that can't be told counts as that stream.
# custom:
#   severity: high
#   fix: Set parallelization_factor to 1 on the mapping.
package nexus.terraform.parallelization

import rego.v1

import data.nexus.gates.plan

deny contains plan.finding(mapping, "reads the event store's stream with a parallelization factor other than 1") if {
	some mapping in plan.subjects("terraform.parallelization", {"aws_lambda_event_source_mapping"})
	not elsewhere(mapping)
	not one_by_one(mapping)
}

one_by_one(mapping) if mapping.change.after.parallelization_factor == 1

elsewhere(mapping) if {
	arn := mapping.change.after.event_source_arn
	is_string(arn)
	startswith(arn, "arn:")
	not of_store(arn)
}

of_store(arn) if contains(arn, sprintf("%s/stream/", [data.terraform.parallelization.table]))

elsewhere(mapping) if {
	plan.unknown(mapping, ["event_source_arn"])
	referred := plan.references(mapping, "event_source_arn")
	count(referred) > 0
	every reference in referred {
		other(reference)
	}
}

other(reference) if split(reference, ".")[0] in {"aws_kinesis_stream", "aws_kinesis_stream_consumer", "aws_sqs_queue"}

other(reference) if reference in {"each.key", "each.value", "count.index"}

other(reference) if {
	some table in plan.standing
	table.type == "aws_dynamodb_table"
	startswith(sprintf("%s.", [reference]), sprintf("aws_dynamodb_table.%s.", [table.name]))
	name := table.change.after.name
	is_string(name)
	not of_store(sprintf("%s/stream/", [name]))
}
