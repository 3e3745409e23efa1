package nexus.gates.functions_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.functions

worker := "module.workers.aws_lambda_function.worker[\"project\"]"

commands := "aws_lambda_function.commands"

named(value) := fixtures.resource("aws_lambda_permission.x", {"function_name": value})

unnamed := object.union(
	fixtures.resource("aws_lambda_permission.x", {}),
	{"change": {"after_unknown": {"function_name": true}}},
)

root(references) := {
	"resources": [
		{"address": "aws_lambda_permission.x", "expressions": {"function_name": {"references": references}}},
		{"address": commands, "expressions": {}},
	],
	"module_calls": {"workers": {
		"expressions": {},
		"module": {
			"outputs": {"arn": {"expression": {"references": ["aws_lambda_function.worker"]}}},
			"resources": [{"address": "aws_lambda_function.worker", "expressions": {}}],
		},
	}},
}

addresses(resource, references) := found if {
	plan := {
		"resource_changes": [
			fixtures.resource(worker, {"function_name": "nexus-project"}),
			fixtures.resource(commands, {"function_name": "nexus-commands"}),
		],
		"configuration": {"root_module": root(references)},
	}
	found := {function.address | some function in functions.meant(resource)} with input as plan
}

test_a_name_an_alias_or_an_arn_means_the_function if {
	every value in ["nexus-project", "nexus-project:live", "arn:aws:lambda:eu-west-1:1:function:nexus-project"] {
		addresses(named(value), []) == {worker}
	}
}

test_another_name_means_none if {
	every value in ["nexus-proj", "", null] {
		addresses(named(value), []) == set()
	}
}

test_a_reference_means_the_functions_it_is_to if {
	addresses(unnamed, ["aws_lambda_function.commands.arn", "aws_lambda_function.commands"]) == {commands}
	addresses(unnamed, ["module.workers[\"x\"].arn", "module.workers[\"x\"]", "module.workers"]) == {worker}
	addresses(unnamed, ["local.name", "aws_sqs_queue.commands"]) == set()
}
