package nexus.gates.alarms_test

import rego.v1

import data.nexus.gates.alarms
import data.nexus.gates.fixtures_test as fixtures

settings := {
	"namespace": "AWS/SQS",
	"metric_name": "ApproximateNumberOfMessagesVisible",
	"statistic": ["Maximum", "Sum"],
	"threshold": [0, 0],
	"seconds": [60, 300],
	"periods": [1, 2],
	"missing_data": ["notBreaching"],
}

sound := {
	"namespace": "AWS/SQS",
	"metric_name": "ApproximateNumberOfMessagesVisible",
	"dimensions": {"QueueName": "q"},
	"statistic": "Maximum",
	"comparison_operator": "GreaterThanThreshold",
	"threshold": 0,
	"period": 60,
	"evaluation_periods": 1,
	"treat_missing_data": "notBreaching",
	"actions_enabled": true,
	"alarm_actions": ["arn:aws:sns:eu-west-1:1:alarms"],
}

alarm(attributes) := fixtures.resource("aws_cloudwatch_metric_alarm.a", attributes)

with_change(change) := fixtures.plan([alarm(object.union(sound, change))])

later := object.union(
	alarm(object.remove(sound, ["alarm_actions"])),
	{"change": {"after_unknown": {"alarm_actions": true}}},
)

configured(references) := object.union(fixtures.plan([later]), {"configuration": {"root_module": {"resources": [{
	"address": "aws_cloudwatch_metric_alarm.a",
	"expressions": {"alarm_actions": {"references": references}},
}]}}})

raised if alarms.raised({"QueueName": "q"}, settings)

test_a_sound_alarm_is_raised if raised with input as fixtures.plan([alarm(sound)])

test_an_alarm_that_nobody_hears_is_none if {
	every change in [
		{"namespace": "AWS/SNS"}, {"metric_name": "NumberOfMessagesSent"}, {"dimensions": {"QueueName": "other"}},
		{"statistic": "Minimum"}, {"comparison_operator": "LessThanThreshold"}, {"threshold": 5},
		{"period": 86400}, {"evaluation_periods": 10}, {"treat_missing_data": "missing"},
		{"actions_enabled": false}, {"alarm_actions": []}, {"alarm_actions": null}, {"threshold": null},
	] {
		not raised with input as with_change(change)
	}
	not raised with input as fixtures.plan([])
}

test_actions_known_later_are_proved_by_a_reference if {
	raised with input as configured(["aws_sns_topic.alarms.arn"])
	not raised with input as configured([])
}
