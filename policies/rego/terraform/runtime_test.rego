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
