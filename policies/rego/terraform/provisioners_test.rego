package nexus.terraform.provisioners_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.provisioners as rule

denied(resource) := {finding.msg | some finding in found} if {
	found := rule.deny with input as fixtures.configured([], {"module_calls": {"m": {"module": {"resources": [resource]}}}})
}

queue := fixtures.declaration("aws_sqs_queue.q", {})

test_a_program_is_denied if {
	started := object.union(queue, {"provisioners": [{"type": "local-exec"}]})
	denied(started) == {"module.m.aws_sqs_queue.q starts a program, by local-exec"}
}

test_without_one_it_passes if denied(queue) == set()
