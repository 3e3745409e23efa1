package nexus.terraform.timeouts_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.timeouts

function(seconds) := fixtures.resource("aws_lambda_function.f", {"function_name": "f", "timeout": seconds})

permission(principal, name) := fixtures.resource("aws_lambda_permission.p", {"principal": principal, "function_name": name})

mapping(kind, name) := fixtures.resource("aws_lambda_event_source_mapping.m", {
	"event_source_arn": sprintf("arn:aws:%s:eu-west-1:1:x", [kind]),
	"function_name": name,
})

queue(name, seconds) := fixtures.resource("aws_sqs_queue.q", {"name": name, "visibility_timeout_seconds": seconds})

denied(resources) := found if {
	found := {finding.subject | some finding in timeouts.deny} with input as fixtures.plan(resources)
}

test_an_api_waits_29_seconds if {
	denied([function(29), permission("apigateway.amazonaws.com", "f")]) == set()
	denied([function(60), permission("events.amazonaws.com", "f")]) == set()
	every seconds in [30, 900, null] {
		denied([function(seconds), permission("apigateway.amazonaws.com", "f")]) == {"aws_lambda_permission.p"}
	}
	denied([function(29), permission("apigateway.amazonaws.com", "g")]) == {"aws_lambda_permission.p"}
}

test_a_function_behind_a_queue_takes_a_minute if {
	denied([function(60), mapping("sqs", "f")]) == set()
	denied([function(900), mapping("kinesis", "f")]) == set()
	denied([function(900), mapping("sqs", "f")]) == {"aws_lambda_event_source_mapping.m"}
	denied([function(60), mapping("sqs", "g")]) == {"aws_lambda_event_source_mapping.m"}
	denied([function(900), mapping("unheard-of", "f")]) == {"aws_lambda_event_source_mapping.m"}
}

test_a_queue_hides_a_message_six_times_as_long if {
	denied([queue("q", 360)]) == set()
	denied([queue("q-failures", 30)]) == set()
	every seconds in [359, 30, null] {
		denied([queue("q", seconds)]) == {"aws_sqs_queue.q"}
	}
}
