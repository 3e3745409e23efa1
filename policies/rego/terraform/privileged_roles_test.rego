package nexus.terraform.privileged_roles_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.iam_fixtures_test as given
import data.nexus.terraform.privileged_roles as rule

denied(resources) := {finding.msg | some finding in found} if {
	found := rule.deny with input as fixtures.plan(resources)
}

function(name, role) := fixtures.resource(sprintf("aws_lambda_function.%s", [name]), {
	"function_name": name,
	"role": sprintf("arn:aws:iam::123456789012:role/%s", [role]),
})

test_the_function_of_its_name_runs_by_it if {
	denied([given.function_role("nexus-commands", "platform"), function("nexus-commands", "nexus-commands")]) == set()
	denied([function("nexus-project", "nexus-project")]) == set()
}

test_no_other_does if {
	denied([function("other", "nexus-commands")]) == {"aws_lambda_function.other runs by nexus-commands, the role of another"}
}

test_only_lambda_takes_on_a_writer if {
	every principal in [{"Service": "ec2.amazonaws.com"}, {"AWS": "123456789012"}, "*"] {
		count(denied([given.role("dev-nexus-route-events", "platform", principal)])) == 1
	}
}

test_no_service_takes_on_a_deployer if {
	count(denied([given.function_role("nexus-deploy", "platform")])) == 1
	denied([given.role("nexus-deploy", "platform", {"Federated": "arn:aws:iam::123456789012:oidc-provider/a"})]) == set()
}

module(key, type) := sprintf(`module.function["%s"].%s.this`, [key, type])

planned(key) := [
	object.union(given.function_role(key, "platform"), {"address": module(key, "aws_iam_role")}),
	fixtures.unknown(fixtures.resource(module(key, "aws_lambda_function"), {"function_name": key}), {"role": true}),
]

outside := fixtures.unknown(fixtures.resource("aws_lambda_function.other", {"function_name": "other"}), {"role": true})

root := {
	"resources": [fixtures.declaration("aws_lambda_function.other", {"role": {"references": ["module.function.role"]}})],
	"module_calls": {"function": {"module": {
		"outputs": {"role": {"expression": {"references": ["aws_iam_role.this.arn", "aws_iam_role.this"]}}},
		"resources": [
			fixtures.declaration("aws_iam_role.this", {}),
			fixtures.declaration("aws_lambda_function.this", {"role": {"references": ["aws_iam_role.this.arn", "aws_iam_role.this"]}}),
		],
	}}},
}

test_a_module_s_functions_have_their_own if {
	pairs := array.concat(planned("nexus-commands"), planned("nexus-project"))
	found := rule.deny with input as fixtures.configured(pairs, root)
	found == set()
}

test_one_outside_may_have_any if {
	resources := array.concat(planned("nexus-commands"), [outside])
	found := rule.deny with input as fixtures.configured(resources, root)
	{finding.subject | some finding in found} == {"aws_lambda_function.other"}
}
