# METADATA
# title: API authorization
# description: >-
#   Nobody calls an API unasked: each method and route, and each operation of an OpenAPI body, has
#   an authorizer or IAM. An API key alone identifies nobody. Open are only the
#   paths in data.json, and MOCK integrations, behind which there is nothing. API Gateway ignores
#   security at the root of a body, and of a WebSocket API only $connect can have any.
# custom:
#   severity: critical
#   fix: >-
#     Give the method an authorizer, or the operation a security of its own by a scheme that has
#     x-amazon-apigateway-authtype; or list a path that is meant to be open in data.json.
package nexus.terraform.api_auth

import rego.v1

import data.nexus.gates.openapi
import data.nexus.gates.plan

deny contains plan.finding(method, "can be called by anybody") if {
	some method in plan.subjects("terraform.api_auth", {"aws_api_gateway_method", "aws_apigatewayv2_route"})
	not authorized(method)
	not open(method)
}

deny contains plan.finding(api, "makes a route that can be called by anybody") if {
	some api in plan.subjects("terraform.api_auth", {"aws_apigatewayv2_api"})
	is_string(api.change.after[{"route_key", "target"}[_]])
}

deny contains plan.finding(api, "has a body that can't be read before it is applied") if {
	some api in apis
	not readable(api)
}

deny contains plan.finding(api, sprintf("lets anybody call %s %s", [operation.method, operation.path])) if {
	some api in apis
	some operation in openapi.unsecured(api.change.after.body, settings)
}

settings := data.terraform.api_auth

apis := plan.subjects("terraform.api_auth", {"aws_api_gateway_rest_api", "aws_apigatewayv2_api"})

# An authorizer's id is known after apply; that there is one shows in the plan either way.
authorized(method) if kind(method) == "AWS_IAM"

authorized(method) if {
	kind(method) in settings.authorizations
	plan.unknown(method, ["authorizer_id"])
}

authorized(method) if {
	kind(method) in settings.authorizations
	is_string(method.change.after.authorizer_id)
}

kind(method) := method.change.after.authorization

kind(route) := route.change.after.authorization_type

open(route) if {
	parts := split(route.change.after.route_key, " ")
	openapi.listed(settings, parts[0], parts[1])
}

open(route) if {
	route.change.after.route_key != "$connect"
	some address in plan.targets(route, ["api_id"])
	some api in plan.standing
	address in {api.address, plan.place(api.address)}
	api.change.after.protocol_type == "WEBSOCKET"
}

# No body at all: the methods are resources of their own.
readable(api) if api.change.after.body == null

readable(api) if openapi.readable(api.change.after.body)
