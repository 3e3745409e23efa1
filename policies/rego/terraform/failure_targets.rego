# METADATA
# title: Failure targets
# description: >-
#   What nobody waits for is not lost when it fails: subscriptions of a topic, targets of a rule or
#   a schedule, and functions that are invoked asynchronously, which is by any service that
#   data.json does not list as one that waits for the answer.
# custom:
#   severity: high
#   fix: >-
#     Set redrive_policy on the subscription, dead_letter_config on the target, and on the function
#     dead_letter_config or an aws_lambda_function_event_invoke_config with on_failure.
package nexus.terraform.failure_targets

import rego.v1

import data.nexus.gates.dead_letters
import data.nexus.gates.functions
import data.nexus.gates.given
import data.nexus.gates.plan

deny contains plan.finding(subscription, "loses what can't be delivered") if {
	some subscription in plan.subjects("terraform.failure_targets", {"aws_sns_topic_subscription"})
	not redriven(subscription)
}

deny contains plan.finding(target, "loses what can't be delivered") if {
	some target in plan.subjects("terraform.failure_targets", object.keys(targets))
	not delivered(target)
}

deny contains plan.finding(permission, "lets a service invoke a function whose failures go nowhere, or that this plan does not show") if {
	some permission in plan.subjects("terraform.failure_targets", {"aws_lambda_permission"})
	not waits(permission)
	not all_caught(permission)
}

targets := {
	"aws_cloudwatch_event_target": ["dead_letter_config", 0, "arn"],
	"aws_scheduler_schedule": ["target", 0, "dead_letter_config", 0, "arn"],
}

delivered(target) if given.text(target, targets[target.type])

redriven(subscription) if {
	policy := given.document(subscription, "redrive_policy")
	is_string(policy.deadLetterTargetArn)
	parts := split(policy.deadLetterTargetArn, ":")
	parts[2] == "sqs"
	dead_letters.named(parts[5])
}

waits(permission) if permission.change.after.principal in data.terraform.failure_targets.waiting

all_caught(permission) if {
	count(functions.meant(permission)) > 0
	every function in functions.meant(permission) {
		caught(function)
	}
}

caught(function) if given.text(function, ["dead_letter_config", 0, "target_arn"])

caught(function) if {
	some config in plan.standing
	config.type == "aws_lambda_function_event_invoke_config"
	functions.meant(config) == {function}
	given.text(config, ["destination_config", 0, "on_failure", 0, "destination"])
}
