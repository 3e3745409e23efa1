package nexus.terraform.tracing_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.tracing

denied(address, attributes) := found if {
	found := {finding.msg | some finding in tracing.deny} with input as fixtures.plan([fixtures.resource(address, attributes)])
}

traced := {
	"aws_api_gateway_stage.x": {"xray_tracing_enabled": true},
	"aws_appsync_graphql_api.x": {"xray_enabled": true},
	"aws_lambda_function.x": {"tracing_config": [{"mode": "Active"}]},
	"aws_sfn_state_machine.x": {"tracing_configuration": [{"enabled": true}]},
}

untraced := {
	"aws_api_gateway_stage.x": [{}, {"xray_tracing_enabled": false}, {"xray_tracing_enabled": null}],
	"aws_appsync_graphql_api.x": [{}, {"xray_enabled": false}],
	"aws_lambda_function.x": [{}, {"tracing_config": []}, {"tracing_config": null}, {"tracing_config": [{"mode": "PassThrough"}]}],
	"aws_sfn_state_machine.x": [{}, {"tracing_configuration": []}, {"tracing_configuration": [{"enabled": false}]}],
}

test_what_is_traced_passes if {
	every address, attributes in traced {
		denied(address, attributes) == set()
	}
}

test_what_is_not_traced_is_denied if {
	every address, cases in untraced {
		every attributes in cases {
			denied(address, attributes) == {sprintf("%s is not traced", [address])}
		}
	}
}

test_a_waived_function_passes if {
	plan := fixtures.plan([fixtures.resource("aws_lambda_function.commands", {})])
	waivers := [fixtures.waiver("terraform.tracing", "aws_lambda_function.commands")]
	count(tracing.deny) == 0 with input as plan with data.gates.waivers as waivers
}
