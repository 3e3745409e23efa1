package nexus.gates.dead_letters_test

import rego.v1

import data.nexus.gates.dead_letters
import data.nexus.gates.fixtures_test as fixtures

queues := fixtures.plan([
	fixtures.resource("aws_sqs_queue.letters", {"name": "x-undeliverable"}),
	fixtures.resource("aws_sqs_queue.more", {"name": "x-failures.fifo"}),
	fixtures.resource("aws_sqs_queue.work", {"name": "x-undeliverable-work"}),
	fixtures.resource("aws_sqs_queue.unnamed", {"name": null}),
])

settings := {"name": "-(undeliverable|failures)(\\.fifo)?$"}

test_a_name_tells if {
	found := {queue.address | some queue in dead_letters.queues} with input as queues with data.terraform.dead_letter_queues as settings
	found == {"aws_sqs_queue.letters", "aws_sqs_queue.more"}
}

target(arn) := found if {
	found := {queue.address | some queue in dead_letters.targets({"deadLetterTargetArn": arn})} with input as queues with data.terraform.dead_letter_queues as settings
}

test_a_target_is_a_dead_letter_queue_of_the_plan if {
	target("arn:aws:sqs:eu-west-1:1:x-undeliverable") == {"aws_sqs_queue.letters"}
	every arn in ["arn:aws:sqs:eu-west-1:1:x-undeliverable-work", "arn:aws:sns:eu-west-1:1:x-undeliverable", "", null] {
		target(arn) == set()
	}
}
