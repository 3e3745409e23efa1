# METADATA
# title: Retention
# description: >-
#   Logs are kept long enough to look into an incident and not for ever; a stream keeps its records
#   at least a day; each function's log group is in the plan, for one that Lambda makes never expires.
# custom:
#   severity: medium
#   fix: >-
#     Set retention_in_days on the log group and retention_period on the stream within the bounds in
#     terraform/data.json; declare an aws_cloudwatch_log_group for the function.
package nexus.terraform.retention

import rego.v1

import data.nexus.gates.plan

deny contains plan.finding(group, "keeps its logs for too short or too long") if {
	some group in plan.subjects("terraform.retention", {"aws_cloudwatch_log_group"})
	not expires(group)
}

expires(group) if within(group.change.after.retention_in_days, data.terraform.retention.log_days)

deny contains plan.finding(stream, "keeps its records for too short or too long") if {
	some stream in plan.subjects("terraform.retention", {"aws_kinesis_stream"})
	not keeps(stream)
}

keeps(stream) if within(stream.change.after.retention_period, data.terraform.retention.stream_hours)

# Without a period, Kinesis keeps records for 24 hours.
keeps(stream) if {
	not plan.unknown(stream, ["retention_period"])
	object.get(stream.change.after, "retention_period", null) == null
}

within(value, [least, most]) if {
	is_number(value)
	value >= least
	value <= most
}

deny contains plan.finding(function, "has no log group in the plan") if {
	some function in plan.subjects("terraform.retention", {"aws_lambda_function"})
	not logged(function)
}

logged(function) if {
	some group in plan.standing
	group.type == "aws_cloudwatch_log_group"
	group.change.after.name == log_group(function)
}

log_group(function) := name if {
	name := function.change.after.logging_config[_].log_group
	is_string(name)
}

log_group(function) := sprintf("/aws/lambda/%s", [name]) if {
	not names_its_group(function)
	name := function.change.after.function_name
	is_string(name)
}

names_its_group(function) if is_string(function.change.after.logging_config[_].log_group)

names_its_group(function) if plan.unknown(function, ["logging_config", 0, "log_group"])
