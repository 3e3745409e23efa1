# METADATA
# title: Bounded mappings
# description: >-
#   A record that fails holds nobody up for ever and is not lost: whatever reads a stream splits a
#   failed batch, gives up after a number of tries or an age, and says where to; whatever reads a
#   queue leaves functions for others. Both report the records that failed, and take more than one
#   at a time. A source that can't be told counts as both.
# custom:
#   severity: high
#   fix: Set what is named within the bounds of data.json; -1 and nothing mean without end.
package nexus.terraform.bounded_mappings

import rego.v1

import data.nexus.gates.given
import data.nexus.gates.plan
import data.nexus.gates.sources

deny contains plan.finding(mapping, sprintf("has %s not between %d and %d", [attribute, bounds[0], bounds[1]])) if {
	some mapping in mappings
	some kind in sources.kinds(mapping)
	some attribute, bounds in data.terraform.bounded_mappings[kind]
	not within(mapping, attribute, bounds)
}

deny contains plan.finding(mapping, "does not report which records of a batch failed") if {
	some mapping in mappings
	not reports(mapping)
}

deny contains plan.finding(mapping, "does not split a batch that failed") if {
	some mapping in mappings
	"stream" in sources.kinds(mapping)
	not splits(mapping)
}

deny contains plan.finding(mapping, "has no destination for what failed") if {
	some mapping in mappings
	"stream" in sources.kinds(mapping)
	not given.text(mapping, ["destination_config", 0, "on_failure", 0, "destination_arn"])
}

deny contains plan.finding(mapping, "has no bound for how many functions run at once") if {
	some mapping in mappings
	"queue" in sources.kinds(mapping)
	not limited(mapping)
}

mappings := plan.subjects("terraform.bounded_mappings", {"aws_lambda_event_source_mapping"})

within(mapping, attribute, bounds) if given.number(mapping.change.after, attribute, bounds)

reports(mapping) if {
	types := mapping.change.after.function_response_types
	is_array(types)
	"ReportBatchItemFailures" in types
}

splits(mapping) if mapping.change.after.bisect_batch_on_function_error == true

limited(mapping) if {
	scaling := object.get(mapping.change.after, ["scaling_config", 0], {})
	given.number(scaling, "maximum_concurrency", data.terraform.bounded_mappings.queue_concurrency)
}
