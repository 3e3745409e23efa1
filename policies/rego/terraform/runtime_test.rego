package nexus.terraform.runtime_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.runtime

denied(change) := found if {
	attributes := object.union({"runtime": "python3.13", "architectures": ["arm64"]}, change)
	plan := fixtures.plan([fixtures.resource("aws_lambda_function.f", attributes)])
	found := {finding.msg | some finding in runtime.deny} with input as plan
}

test_what_is_allowed_passes if denied({}) == set()

test_another_runtime_is_denied if {
	every value in ["python3.8", "nodejs22.x", null] {
		denied({"runtime": value}) == {"aws_lambda_function.f runs on a runtime that is not allowed"}
	}
}

test_another_architecture_is_denied if {
	every value in [["x86_64"], [], null] {
		denied({"architectures": value}) == {"aws_lambda_function.f runs on an architecture that is not allowed"}
	}
}

test_layers_are_denied if {
	layers := {"aws_lambda_function.f runs code of others, from a layer"}
	denied({"layers": ["arn:aws:lambda:eu-west-1:999999999999:layer:x:1"]}) == layers
	denied({"layers": null}) == set()
	later := fixtures.unknown(
		fixtures.resource("aws_lambda_function.f", {"runtime": "python3.13", "architectures": ["arm64"]}),
		{"layers": true},
	)
	found := runtime.deny with input as fixtures.plan([later])
	{finding.msg | some finding in found} == layers
}

test_variables_that_change_what_runs_are_denied if {
	environment("PYTHONPATH") == {"aws_lambda_function.f lets PYTHONPATH change what runs"}
	environment("NEXUS_PREFIX") == set()
}

environment(name) := denied({"environment": [{"variables": {name: "x"}}]})
