package nexus.terraform.destruction_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.destruction

denied(resource) := {finding.subject | some finding in found} if {
	found := destruction.deny with input as fixtures.plan([resource])
}

test_what_goes_is_denied if {
	every actions in [["delete"], ["delete", "create"], ["create", "delete"], ["forget"]] {
		denied(fixtures.gone("aws_sqs_queue.q", actions)) == {"aws_sqs_queue.q"}
	}
}

test_what_stays_passes if denied(fixtures.resource("aws_sqs_queue.q", {})) == set()

test_what_holds_nothing_may_go if denied(fixtures.gone("aws_lambda_function.f", ["delete"])) == set()

test_an_approval_lets_it_go if {
	found := destruction.deny with input as fixtures.plan([fixtures.gone("aws_sqs_queue.q", ["delete"])])
		with data.gates.waivers as [fixtures.waiver("terraform.destruction", "aws_sqs_queue.q")]
	count(found) == 0
}
