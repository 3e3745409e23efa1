package nexus.gates.configuration_test

import rego.v1

import data.nexus.gates.configuration
import data.nexus.gates.fixtures_test as fixtures

test_a_place_has_no_indices if {
	address := `module.a["x.y]"].module.b[0].aws_x.c["q\"]z"]`
	configuration.place(address) == "module.a.module.b.aws_x.c"
	configuration.indices(address) == [`["x.y]"]`, "[0]", `["q\"]z"]`]
	configuration.indices("aws_x.c") == []
}

# The root calls "keys", which has a key, and "data" with that key, which passes it on to "table".
root := {
	"module_calls": {
		"keys": {"module": {
			"outputs": {"arns": {"expression": {"references": ["aws_kms_key.this"]}}},
			"resources": [fixtures.declaration("aws_kms_key.this", {})],
		}},
		"data": {
			"expressions": {"key": {"references": [`module.keys.arns["a"]`, "module.keys.arns", "module.keys"]}},
			"module": {"module_calls": {"table": {
				"expressions": {"key": {"references": ["var.key"]}},
				"module": {"resources": [fixtures.declaration("aws_x.t", {
					"key": {"references": ["var.key"]},
					"block": [{"key": {"references": ["var.key"]}}],
					"fixed": {"constant_value": 1},
				})]},
			}}},
		},
	},
	"resources": [
		object.union(
			fixtures.declaration("aws_x.each", {"queue": {"references": ["each.value.id", "each.value"]}}),
			{"for_each_expression": {"references": ["aws_sqs_queue.q"]}},
		),
		fixtures.declaration("aws_x.resources", {"resources": [{"address": {"constant_value": "aws_x.fake"}}]}),
	],
}

reached(address, path) := nodes if {
	nodes := configuration.reached(address, path) with input as fixtures.configured([], root)
}

test_variables_and_outputs_are_followed_through_modules if {
	far := ["module.keys", "aws_kms_key.this"]
	far in reached(`module.data["x"].module.table[0].aws_x.t`, ["key"])
	far in reached("module.data.module.table.aws_x.t", ["block", 0, "key"])
}

test_a_constant_and_what_is_not_there_refer_to_nothing if {
	reached("module.data.module.table.aws_x.t", ["fixed"]) == set()
	reached("module.data.module.table.aws_x.t", ["block", 1, "key"]) == set()
	reached("module.data.module.table.aws_x.t", ["other"]) == set()
}

test_what_is_iterated_over_is_referred_to if ["", "aws_sqs_queue.q"] in reached(`aws_x.each["a"]`, ["queue"])

test_only_resources_are_declared if {
	declared := configuration.declared with input as fixtures.configured([], root)
	object.keys(declared) == {"module.keys.aws_kms_key.this", "module.data.module.table.aws_x.t", "aws_x.each", "aws_x.resources"}
}
