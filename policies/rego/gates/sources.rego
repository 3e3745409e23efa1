# METADATA
# title: Sources
# description: >-
#   What an event source mapping reads, a stream or a queue, by the ARN or, when that is known only
#   after apply, by what the configuration refers to. What can't be told counts as both.
package nexus.gates.sources

import rego.v1

import data.nexus.gates.plan

services := {"dynamodb": "stream", "kinesis": "stream", "sqs": "queue"}

types := {
	"aws_dynamodb_table": "stream",
	"aws_kinesis_stream": "stream",
	"aws_kinesis_stream_consumer": "stream",
	"aws_sqs_queue": "queue",
}

kinds(mapping) := found if {
	found := named(mapping) | referred(mapping)
	count(found) > 0
} else := {"stream", "queue"}

named(mapping) := {kind |
	arn := mapping.change.after.event_source_arn
	is_string(arn)
	kind := services[split(arn, ":")[2]]
}

referred(mapping) := {kind |
	plan.unknown(mapping, ["event_source_arn"])
	some address in plan.targets(mapping, ["event_source_arn"])
	some part in split(address, ".")
	kind := types[part]
}
