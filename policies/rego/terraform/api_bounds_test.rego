package nexus.terraform.api_bounds_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.api_bounds

denied(resources) := found if {
	found := {finding.msg | some finding in api_bounds.deny} with input as fixtures.plan(resources)
}

log := [{"destination_arn": "arn:aws:logs:eu-west-1:1:log-group:api"}]

limits := {"throttling_rate_limit": 100, "throttling_burst_limit": 200}

stage(change) := fixtures.resource("aws_api_gateway_stage.s", object.union(
	{"rest_api_id": "a", "stage_name": "live", "access_log_settings": log},
	change,
))

settings(change) := fixtures.resource("aws_api_gateway_method_settings.m", object.union(
	{"rest_api_id": "a", "stage_name": "live", "method_path": "*/*", "settings": [limits]},
	change,
))

not_throttled := {"aws_api_gateway_stage.s is not throttled"}

test_a_stage_that_is_throttled_and_logged_passes if denied([stage({}), settings({})]) == set()

test_a_stage_without_a_log_is_denied if {
	every none in [[], null, [{"destination_arn": ""}]] {
		denied([stage({"access_log_settings": none}), settings({})]) == {"aws_api_gateway_stage.s writes no access log"}
	}
}

test_settings_of_another_stage_do_not_count if {
	denied([stage({})]) == not_throttled
	every change in [{"stage_name": "test"}, {"rest_api_id": "b"}, {"method_path": "orders/GET"}] {
		denied([stage({}), settings(change)]) == not_throttled
	}
}

test_settings_lift_no_bounds if {
	every throttling in [[], null, [{}], [object.union(limits, {"throttling_rate_limit": -1})], [object.union(limits, {"throttling_burst_limit": null})]] {
		denied([stage({}), settings({"settings": throttling})]) == {"aws_api_gateway_method_settings.m lift the bounds of a stage"}
	}
}

later(address, attributes) := object.union(
	fixtures.resource(address, object.union({"stage_name": "live", "access_log_settings": log}, attributes)),
	{"change": {"after_unknown": {"rest_api_id": true}}},
)

declared(address, api) := {"address": address, "expressions": {"rest_api_id": {"references": [api]}}}

by_reference(api) := found if {
	plan := object.union(
		fixtures.plan([
			later("aws_api_gateway_stage.s", {}),
			later("aws_api_gateway_method_settings.m", {"method_path": "*/*", "settings": [limits]}),
		]),
		{"configuration": {"root_module": {"resources": [
			declared("aws_api_gateway_stage.s", "aws_api_gateway_rest_api.a.id"),
			declared("aws_api_gateway_method_settings.m", api),
		]}}},
	)
	found := {finding.msg | some finding in api_bounds.deny} with input as plan
}

test_an_api_that_is_made_is_told_by_reference if {
	by_reference("aws_api_gateway_rest_api.a.id") == set()
	by_reference("aws_api_gateway_rest_api.b.id") == not_throttled
}

http(change) := fixtures.resource("aws_apigatewayv2_stage.s", object.union(
	{"access_log_settings": log, "default_route_settings": [limits], "route_settings": []},
	change,
))

test_a_stage_of_version_2_has_its_own if {
	denied([http({})]) == set()
	denied([http({"access_log_settings": []})]) == {"aws_apigatewayv2_stage.s writes no access log"}
	denied([http({"default_route_settings": []})]) == {"aws_apigatewayv2_stage.s is not throttled"}
	denied([http({"route_settings": [limits]})]) == set()
	denied([http({"route_settings": [{"throttling_rate_limit": -1}]})]) == {"aws_apigatewayv2_stage.s lifts the bounds of a stage for a route"}
}
