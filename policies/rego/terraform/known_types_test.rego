package nexus.terraform.known_types_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.known_types as rule

denied(plan) := {finding.subject | some finding in found} if found := rule.deny with input as plan

stack := fixtures.resource("aws_cloudformation_stack.s", {})

source(type) := {"address": sprintf("data.%s.d", [type]), "mode": "data", "type": type}

test_listed_types_pass if denied(fixtures.plan([fixtures.resource("aws_sqs_queue.q", {})])) == set()

test_others_do_not if denied(fixtures.plan([stack])) == {"aws_cloudformation_stack.s"}

test_what_only_goes_passes if denied(fixtures.plan([fixtures.gone("aws_cloudformation_stack.s", ["delete"])])) == set()

test_so_are_data_sources if {
	sources := [source("aws_iam_policy_document"), source("aws_lambda_invocation")]
	denied(fixtures.configured([], {"resources": sources})) == {"data.aws_lambda_invocation.d"}
}

test_actions_do_not_pass if {
	denied({"action_invocations": [{"address": "action.aws_lambda_invoke.a"}]}) == {"action.aws_lambda_invoke.a"}
	denied({"deferred_action_invocations": [{}]}) == {"deferred_action_invocations"}
}

test_what_is_waived_passes if {
	rule.deny == set() with input as fixtures.plan([stack])
		with data.gates.waivers as [fixtures.waiver("terraform.known_types", "aws_cloudformation_stack.s")]
}
