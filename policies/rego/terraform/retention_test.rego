package nexus.terraform.retention_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.retention

denied(resources) := {finding.subject | some finding in found} if {
	found := retention.deny with input as fixtures.plan(resources)
}

group(name, days) := fixtures.resource("aws_cloudwatch_log_group.g", {"name": name, "retention_in_days": days})

test_logs_are_kept_within_bounds if {
	denied([group("a", 400)]) == set()
	every days in [0, 1, 3653, null, "30"] {
		denied([group("a", days)]) == {"aws_cloudwatch_log_group.g"}
	}
}

stream(attributes) := fixtures.resource("aws_kinesis_stream.s", attributes)

test_records_are_kept_within_bounds if {
	denied([stream({"retention_period": 24})]) == set()
	denied([stream({})]) == set()
	denied([stream({"retention_period": 8760})]) == {"aws_kinesis_stream.s"}
}

function(attributes) := fixtures.resource("aws_lambda_function.f", attributes)

test_functions_have_log_groups if {
	denied([function({"function_name": "f"}), group("/aws/lambda/f", 30)]) == set()
	denied([function({"function_name": "f"}), group("/aws/lambda/g", 30)]) == {"aws_lambda_function.f"}
	denied([function({})]) == {"aws_lambda_function.f"}
	denied([function({"function_name": "f", "logging_config": [{"log_group": "own"}]}), group("own", 30)]) == set()
}

test_an_unknown_group_is_no_default if {
	unknown := fixtures.unknown(function({"function_name": "f"}), {"logging_config": [{"log_group": true}]})
	denied([unknown, group("/aws/lambda/f", 30)]) == {"aws_lambda_function.f"}
}
