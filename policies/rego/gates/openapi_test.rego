package nexus.gates.openapi_test

import rego.v1

import data.nexus.gates.openapi

settings := {
	"public": [{"method": "GET", "path": "/health"}, {"method": "OPTIONS", "path": "*"}],
	"authorizers": ["awsSigv4", "custom"],
}

schemes := {
	"identity": {"type": "apiKey", "x-amazon-apigateway-authtype": "custom", "x-amazon-apigateway-authorizer": {"authorizerUri": "arn"}},
	"pool": {"x-amazon-apigateway-authtype": "custom", "x-amazon-apigateway-authorizer": {"providerARNs": ["arn"]}},
	"sigv4": {"x-amazon-apigateway-authtype": "awsSigv4"},
	"declared": {"x-amazon-apigateway-authtype": "custom"},
	"key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
}

body(path, method, operation) := json.marshal({
	"openapi": "3.0.1",
	"components": {"securitySchemes": schemes},
	"security": [{"identity": []}],
	"paths": {path: {method: operation, "parameters": []}, "/odd": "nothing"},
})

unsecured(path, method, operation) := openapi.unsecured(body(path, method, operation), settings)

test_a_secured_operation_is_left_out if {
	every operation in [
		{"security": [{"identity": []}]}, {"security": [{"identity": [], "key": []}]},
		{"security": [{"pool": []}, {"sigv4": []}]}, {"x-amazon-apigateway-auth": {"type": "AWS_IAM"}},
		{"x-amazon-apigateway-integration": {"type": "MOCK"}},
	] {
		unsecured("/orders", "get", operation) == set()
	}
}

test_an_open_operation_is_told if {
	every operation in [
		{"security": [{"declared": []}]}, {"security": [{"identity": []}], "x-amazon-apigateway-auth": {"type": "NONE"}},
		{}, {"security": []}, {"security": null}, {"security": [{}]}, {"security": ["identity"]}, {"x-amazon-apigateway-integration": {"type": 5}}, {"security": [{"key": []}]}, {"security": [{"unheard-of": []}]},
		{"security": [{"identity": []}, {}]}, {"security": [{"identity": []}, {"key": []}]},
		{"x-amazon-apigateway-auth": {"type": "NONE"}}, {"x-amazon-apigateway-integration": {"type": "aws_proxy"}},
	] {
		unsecured("/orders", "post", operation) == {{"method": "POST", "path": "/orders"}}
	}
	unsecured("/orders", "GET", {}) == {{"method": "GET", "path": "/orders"}}
	unsecured("/orders", "$ref", "#/paths/other") == {{"method": "$ref", "path": "/orders"}}
	unsecured("/orders", "x-amazon-apigateway-any-method", {}) == {{"method": "ANY", "path": "/orders"}}
}

test_what_is_listed_may_be_open if {
	unsecured("/health", "get", {}) == set()
	unsecured("/orders", "options", {}) == set()
	unsecured("/health", "post", {}) == {{"method": "POST", "path": "/health"}}
}

test_schemes_of_openapi_2_count if {
	text := json.marshal({"securityDefinitions": schemes, "paths": {"/": {"get": {"security": [{"identity": []}]}}}})
	openapi.unsecured(text, settings) == set()
}

test_only_a_json_text_with_paths_is_readable if {
	openapi.readable(body("/", "get", {}))
	every text in ["", "openapi: 3.0.1", "{", "{}", "[]", null] {
		not openapi.readable(text)
	}
}
