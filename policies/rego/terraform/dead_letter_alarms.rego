# METADATA
# title: Dead-letter alarms
# description: >-
#   Somebody hears of each dead letter: every dead-letter queue has an alarm in the same plan on any
#   message in it, with an action, within minutes.
# custom:
#   severity: high
#   fix: >-
#     Add an aws_cloudwatch_metric_alarm on ApproximateNumberOfMessagesVisible above 0 of the queue,
#     with alarm_actions, treat_missing_data and the bounds in data.json.
package nexus.terraform.dead_letter_alarms

import rego.v1

import data.nexus.gates.alarms
import data.nexus.gates.dead_letters
import data.nexus.gates.plan

deny contains plan.finding(queue, "has no alarm that anybody hears") if {
	some queue in plan.subjects("terraform.dead_letter_alarms", {"aws_sqs_queue"})
	dead_letters.holds_letters(queue)
	not watched(queue)
}

watched(queue) if alarms.raised({"QueueName": queue.change.after.name}, data.terraform.dead_letter_alarms)
