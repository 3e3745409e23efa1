package nexus.terraform.api_auth_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.api_auth

denied(resource) := found if {
	found := {finding.msg | some finding in api_auth.deny} with input as fixtures.plan([resource])
}

method(attributes) := fixtures.resource("aws_api_gateway_method.m", attributes)

open := {"aws_api_gateway_method.m can be called by anybody"}

later := object.union(
	method({"authorization": "CUSTOM", "http_method": "POST"}),
	{"change": {"after_unknown": {"authorizer_id": true}}},
)

test_a_method_has_an_authorizer if {
	denied(method({"authorization": "AWS_IAM", "http_method": "POST"})) == set()
	denied(method({"authorization": "CUSTOM", "http_method": "POST", "authorizer_id": "a"})) == set()
	denied(later) == set()
	denied(method({"authorization": "NONE", "http_method": "OPTIONS"})) == open
	denied(method({"authorization": "NONE", "http_method": "POST"})) == open
	denied(method({"authorization": "NONE", "http_method": "POST", "api_key_required": true})) == open
	denied(method({"authorization": "NONE", "http_method": "GET"})) == open
	denied(method({"authorization": "CUSTOM", "http_method": "POST", "authorizer_id": null})) == open
	denied(method({"http_method": "POST"})) == open
}

route(attributes) := fixtures.resource("aws_apigatewayv2_route.r", attributes)

test_a_route_has_an_authorizer if {
	denied(route({"route_key": "POST /x", "authorization_type": "JWT", "authorizer_id": "a"})) == set()
	denied(route({"route_key": "GET /health", "authorization_type": "NONE"})) == set()
	every key in ["POST /x", "GET /x", "$default", "$connect", "move"] {
		denied(route({"route_key": key, "authorization_type": "NONE"})) == {"aws_apigatewayv2_route.r can be called by anybody"}
	}
}

sockets(key, protocol) := found if {
	plan := object.union(
		fixtures.plan([
			route({"route_key": key, "authorization_type": "NONE"}),
			fixtures.resource("aws_apigatewayv2_api.a", {"protocol_type": protocol, "body": null}),
		]),
		{"configuration": {"root_module": {"resources": [{
			"address": "aws_apigatewayv2_route.r",
			"expressions": {"api_id": {"references": ["aws_apigatewayv2_api.a.id", "aws_apigatewayv2_api.a"]}},
		}]}}},
	)
	found := {finding.subject | some finding in api_auth.deny} with input as plan
}

test_only_connect_of_a_socket_has_one if {
	sockets("$default", "WEBSOCKET") == set()
	sockets("$connect", "WEBSOCKET") == {"aws_apigatewayv2_route.r"}
	sockets("$default", "HTTP") == {"aws_apigatewayv2_route.r"}
}

test_a_quick_route_is_denied if {
	denied(fixtures.resource("aws_apigatewayv2_api.a", {"body": null, "target": null, "route_key": null})) == set()
	denied(fixtures.resource("aws_apigatewayv2_api.a", {"body": null, "target": "arn:aws:lambda"})) == {"aws_apigatewayv2_api.a makes a route that can be called by anybody"}
}

api(body) := fixtures.resource("aws_api_gateway_rest_api.a", {"body": body})

unreadable := {"aws_api_gateway_rest_api.a has a body that can't be read before it is applied"}

test_a_body_is_read if {
	denied(api(null)) == set()
	denied(api("{\"paths\": {\"/health\": {\"get\": {}}}}")) == set()
	denied(api("{\"paths\": {\"/\": {\"get\": {}}}}")) == {"aws_api_gateway_rest_api.a lets anybody call GET /"}
	denied(api("openapi: 3.0.1")) == unreadable
	denied(fixtures.resource("aws_api_gateway_rest_api.a", {})) == unreadable
}
