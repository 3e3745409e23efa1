package nexus.terraform.failure_targets_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.failure_targets

denied(resources) := found if {
	found := {finding.subject | some finding in failure_targets.deny} with input as fixtures.plan(resources)
}

subscription(policy) := fixtures.resource("aws_sns_topic_subscription.s", {"redrive_policy": policy})

test_a_subscription_has_a_dead_letter_queue if {
	denied([subscription("{\"deadLetterTargetArn\": \"arn:aws:sqs:eu-west-1:1:x-undeliverable\"}")]) == set()
	every policy in [
		null, "", "{", "{}", "[]", "{\"deadLetterTargetArn\": null}",
		"{\"deadLetterTargetArn\": \"arn:aws:sqs:eu-west-1:1:x\"}",
		"{\"deadLetterTargetArn\": \"arn:aws:sns:eu-west-1:1:x-undeliverable\"}",
	] {
		denied([subscription(policy)]) == {"aws_sns_topic_subscription.s"}
	}
}

target(config) := fixtures.resource("aws_cloudwatch_event_target.t", {"dead_letter_config": config})

schedule(config) := fixtures.resource("aws_scheduler_schedule.t", {"target": [{"dead_letter_config": config}]})

test_a_target_has_a_dead_letter_queue if {
	every kind in [target([{"arn": "arn:aws:sqs:eu-west-1:1:q"}]), schedule([{"arn": "arn:aws:sqs:eu-west-1:1:q"}])] {
		denied([kind]) == set()
	}
	every kind in [target([]), target(null), target([{"arn": null}]), schedule([])] {
		denied([kind]) == {kind.address}
	}
}

function(config) := fixtures.resource("aws_lambda_function.f", {"function_name": "f", "dead_letter_config": config})

invoked(principal, name) := fixtures.resource("aws_lambda_permission.p", {"principal": principal, "function_name": name})

caught := [{"target_arn": "arn:aws:sqs:eu-west-1:1:q"}]

test_a_function_that_nobody_waits_for_has_a_target if {
	denied([function(caught), invoked("events.amazonaws.com", "f")]) == set()
	denied([function([]), invoked("apigateway.amazonaws.com", "f")]) == set()
	denied([function([])]) == set()
	every principal in ["events.amazonaws.com", "sns.amazonaws.com", "*", null] {
		denied([function([]), invoked(principal, "f")]) == {"aws_lambda_permission.p"}
	}
	denied([function(caught), invoked("events.amazonaws.com", "g")]) == {"aws_lambda_permission.p"}
}

config(name, targets) := fixtures.resource("aws_lambda_function_event_invoke_config.c", {
	"function_name": name,
	"destination_config": [{"on_failure": targets}],
})

test_a_destination_will_do if {
	target_of_failures := [{"destination": "arn:aws:sqs:eu-west-1:1:q"}]
	resources := [function([]), invoked("events.amazonaws.com", "f")]
	denied(array.concat(resources, [config("f", target_of_failures)])) == set()
	denied(array.concat(resources, [config("f", [])])) == {"aws_lambda_permission.p"}
	denied(array.concat(resources, [config("g", target_of_failures)])) == {"aws_lambda_permission.p"}
}
