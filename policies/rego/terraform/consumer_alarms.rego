# METADATA
# title: Consumer alarms
# description: >-
#   Somebody hears of a function that fails, and of one that falls behind the stream it reads: each
#   has an alarm on its errors in the same plan, each reader of a stream one on the iterator's age.
#   A mapping whose function can't be told counts as one of every function it may mean.
# custom:
#   severity: medium
#   fix: Add an aws_cloudwatch_metric_alarm of dimensions FunctionName alone, as data.json bounds it.
package nexus.terraform.consumer_alarms

import rego.v1

import data.nexus.gates.alarms
import data.nexus.gates.functions
import data.nexus.gates.plan
import data.nexus.gates.sources

deny contains plan.finding(function, "has no alarm on its errors that anybody hears") if {
	some function in subjects
	not watched(function, "errors")
}

deny contains plan.finding(function, "has no alarm on the age of what it reads that anybody hears") if {
	some function in subjects
	function in readers
	not watched(function, "age")
}

deny contains plan.finding(mapping, "is for a function that this plan does not show, so for no alarm either") if {
	some mapping in plan.subjects("terraform.consumer_alarms", {"aws_lambda_event_source_mapping"})
	count(functions.meant(mapping)) == 0
}

subjects := plan.subjects("terraform.consumer_alarms", {"aws_lambda_function"})

readers := {function |
	some mapping in plan.standing
	mapping.type == "aws_lambda_event_source_mapping"
	"stream" in sources.kinds(mapping)
	some function in functions.meant(mapping)
}

watched(function, metric) if {
	dimensions := {"FunctionName": function.change.after.function_name}
	alarms.raised(dimensions, data.terraform.consumer_alarms[metric])
}
