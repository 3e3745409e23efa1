package nexus.terraform.dead_letter_alarms_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.dead_letter_alarms

alarm := {
	"namespace": "AWS/SQS",
	"metric_name": "ApproximateNumberOfMessagesVisible",
	"dimensions": {"QueueName": "x-failures"},
	"statistic": "Maximum",
	"comparison_operator": "GreaterThanThreshold",
	"threshold": 0,
	"period": 60,
	"evaluation_periods": 1,
	"treat_missing_data": "notBreaching",
	"actions_enabled": true,
	"alarm_actions": ["arn:aws:sns:eu-west-1:1:alarms"],
}

denied(name, change) := found if {
	plan := fixtures.plan([
		fixtures.resource("aws_sqs_queue.q", {"name": name}),
		fixtures.resource("aws_cloudwatch_metric_alarm.a", object.union(alarm, change)),
	])
	found := {finding.msg | some finding in dead_letter_alarms.deny} with input as plan
}

test_an_alarm_that_is_heard_passes if denied("x-failures", {}) == set()

test_a_queue_of_work_needs_none if denied("x", {}) == set()

test_a_queue_without_its_alarm_is_denied if {
	denied("y-failures", {}) == {"aws_sqs_queue.q has no alarm that anybody hears"}
	every change in [{"threshold": 1}, {"alarm_actions": []}, {"period": 3600}, {"treat_missing_data": "missing"}] {
		denied("x-failures", change) == {"aws_sqs_queue.q has no alarm that anybody hears"}
	}
}
