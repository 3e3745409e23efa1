package nexus.terraform.wildcards_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.iam_fixtures_test as given
import data.nexus.terraform.wildcards as rule

denials(resource) := {finding.msg | some finding in found} if {
	found := rule.deny with input as fixtures.plan([resource])
}

grants(actions, resources) := count(denials(given.policy("a", [given.allow(actions, resources)])))

test_what_is_named_passes if {
	grants(["sqs:SendMessage", "sqs:ReceiveMessage"], given.arn("sqs", "nexus-failures")) == 0
	grants("logs:PutLogEvents", given.arn("logs", "log-group:/aws/lambda/nexus-a:*")) == 0
	grants("s3:PutObject", "arn:aws:s3:::nexus-payloads/*") == 0
	grants("s3:PutObject", "arn:aws:s3:::payloads/*") == 0
}

test_a_wildcard_in_an_action_is_denied if {
	every action in ["*", "sqs:*", "sqs:Send*", "sqs:SendMessag?"] {
		denials(given.policy("a", [given.allow(["sqs:ReceiveMessage", action], given.arn("sqs", "q"))])) == {sprintf("aws_iam_role_policy.a allows %s", [action])}
	}
}

test_a_resource_at_large_is_denied if {
	every resource in [
		"*", "arn:*", "arn:aws:sqs:*", "arn:aws:s3:::*", "arn:aws:s3:::*/*",
		given.arn("sqs", "*"), given.arn("dynamodb", "table/*"), given.arn("lambda", "function:*"),
	] {
		denials(given.policy("a", [given.allow("sqs:SendMessage", resource)])) == {sprintf("aws_iam_role_policy.a allows something on %s", [resource])}
	}
}

test_what_knows_no_resource_may_have_all if {
	grants(["xray:PutTraceSegments", "XRAY:puttelemetryrecords"], "*") == 0
	grants(["xray:PutTraceSegments", "sqs:SendMessage"], "*") == 1
}

test_all_but_something_is_denied if {
	denials(given.policy("a", [{"Effect": "Allow", "NotAction": "sqs:SendMessage", "Resource": "a"}])) == {"aws_iam_role_policy.a allows by NotAction"}
	denials(given.policy("a", [{"Effect": "Allow", "Action": "sqs:SendMessage", "NotResource": "a"}])) == {"aws_iam_role_policy.a allows by NotResource"}
}

test_denials_may_be_broad if {
	denials(given.policy("a", [{"Effect": "Deny", "NotAction": "sqs:*", "Resource": "*"}])) == set()
}

test_who_takes_on_a_role_names_the_action if {
	denials(given.function_role("a", "orders")) == set()
	count(denials(fixtures.resource("aws_iam_role.a", {"assume_role_policy": given.document([{
		"Effect": "Allow",
		"Action": "sts:*",
		"Principal": {"Service": "lambda.amazonaws.com"},
	}])}))) == 1
}

queue := given.of_resource("aws_sqs_queue.q", [given.grant("sqs:SendMessage", given.arn("sqs", "q"), {"Service": "sns.amazonaws.com"})])

key(actions, principal) := count(found) if {
	found := rule.deny with input as fixtures.plan([queue, given.of_resource("aws_kms_key.k", [given.grant(actions, "*", principal)])])
}

test_a_key_s_policy_is_about_that_key if {
	key("kms:*", {"AWS": "arn:aws:iam::123456789012:root"}) == 0
	key(["kms:GenerateDataKey*", "kms:ReEncrypt*"], {"Service": "sns.amazonaws.com"}) == 0
}

test_only_the_account_itself_may_do_anything_with_a_key if {
	key("kms:*", {"AWS": "arn:aws:iam::999999999999:root"}) == 1
	key("kms:*", {"AWS": "arn:aws:iam::123456789012:role/nexus-a"}) == 1
	key("kms:D*", {"AWS": "arn:aws:iam::123456789012:root"}) == 1
}

test_what_is_waived_passes if {
	rule.deny == set() with input as fixtures.plan([given.policy("a", [given.allow("*", "*")])])
		with data.gates.waivers as [fixtures.waiver("terraform.wildcards", "aws_iam_role_policy.a")]
}
