package nexus.terraform.tracing_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.tracing

function(mode) := fixtures.plan([fixtures.resource("aws_lambda_function.commands", {"tracing_config": [{"mode": mode}]})])

test_a_traced_function_passes if count(tracing.deny) == 0 with input as function("Active")

test_an_untraced_function_is_denied if {
	tracing.deny == {{
		"msg": "aws_lambda_function.commands is not traced",
		"subject": "aws_lambda_function.commands",
	}} with input as function("PassThrough")
}

stage(enabled) := fixtures.plan([fixtures.resource("aws_api_gateway_stage.api", {"xray_tracing_enabled": enabled})])

test_a_stage_is_traced_too if {
	count(tracing.deny) == 0 with input as stage(true)
	count(tracing.deny) == 1 with input as stage(false)
	count(tracing.deny) == 1 with input as stage(null)
}

test_a_waived_function_passes if {
	count(tracing.deny) == 0 with input as function("PassThrough")
		with data.gates.waivers as [fixtures.waiver("terraform.tracing", "aws_lambda_function.commands")]
}
