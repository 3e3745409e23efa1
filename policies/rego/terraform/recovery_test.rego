package nexus.terraform.recovery_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.recovery

denied(resources) := {finding.subject | some finding in found} if {
	found := recovery.deny with input as fixtures.plan(resources)
}

table(name, blocks) := fixtures.resource("aws_dynamodb_table.t", {"name": name, "point_in_time_recovery": blocks})

test_tables_are_recoverable if {
	denied([table("nexus-positions", [{"enabled": true}])]) == set()
	denied([table("nexus-positions", [{"enabled": false}])]) == {"aws_dynamodb_table.t"}
	denied([table("nexus-positions", [{"enabled": true, "recovery_period_in_days": 35}])]) == set()
	denied([table("nexus-positions", [{"enabled": true, "recovery_period_in_days": 1}])]) == {"aws_dynamodb_table.t"}
	denied([table("nexus-positions", [])]) == {"aws_dynamodb_table.t"}
	denied([table(null, [])]) == {"aws_dynamodb_table.t"}
}

test_expendable_tables_need_not_be if denied([table("nexus-rate-limits", [])]) == set()

bucket := fixtures.resource("aws_s3_bucket.b", {"bucket": "b"})

versioning(status) := fixtures.resource("aws_s3_bucket_versioning.b", {
	"bucket": "b",
	"versioning_configuration": [{"status": status}],
})

test_buckets_have_versions if {
	denied([bucket, versioning("Enabled")]) == set()
	denied([bucket, versioning("Suspended")]) == {"aws_s3_bucket.b"}
	denied([bucket]) == {"aws_s3_bucket.b"}
}
