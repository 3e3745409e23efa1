# METADATA
# title: Tracing
# description: >-
#   Every function and every stage of an API takes part in traces, so that a slow or failed command
#   can be followed across stream and queue.
# custom:
#   severity: medium
#   fix: Set tracing_config mode to Active on the function, xray_tracing_enabled on the stage.
package nexus.terraform.tracing

import rego.v1

import data.nexus.gates.plan

deny contains plan.finding(resource, "is not traced") if {
	some resource in plan.subjects("terraform.tracing", {"aws_lambda_function", "aws_api_gateway_stage"})
	not traced(resource.change.after)
}

traced(function) if function.tracing_config[_].mode == "Active"

traced(stage) if stage.xray_tracing_enabled == true
