# METADATA
# title: API bounds
# description: >-
#   Every stage of an API is throttled, as a whole and wherever a method or route says otherwise,
#   and writes an access log: what a caller may cost is bounded, and who called is known.
# custom:
#   severity: medium
#   fix: >-
#     Set access_log_settings on the stage, and both throttling limits within data.json: of a REST
#     API in an aws_api_gateway_method_settings for "*/*", else in default_route_settings.
package nexus.terraform.api_bounds

import rego.v1

import data.nexus.gates.given
import data.nexus.gates.plan

deny contains plan.finding(stage, "writes no access log") if {
	some stage in plan.subjects("terraform.api_bounds", {"aws_api_gateway_stage", "aws_apigatewayv2_stage"})
	not given.text(stage, ["access_log_settings", 0, "destination_arn"])
}

deny contains plan.finding(stage, "is not throttled") if {
	some stage in plan.subjects("terraform.api_bounds", {"aws_api_gateway_stage"})
	not has_settings(stage)
}

deny contains plan.finding(stage, "is not throttled") if {
	some stage in plan.subjects("terraform.api_bounds", {"aws_apigatewayv2_stage"})
	not throttled(stage, "default_route_settings")
}

deny contains plan.finding(settings, "lift the bounds of a stage") if {
	some settings in plan.subjects("terraform.api_bounds", {"aws_api_gateway_method_settings"})
	not throttled(settings, "settings")
}

deny contains plan.finding(stage, "lifts the bounds of a stage for a route") if {
	some stage in plan.subjects("terraform.api_bounds", {"aws_apigatewayv2_stage"})
	routes := stage.change.after.route_settings
	is_array(routes)
	some route in routes
	not within(route)
}

throttled(resource, block) if within(object.get(resource.change.after, [block, 0], {}))

within(throttling) if {
	every attribute, bounds in data.terraform.api_bounds {
		given.number(throttling, attribute, bounds)
	}
}

has_settings(stage) if {
	some settings in plan.standing
	settings.type == "aws_api_gateway_method_settings"
	settings.change.after.method_path == "*/*"
	settings.change.after.stage_name == stage.change.after.stage_name
	same_api(settings, stage)
}

same_api(settings, stage) if settings.change.after.rest_api_id == stage.change.after.rest_api_id

same_api(settings, stage) if {
	plan.unknown(stage, ["rest_api_id"])
	count(plan.targets(settings, ["rest_api_id"]) & plan.targets(stage, ["rest_api_id"])) > 0
}
