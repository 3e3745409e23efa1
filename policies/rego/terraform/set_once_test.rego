package nexus.terraform.set_once_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.set_once

denied(resources, root) := {finding.subject | some finding in found} if {
	found := set_once.deny with input as fixtures.configured(resources, root)
}

bucket_policy(address, bucket) := fixtures.resource(address, {"bucket": bucket})

test_one_for_each_passes if {
	denied([bucket_policy("aws_s3_bucket_policy.a", "a"), bucket_policy("aws_s3_bucket_policy.b", "b")], {}) == set()
}

test_two_for_one_do_not if {
	both := {"aws_s3_bucket_policy.a", "aws_s3_bucket_policy.b"}
	denied([bucket_policy(address, "a") | some address in both], {}) == both
}

unknown(address) := fixtures.unknown(fixtures.resource(address, {}), {"queue_url": true})

to_queue(address) := fixtures.declaration(address, {"queue_url": {"references": ["aws_sqs_queue.q.url", "aws_sqs_queue.q"]}})

test_unknown_owners_are_told_by_reference if {
	both := {"aws_sqs_queue_policy.a", "aws_sqs_queue_policy.b"}
	denied([unknown(address) | some address in both], {"resources": [to_queue(address) | some address in both]}) == both
}

queue(policy) := fixtures.resource("aws_sqs_queue.q", {"policy": policy})

test_within_and_beside_are_two if {
	beside := unknown("aws_sqs_queue_policy.a")
	root := {"resources": [to_queue("aws_sqs_queue_policy.a")]}
	denied([queue("{}"), beside], root) == {"aws_sqs_queue_policy.a"}
	denied([queue(null), beside], root) == set()
}
