package nexus.terraform.bounded_mappings_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.bounded_mappings

common := {
	"batch_size": 100,
	"maximum_batching_window_in_seconds": 1,
	"function_response_types": ["ReportBatchItemFailures"],
}

stream := object.union(common, {
	"event_source_arn": "arn:aws:kinesis:eu-west-1:1:stream/core",
	"bisect_batch_on_function_error": true,
	"maximum_retry_attempts": 5,
	"maximum_record_age_in_seconds": 3600,
	"destination_config": [{"on_failure": [{"destination_arn": "arn:aws:s3:::letters"}]}],
})

queue := object.union(common, {
	"event_source_arn": "arn:aws:sqs:eu-west-1:1:secondary",
	"scaling_config": [{"maximum_concurrency": 10}],
})

denied(attributes) := found if {
	plan := fixtures.plan([fixtures.resource("aws_lambda_event_source_mapping.m", attributes)])
	found := {trim_prefix(finding.msg, "aws_lambda_event_source_mapping.m ") | some finding in bounded_mappings.deny} with input as plan
}

test_bounded_mappings_pass if {
	denied(stream) == set()
	denied(queue) == set()
}

test_numbers_have_an_end if {
	every attribute, values in {
		"maximum_retry_attempts": [-1, null, 10000],
		"maximum_record_age_in_seconds": [-1, null, 604800],
		"batch_size": [1, null, 10000],
		"maximum_batching_window_in_seconds": [300, null],
	} {
		every value in values {
			found := denied(object.union(stream, {attribute: value}))
			count(found) == 1
			some message in found
			startswith(message, sprintf("has %s not between", [attribute]))
		}
		count(denied(object.remove(stream, [attribute]))) == 1
	}
}

test_a_batch_reports_what_failed if {
	every types in [[], null, ["Other"]] {
		every mapping in [stream, queue] {
			denied(object.union(mapping, {"function_response_types": types})) == {"does not report which records of a batch failed"}
		}
	}
}

test_a_failed_batch_of_a_stream_is_split if {
	every value in [false, null] {
		denied(object.union(stream, {"bisect_batch_on_function_error": value})) == {"does not split a batch that failed"}
	}
}

test_what_failed_of_a_stream_goes_somewhere if {
	every value in [[], null, [{"on_failure": []}], [{"on_failure": [{"destination_arn": ""}]}]] {
		denied(object.union(stream, {"destination_config": value})) == {"has no destination for what failed"}
	}
}

test_a_queue_leaves_functions_for_others if {
	every value in [[], null, [{"maximum_concurrency": 1000}], [{"maximum_concurrency": null}]] {
		denied(object.union(queue, {"scaling_config": value})) == {"has no bound for how many functions run at once"}
	}
}

test_what_can_not_be_told_is_both if {
	count(denied(object.union(queue, {"event_source_arn": "arn:aws:kafka:eu-west-1:1:x"}))) == 4
	denied(object.union(stream, {"event_source_arn": null})) == {"has no bound for how many functions run at once"}
}
