# METADATA
# title: Timeouts
# description: >-
#   A function behind an API answers before API Gateway hangs up, and a message isn't given to
#   another function while one still works on it: a queue hides it six times as long as any function
#   behind a queue may take. Queue and function keep to one bound, as they may be planned apart.
# custom:
#   severity: high
#   fix: Set timeout on the function, visibility_timeout_seconds on the queue, within data.json.
package nexus.terraform.timeouts

import rego.v1

import data.nexus.gates.dead_letters
import data.nexus.gates.functions
import data.nexus.gates.given
import data.nexus.gates.plan
import data.nexus.gates.sources

deny contains plan.finding(permission, "is for a function that this plan does not show, or that may take longer than its API waits") if {
	some permission in plan.subjects("terraform.timeouts", {"aws_lambda_permission"})
	permission.change.after.principal in settings.api_principals
	not answers(permission)
}

deny contains plan.finding(mapping, "is for a function that this plan does not show, or that may take longer than its queue waits") if {
	some mapping in plan.subjects("terraform.timeouts", {"aws_lambda_event_source_mapping"})
	"queue" in sources.kinds(mapping)
	not finishes(mapping)
}

deny contains plan.finding(queue, "hides a message for less than a function behind a queue may take") if {
	some queue in plan.subjects("terraform.timeouts", {"aws_sqs_queue"})
	not dead_letters.holds_letters(queue)
	not hides(queue)
}

settings := data.terraform.timeouts

answers(permission) if all_within(permission, settings.api_seconds)

finishes(mapping) if all_within(mapping, settings.queue_function_seconds)

all_within(resource, bounds) if {
	count(functions.meant(resource)) > 0
	every function in functions.meant(resource) {
		given.number(function.change.after, "timeout", bounds)
	}
}

hides(queue) if {
	shortest := settings.visibility_multiple * settings.queue_function_seconds[1]
	given.number(queue.change.after, "visibility_timeout_seconds", [shortest, settings.longest_visibility_seconds])
}
