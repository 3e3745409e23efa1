# METADATA
# title: Readers of commits
# description: >-
#   Which event source mappings read the event store's stream, or may: all but those that the ARN, or
#   what the configuration refers to, shows to read something else.
package nexus.gates.commit_readers

import rego.v1

import data.nexus.gates.plan
import data.nexus.gates.tables

# METADATA
# title: Mappings
# description: The mappings of a plan that may read it and are not waived from the rule.
mappings(rule) := {mapping |
	some mapping in plan.subjects(rule, {"aws_lambda_event_source_mapping"})
	not elsewhere(mapping)
}

elsewhere(mapping) if {
	arn := mapping.change.after.event_source_arn
	is_string(arn)
	startswith(arn, "arn:")
	not of_store(arn)
}

of_store(arn) if contains(arn, sprintf("%s/stream/", [data.terraform.data.event_store]))

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
	found := {table | some table in plan.standing; table.type == "aws_dynamodb_table"; at(table, source)}
	count(found) > 0
	every table in found {
		not tables.event_store(table)
	}
}

at(table, source) if source in {table.address, plan.place(table.address)}

followed(reference) if split(reference, ".")[0] in {"count", "each", "module", "var"}

followed(reference) if startswith(reference, "aws_")
