package nexus.terraform.decoupling_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.iam_fixtures_test as given
import data.nexus.terraform.decoupling as rule

roles := [
	given.function_role("orders-role", "orders"),
	given.function_role("platform-role", "platform"),
	given.role("schedule-role", "platform", {"Service": "scheduler.amazonaws.com"}),
	fixtures.resource("aws_iam_role.untagged", {
		"name": "untagged",
		"assume_role_policy": given.document([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]),
	}),
]

table(name) := given.arn("dynamodb", concat("/", ["table", name]))

function(name) := given.arn("lambda", concat(":", ["function", name]))

grants(role, actions, resource) := {finding.msg | some finding in found} if {
	found := rule.deny with input as fixtures.plan(array.concat(roles, [given.policy(role, [given.allow(actions, resource)])]))
}

test_a_context_s_own_is_open_to_it if {
	grants("orders-role", "dynamodb:PutItem", table("nexus-orders-totals")) == set()
	grants("orders-role", "lambda:InvokeFunction", function("nexus-orders-ship")) == set()
	grants("platform-role", ["dynamodb:PutItem", "dynamodb:Scan"], [table("nexus-positions"), table("nexus-positions/index/parked")]) == set()
}

test_another_s_table_is_not if {
	grants("orders-role", "dynamodb:GetItem", table("nexus-payments-charges")) == {sprintf(
		"aws_iam_role_policy.orders-role reaches %s, which is not its context's",
		[table("nexus-payments-charges")],
	)}
	every name in ["nexus-positions", "nexus-*", "*", "other"] {
		count(grants("orders-role", "dynamodb:*", table(name))) == 1
	}
	count(grants("platform-role", "*", "*")) == 1
}

test_another_s_function_is_not_called if {
	every action in ["lambda:InvokeFunction", "lambda:invoke*", "lambda:*", "*"] {
		count(grants("platform-role", action, function("nexus-orders-ship"))) == 1
	}
	count(grants("orders-role", "lambda:InvokeAsync", function("*"))) == 1
	grants("platform-role", "lambda:GetFunction", function("nexus-orders-ship")) == set()
}

test_a_role_without_a_known_context_owns_nothing if {
	every role in ["untagged", "unheard-of"] {
		count(grants(role, "dynamodb:GetItem", table("nexus-orders-totals"))) == 1
		count(grants(role, "dynamodb:GetItem", table("other"))) == 1
	}
}

test_what_is_no_function_s_is_free if {
	grants("schedule-role", "lambda:InvokeFunction", function("nexus-orders-ship")) == set()
	grants("orders-role", "sqs:SendMessage", given.arn("sqs", "any")) == set()
}

hand_on(destination) := fixtures.resource("aws_lambda_function_event_invoke_config.c", {
	"function_name": "nexus-orders-ship",
	"destination_config": [{"on_failure": [{"destination": given.arn("sqs", "failures")}], "on_success": [destination]}],
})

handed_on(destination) := {finding.msg | some finding in found} if {
	found := rule.deny with input as fixtures.plan([hand_on(destination)])
}

test_results_go_to_no_other_context_s_function if {
	handed_on({"destination": function("nexus-orders-bill")}) == set()
	handed_on({"destination": function("nexus-payments-charge")}) == {sprintf(
		"aws_lambda_function_event_invoke_config.c hands on to %s, which is not its context's",
		[function("nexus-payments-charge")],
	)}
}

unknown := fixtures.unknown(hand_on({}), {"destination_config": [{"on_failure": [{}], "on_success": [{"destination": true}]}]})

refers(text) := fixtures.configured([unknown], {"resources": [fixtures.declaration(
	"aws_lambda_function_event_invoke_config.c",
	{"destination_config": [{"on_success": [{"destination": {"references": [text]}}]}]},
)]})

test_an_unknown_destination_is_proved_by_what_it_refers_to if {
	rule.deny == set() with input as refers("aws_sqs_queue.q.arn")
	count(rule.deny) == 1 with input as refers("aws_lambda_function.f.arn")
	rule.deny == {{
		"msg": "aws_lambda_function_event_invoke_config.c hands on to what may be another context's function",
		"subject": "aws_lambda_function_event_invoke_config.c",
	}} with input as fixtures.plan([unknown])
}

test_what_is_waived_passes if {
	rule.deny == set() with input as fixtures.plan([given.policy("a", [given.allow("*", "*")])])
		with data.gates.waivers as [fixtures.waiver("terraform.decoupling", "aws_iam_role_policy.a")]
}
