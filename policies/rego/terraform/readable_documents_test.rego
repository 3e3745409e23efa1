package nexus.terraform.readable_documents_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.iam_fixtures_test as given
import data.nexus.terraform.readable_documents as rule

test_a_document_that_can_be_read_passes if {
	rule.deny == set() with input as fixtures.plan([given.policy("nexus-a", [given.allow("sqs:SendMessage", "a")])])
}

broken := fixtures.resource("aws_iam_role_policy.a", {"role": "nexus-a", "policy": "{"})

test_one_that_can_not_is_denied if {
	rule.deny == {{
		"msg": "aws_iam_role_policy.a has a policy that is not JSON",
		"subject": "aws_iam_role_policy.a",
	}} with input as fixtures.plan([broken])
}

test_one_that_is_waived_passes if {
	rule.deny == set() with input as fixtures.plan([broken])
		with data.gates.waivers as [fixtures.waiver("terraform.readable_documents", broken.address)]
}
