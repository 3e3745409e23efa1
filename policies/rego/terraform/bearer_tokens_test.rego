package nexus.terraform.bearer_tokens_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.bearer_tokens

sound := {
	"NEXUS_AUTH": "jwt",
	"NEXUS_JWKS": "https://issuer.example/keys",
	"NEXUS_JWT_ISSUER": "https://issuer.example",
	"NEXUS_JWT_AUDIENCE": "nexus",
}

permission := fixtures.resource("aws_lambda_permission.p", {"principal": "apigateway.amazonaws.com", "function_name": "f"})

function(variables) := fixtures.resource("aws_lambda_function.f", {
	"function_name": "f",
	"environment": [{"variables": variables}],
})

denied(resources) := {finding.subject | some finding in found} if {
	found := bearer_tokens.deny with input as fixtures.plan(resources)
}

test_a_function_that_asks_passes if denied([permission, function(sound)]) == set()

test_one_that_does_not_is_denied if {
	every variables in [
		{}, object.union(sound, {"NEXUS_AUTH": "developer"}), object.union(sound, {"NEXUS_JWKS": "http://issuer.example"}),
		object.union(sound, {"NEXUS_JWT_ISSUER": " "}), object.remove(sound, ["NEXUS_JWT_AUDIENCE"]),
	] {
		denied([permission, function(variables)]) == {"aws_lambda_function.f"}
	}
}

test_one_without_an_api_need_not_ask if denied([function({})]) == set()
