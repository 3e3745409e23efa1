package nexus.terraform.consumer_alarms_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.consumer_alarms

alarm(metric, threshold) := fixtures.resource(sprintf("aws_cloudwatch_metric_alarm.%s", [metric]), {
	"namespace": "AWS/Lambda",
	"metric_name": metric,
	"dimensions": {"FunctionName": "f"},
	"statistic": "Maximum",
	"comparison_operator": "GreaterThanThreshold",
	"threshold": threshold,
	"period": 60,
	"evaluation_periods": 1,
	"treat_missing_data": "notBreaching",
	"actions_enabled": true,
	"alarm_actions": ["arn:aws:sns:eu-west-1:1:alarms"],
})

reading(kind, name) := fixtures.resource("aws_lambda_event_source_mapping.m", {
	"event_source_arn": sprintf("arn:aws:%s:eu-west-1:1:x", [kind]),
	"function_name": name,
})

denied(others) := found if {
	plan := fixtures.plan(array.concat([fixtures.resource("aws_lambda_function.f", {"function_name": "f"})], others))
	found := {finding.msg | some finding in consumer_alarms.deny} with input as plan
}

errors := {"aws_lambda_function.f has no alarm on its errors that anybody hears"}

age := {"aws_lambda_function.f has no alarm on the age of what it reads that anybody hears"}

test_alarms_on_errors_and_age_pass if {
	denied([alarm("Errors", 0)]) == set()
	denied([alarm("Errors", 0), reading("sqs", "f")]) == set()
	denied([alarm("Errors", 0), alarm("IteratorAge", 60000), reading("kinesis", "f")]) == set()
}

test_a_function_without_them_is_denied if {
	denied([]) == errors
	denied([alarm("Errors", 1000)]) == errors
	denied([alarm("IteratorAge", 60000), reading("kinesis", "f")]) == errors
	denied([alarm("Errors", 0), reading("dynamodb", "f")]) == age
	denied([alarm("Errors", 0), alarm("IteratorAge", 86400000), reading("kafka", "f")]) == age
}

test_a_mapping_of_an_unknown_function_is_denied if {
	denied([alarm("Errors", 0), reading("kinesis", "g")]) == {"aws_lambda_event_source_mapping.m is for a function that this plan does not show, so for no alarm either"}
}
