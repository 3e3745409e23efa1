package nexus.terraform.principals_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.iam_fixtures_test as given
import data.nexus.terraform.principals as rule

denials(resources) := {finding.msg | some finding in found} if {
	found := rule.deny with input as fixtures.plan(resources)
}

queue(grant) := given.of_resource("aws_sqs_queue.q", [object.union(given.allow("sqs:SendMessage", given.arn("sqs", "q")), grant)])

test_a_service_takes_on_a_role if denials([given.function_role("a", "orders")]) == set()

test_nobody_at_large_does if {
	every principal in ["*", {"AWS": "*"}, {"AWS": ["a", "*"], "Service": "b"}] {
		"aws_iam_role.a can be taken on by anyone" in denials([given.role("a", "orders", principal)])
	}
	denials([fixtures.resource("aws_iam_role.a", {"assume_role_policy": given.document([{
		"Effect": "Allow",
		"Action": "sts:AssumeRole",
		"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"},
		"Condition": {"Bool": {"aws:SecureTransport": "true"}},
	}])})]) == {"aws_iam_role.a can be taken on by anyone"}
}

test_others_need_a_condition if {
	every principal in [
		{"AWS": "arn:aws:iam::999999999999:root"},
		{"AWS": "999999999999"},
		{"AWS": "arn:aws:iam::*:role/nexus-a"},
		{"Federated": "cognito-identity.amazonaws.com"},
		{"CanonicalUser": "a"},
	] {
		some id in principal
		denials([queue({"Principal": principal})]) == {sprintf("aws_sqs_queue.q lets %s in without a condition", [id])}
		denials([queue({"Principal": principal, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}})]) == set()
	}
}

test_any_condition_is_not_enough if {
	foreign := {"AWS": "arn:aws:iam::999999999999:root"}
	every condition in [{"Bool": {"aws:SecureTransport": "true"}}, {"StringLike": {"aws:PrincipalArn": "*"}}] {
		count(denials([queue({"Principal": foreign, "Condition": condition})])) == 1
	}
}

test_a_service_needs_one_to_use_a_resource if {
	service := {"Service": "sns.amazonaws.com"}
	denials([queue({"Principal": service})]) == {"aws_sqs_queue.q lets every customer of sns.amazonaws.com in"}
	denials([queue({"Principal": service, "Condition": {"ArnEquals": {"aws:SourceArn": given.arn("sns", "t")}}})]) == set()
}

test_no_account_is_home_among_several if {
	far := given.of_resource("aws_sqs_queue.far", [given.allow("sqs:SendMessage", "arn:aws:sqs:eu-central-1:999999999999:far")])
	near := queue({"Principal": {"AWS": "arn:aws:iam::999999999999:root"}})
	"aws_sqs_queue.q lets arn:aws:iam::999999999999:root in without a condition" in denials([far, near])
}

test_the_account_s_own_need_none if {
	denials([queue({"Principal": {"AWS": "arn:aws:iam::123456789012:role/nexus-a"}})]) == set()
}

test_an_account_that_nothing_tells_is_another if {
	count(denials([given.role("a", "orders", {"AWS": "arn:aws:iam::123456789012:role/nexus-b"})])) == 1
}

test_what_is_waived_passes if {
	rule.deny == set() with input as fixtures.plan([given.role("a", "orders", "*")])
		with data.gates.waivers as [fixtures.waiver("terraform.principals", "aws_iam_role.a")]
}
