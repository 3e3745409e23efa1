package nexus.terraform.dead_letter_queues_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.dead_letter_queues

policy(name, receives) := json.marshal({
	"deadLetterTargetArn": sprintf("arn:aws:sqs:eu-west-1:1:%s", [name]),
	"maxReceiveCount": receives,
})

with_queues(work, letters) := fixtures.plan([
	fixtures.resource("aws_sqs_queue.work", object.union({"name": "work", "message_retention_seconds": 604800}, work)),
	fixtures.resource("aws_sqs_queue.letters", object.union(
		{"name": "work-undeliverable", "message_retention_seconds": 1209600},
		letters,
	)),
])

sound := {"redrive_policy": policy("work-undeliverable", 5)}

denied(plan) := found if {
	found := {finding.msg | some finding in dead_letter_queues.deny} with input as plan
}

no_queue := {"aws_sqs_queue.work has no dead-letter queue of this plan that takes over in time"}

test_a_queue_with_dead_letters_passes if denied(with_queues(sound, {})) == set()

test_a_queue_that_never_gives_up_is_denied if {
	every redrive in [
		null, "", "{", "[]", policy("elsewhere-undeliverable", 5), policy("work", 5),
		policy("work-undeliverable", 0), policy("work-undeliverable", 1000), policy("work-undeliverable", null),
		"{\"maxReceiveCount\": 5}",
	] {
		denied(with_queues({"redrive_policy": redrive}, {})) == no_queue
	}
	denied(with_queues({}, {})) == no_queue
	denied(with_queues(object.union(sound, {"name": null}), {})) == set()
}

test_letters_outlive_messages if {
	kept_as_long := {"aws_sqs_queue.work keeps messages as long as its dead-letter queue"}
	denied(with_queues(object.union(sound, {"message_retention_seconds": 1209600}), {})) == kept_as_long
	denied(with_queues(object.union(sound, {"message_retention_seconds": null}), {})) == kept_as_long
	denied(with_queues(sound, {"message_retention_seconds": 1000000})) == {"aws_sqs_queue.letters keeps dead letters for less than it can"}
}

beside(receives) := fixtures.resource("aws_sqs_queue_redrive_policy.r", {
	"queue_url": "https://sqs/work",
	"redrive_policy": policy("work-undeliverable", receives),
})

with_beside(receives) := json.patch(
	with_queues({"url": "https://sqs/work"}, {}),
	[{"op": "add", "path": "/resource_changes/-", "value": beside(receives)}],
)

test_the_redrive_policy_may_stand_beside if {
	denied(with_beside(5)) == set()
	denied(with_beside(1000)) == no_queue
}
