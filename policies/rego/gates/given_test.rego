package nexus.gates.given_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.given

path := ["dead_letter_config", 0, "target_arn"]

known(value) := fixtures.resource("aws_lambda_function.f", {"dead_letter_config": [{"target_arn": value}]})

unknown := object.union(
	fixtures.resource("aws_lambda_function.f", {"dead_letter_config": [{}]}),
	{"change": {"after_unknown": {"dead_letter_config": [{"target_arn": true}]}}},
)

configured(expression) := object.union(fixtures.plan([]), {"configuration": {"root_module": {"resources": [{
	"address": "aws_lambda_function.f",
	"expressions": {"dead_letter_config": [{"target_arn": expression}]},
}]}}})

test_a_text_is_given if {
	given.text(known("arn:aws:sqs:eu-west-1:1:q"), path) with input as configured({})
	every value in ["", " ", null, 5] {
		not given.text(known(value), path) with input as configured({})
	}
	not given.text(fixtures.resource("aws_lambda_function.f", {}), path) with input as configured({})
}

test_what_is_unknown_is_given_by_a_reference if {
	given.text(unknown, path) with input as configured({"references": ["aws_sqs_queue.q.arn"]})
	not given.text(unknown, path) with input as configured({"references": []})
	not given.text(unknown, path) with input as fixtures.plan([])
	not given.text(known(""), path) with input as configured({"references": ["aws_sqs_queue.q.arn"]})
}

test_only_a_number_is_within_bounds if {
	every value in [1, 2, 3] {
		given.number({"x": value}, "x", [1, 3])
	}
	every value in [0, -1, 4, null, true, "2", [2], {}] {
		not given.number({"x": value}, "x", [1, 3])
	}
	not given.number({}, "x", [1, 3])
}

test_only_json_is_a_document if {
	given.document(fixtures.resource("a.b", {"body": "{\"a\": 1}"}), "body") == {"a": 1}
	every value in ["{", "", null, {}] {
		not given.document(fixtures.resource("a.b", {"body": value}), "body")
	}
}
