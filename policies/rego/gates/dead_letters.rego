# METADATA
# title: Dead letters
# description: >-
#   Which queues are dead-letter queues. Their names say so, by a pattern in terraform/data.json, as
#   a queue and those whose letters it takes may be planned apart.
package nexus.gates.dead_letters

import rego.v1

import data.nexus.gates.plan

queues := {queue |
	some queue in plan.standing
	queue.type == "aws_sqs_queue"
	holds_letters(queue)
}

holds_letters(queue) if named(queue.change.after.name)

named(name) if {
	is_string(name)
	regex.match(data.terraform.dead_letter_queues.name, name)
}

# METADATA
# title: Targets
# description: The dead-letter queues of the plan that a redrive policy, as an object, is to.
targets(policy) := {queue |
	is_string(policy.deadLetterTargetArn)
	parts := split(policy.deadLetterTargetArn, ":")
	parts[2] == "sqs"
	some queue in queues
	queue.change.after.name == parts[5]
}
