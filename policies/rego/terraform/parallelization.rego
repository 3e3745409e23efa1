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
	sources := plan.targets(mapping, ["event_source_arn"])
	count(sources) > 0
	every source in sources {
		other(source)
	}
	every reference in plan.references(mapping, "event_source_arn") {
		followed(reference)
	}
}

other(source) if {
	some part in split(source, ".")
	part in {"aws_kinesis_stream", "aws_kinesis_stream_consumer", "aws_sqs_queue"}
}

other(source) if {
	tables := {table | some table in plan.standing; table.type == "aws_dynamodb_table"; at(table, source)}
	count(tables) > 0
	every table in tables {
		is_other(table.change.after.name)
	}
}

at(table, source) if source in {table.address, plan.place(table.address)}

is_other(name) if {
	is_string(name)
	not is_store(name)
}

is_store(name) if endswith(name, data.terraform.parallelization.table)

followed(reference) if split(reference, ".")[0] in {"count", "each", "module", "var"}

followed(reference) if startswith(reference, "aws_")
