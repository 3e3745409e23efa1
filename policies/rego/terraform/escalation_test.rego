package nexus.terraform.escalation_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.iam_fixtures_test as given
import data.nexus.terraform.escalation as rule

grants(role, actions, resources) := {finding.msg | some finding in found} if {
	found := rule.deny with input as fixtures.plan([given.policy(role, [given.allow(actions, resources)])])
}

role := "arn:aws:iam::123456789012:role/nexus-b"

test_rights_are_not_gained if {
	every action in ["iam:PassRole", "iam:*", "IAM:putrolepolicy", "*"] {
		sprintf("aws_iam_role_policy.a allows %s, by which rights can be gained", [action]) in grants("a", action, role)
	}
	every action in data.terraform.escalation.actions {
		count(grants("a", action, "*")) == 1
		grants("nexus-deploy", action, "*") == set()
	}
}

test_one_named_role_may_be_taken_on if {
	grants("a", "sts:AssumeRole", role) == set()
	every pattern in ["*", "arn:aws:iam::123456789012:role/*", "arn:aws:iam::123456789012:role/nexus-?", "arn:aws:iam::123456789012:role/${aws:username}"] {
		count(grants("a", "sts:AssumeRole", pattern)) == 1
	}
}

test_what_gains_nothing_passes if {
	grants("a", ["lambda:GetFunction", "kms:Decrypt"], ["*"]) == set()
	grants("a", "lambda:UpdateFunctionCode", given.arn("sqs", "q")) == set()
}

test_a_key_s_policy_is_no_role_s if {
	rule.deny == set() with input as fixtures.plan([given.of_resource("aws_kms_key.k", [given.grant("kms:*", "*", {"AWS": "a"})])])
}

test_what_is_waived_passes if {
	rule.deny == set() with input as fixtures.plan([given.policy("a", [given.allow("*", "*")])])
		with data.gates.waivers as [fixtures.waiver("terraform.escalation", "aws_iam_role_policy.a")]
}
