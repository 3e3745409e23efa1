package nexus.terraform.plain_secrets_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.plain_secrets

denied(environment, unknown) := found if {
	function := object.union(
		fixtures.resource("aws_lambda_function.f", {"environment": environment}),
		{"change": {"after_unknown": unknown}},
	)
	found := {finding.msg | some finding in plain_secrets.deny} with input as fixtures.plan([function])
}

with_variables(variables) := denied([{"variables": variables}], {})

test_what_is_no_secret_passes if {
	with_variables({
		"NEXUS_AUTH": "jwt", "NEXUS_JWKS": "https://issuer/.well-known/jwks.json", "KEYBOARD": "qwerty", "NOTHING": null,
		"DB_PASSWORD_ARN": "x", "SIGNING_KEY": "arn:aws:kms:eu-west-1:1:key/k", "TOKENIZER": "words",
	}) == set()
	denied([], {}) == set()
	denied([{"variables": null}], {}) == set()
}

test_a_secret_shows_by_its_name if {
	with_variables({"A_TOKEN": null}) == {"aws_lambda_function.f has a secret in the clear, by the name of A_TOKEN"}
	every name in ["DB_PASSWORD", "API_KEY", "client_secret", "TOKEN", "NEXUS_REGISTRY_PASSWORD", "AWS_CREDENTIALS", "SECRET_OF_X"] {
		with_variables({name: "hunter2"}) == {sprintf("aws_lambda_function.f has a secret in the clear, by the name of %s", [name])}
	}
}

test_a_secret_shows_by_its_value if {
	every value in [
		concat("", ["AKIA", "ABCDEFGHIJKLMNOP"]), concat("", ["-----BEGIN RSA ", "PRIVATE KEY-----"]),
		"postgres://user:pass@host/db", concat("", ["ghp_", "abcdefghijklmnopqrstuvwxyz0123456789"]),
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
	] {
		with_variables({"X": value}) == {"aws_lambda_function.f has a secret in the clear, by the value of X"}
	}
}

test_a_secret_that_is_made_on_applying_shows_too if {
	denied([{"variables": {}}], {"environment": [{"variables": {"DB_PASSWORD": true}}]}) == {"aws_lambda_function.f has a secret in the clear, by the name of DB_PASSWORD"}
	denied([{"variables": {}}], {"environment": [{"variables": {"DB_PASSWORD_ARN": true}}]}) == set()
}

test_an_unknown_environment_is_denied if {
	denied([{}], {"environment": [{"variables": true}]}) == {"aws_lambda_function.f has an environment that can't be read before it is applied"}
}
