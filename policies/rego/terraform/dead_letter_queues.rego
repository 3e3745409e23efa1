# METADATA
# title: Dead-letter queues
# description: >-
#   A queue gives up a message after a number of tries, to a dead-letter queue of the same plan,
#   which keeps messages as long as there is, and longer than the queue: their age counts on.
# custom:
#   severity: high
#   fix: >-
#     Give the queue a redrive_policy of its own, whose ARN is made of account, region and name, and
#     its dead-letter queue, named as data.json says, a message_retention_seconds of 14 days.
package nexus.terraform.dead_letter_queues

import rego.v1

import data.nexus.gates.dead_letters
import data.nexus.gates.given
import data.nexus.gates.plan

deny contains plan.finding(queue, "has no dead-letter queue of this plan that takes over in time") if {
	some queue in queues
	not dead_letters.holds_letters(queue)
	not gives_up(queue)
}

deny contains plan.finding(queue, "keeps dead letters for less than it can") if {
	some queue in queues
	dead_letters.holds_letters(queue)
	not keeps(queue)
}

deny contains plan.finding(queue, "keeps messages as long as its dead-letter queue") if {
	some queue in queues
	gives_up(queue)
	not outlived(queue)
}

settings := data.terraform.dead_letter_queues

queues := plan.subjects("terraform.dead_letter_queues", {"aws_sqs_queue"})

# AWS keeps one redrive policy: the queue's own, or that of a resource beside it.
redrives(queue) := {queue | is_string(queue.change.after.redrive_policy)} | beside if {
	url := object.get(queue.change.after, "url", null)
	beside := plan.attached(queue, "aws_sqs_queue_redrive_policy", "queue_url", url)
}

gives_up(queue) if {
	count(redrives(queue)) > 0
	every resource in redrives(queue) {
		in_time(resource)
	}
}

in_time(resource) if {
	policy := given.document(resource, "redrive_policy")
	given.number(policy, "maxReceiveCount", settings.receives)
	count(dead_letters.targets(policy)) > 0
}

keeps(queue) if given.number(queue.change.after, "message_retention_seconds", settings.retention_seconds)

outlived(queue) if {
	every letters in takers(queue) {
		shorter(queue.change.after.message_retention_seconds, letters.change.after.message_retention_seconds)
	}
}

takers(queue) := {letters |
	some resource in redrives(queue)
	some letters in dead_letters.targets(given.document(resource, "redrive_policy"))
}

shorter(seconds, others) if {
	is_number(seconds)
	seconds < others
}
