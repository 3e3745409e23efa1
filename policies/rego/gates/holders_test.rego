package nexus.gates.holders_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.holders
import data.nexus.gates.iam_fixtures_test as given

plan := fixtures.plan([
	given.function_role("nexus-a", "orders"),
	given.role("nexus-b", "platform", {"Service": "scheduler.amazonaws.com"}),
	given.policy("nexus-a", []),
	given.of_resource("aws_iam_policy.any", []),
	given.of_resource("aws_sqs_queue.q", [given.grant("sqs:SendMessage", given.arn("sqs", "q"), "*")]),
	given.of_resource("aws_kms_key.k", [given.grant("kms:Decrypt", "*", "*")]),
])

test_a_document_belongs_to_a_role if {
	holders.role["aws_iam_role.nexus-a"] == "nexus-a" with input as plan
	holders.role["aws_iam_role_policy.nexus-a"] == "nexus-a" with input as plan
}

test_a_policy_at_large_belongs_to_no_role_that_is_known if {
	holders.role["aws_iam_policy.any"] == "" with input as plan
}

test_a_name_may_have_a_prefix if {
	holders.named("nexus-a", ["nexus-a"])
	holders.named("dev-nexus-a", ["nexus-b", "nexus-a"])
	not holders.named("devnexus-a", ["nexus-a"])
	not holders.named("nexus-a-b", ["nexus-a"])
}

test_a_role_has_its_tag_s_context if {
	holders.contexts == {"nexus-a": "orders", "nexus-b": "platform"} with input as plan
}

test_a_role_that_no_function_takes_on_is_another if {
	holders.others == {"nexus-b"} with input as plan
}

test_the_accounts_are_those_of_the_resources if {
	holders.accounts == {"123456789012"} with input as plan
}
